"""Which answer goes wrong, and how: the option ``answers``, used up rule by rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from sandbox.qad_ee.options import Options


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What happens to one message."""

    kind: str
    code: str
    seconds: float
    posted: bool


@dataclass(kw_only=True)
class Planned:
    """The rules as the options hold them; the first that matches wins. What has struck is counted by kind."""

    options: Options
    chance: Random
    struck: dict[str, int] = field(default_factory=dict)

    def next(self, api: str) -> Plan | None:
        """Return what happens to the next message of this API, or None."""
        for rule in self.options.answers:
            if self._strikes(rule, api):
                kind = str(rule["kind"])
                self.struck[kind] = self.struck.get(kind, 0) + 1
                return Plan(
                    kind=kind,
                    code=str(rule.get("code", "")),
                    seconds=float(rule.get("seconds", 1.0)),
                    posted=rule.get("posted") is True,
                )
        return None

    def _strikes(self, rule: dict[str, Any], api: str) -> bool:
        if rule.get("api", api) != api or rule.get("count") == 0:
            return False
        if rule.get("skip", 0) > 0:
            rule["skip"] -= 1
            return False
        if "rate" in rule and self.chance.random() >= rule["rate"]:
            return False
        if "count" in rule:
            rule["count"] -= 1
        return True
