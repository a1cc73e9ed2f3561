"""Something a person has to look at: a line of ``doctor``, and what an alert tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.domain.alert import Facts
from connector.operations.check import Check, Health
from connector.operations.setup.alert_rules import RULES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.operations.setup.alert_rules import Rules


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """It holds names, ids and figures only: it is logged, and told to people outside."""

    #: the rule's name
    name: str
    about: str
    found: str
    advice: str
    health: Health = Health.WARNING
    #: the flow it is about, or the integration
    scope: str = ""
    number: int | None = None
    #: currency -> amount, in digits
    money: Mapping[str, str] = field(default_factory=dict)
    since: dt.datetime | None = None

    @property
    def check(self) -> Check:
        """A line of ``doctor``."""
        return Check(what=self.about, health=self.health, found=self.found, advice=self.advice)

    def facts(self, rules: Rules) -> Facts:
        """What a channel is told of it."""
        return Facts(
            found=self.found,
            advice=self.advice,
            scope=self.scope,
            urgent=rules.urgent(self.name, self.scope),
            number=self.number,
            money=self.money,
            since=self.since.isoformat() if self.since else "",
            page=RULES[self.name].page if self.name in RULES else "/work",
        )
