"""Fault rules: which requests go wrong, how, and how often. ``fault_layer`` does it to a connection."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from random import Random

KINDS: Final[Mapping[str, str]] = {
    "401": "refused as if the token had expired; nothing happens",
    "429": "too many requests (with `per_second` those beyond so many), with Retry-After; nothing happens",
    "503": "out of service, with Retry-After when the rule gives one; nothing happens",
    "reset-before": "the connection is reset; nothing happens",
    "reset-after": "the request takes effect, then the connection is reset",
    "timeout": "the request takes effect, the answer is held for `seconds` and never sent",
    "slow": "the request takes effect and is answered after `seconds`",
    "says": "status 200 with the rule's `body`, whatever was asked; nothing happens",
    "malformed": "the request takes effect; the answer is status 200 with half a body, or a page of HTML",
}

DEFAULT_SECONDS: Final[Mapping[str, float]] = {"timeout": 60.0, "slow": 2.0}
DEFAULT_RETRY_AFTER: Final = 1


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault that strikes now.

    ``seconds`` is for timeout and slow, ``retry_after`` (seconds) for 429 and 503, ``body`` for says.
    """

    kind: str
    seconds: float
    retry_after: int | None
    body: str = ""


@dataclass(kw_only=True)
class Rule:
    """Requests that match, and what happens to them: always, to the first ``count``, or to a share of ``rate``.

    The first ``skip`` of them are spared. With ``per_second`` only to those beyond so many within a second.
    """

    kind: str
    method: str | None = None
    path: re.Pattern[str] | None = None
    skip: int = 0
    left: int | None = None
    rate: float = 1.0
    retry_after: int | None = None
    seconds: float = 0.0
    body: str = ""
    per_second: int | None = None
    #: when the requests of the last second were let through, by the clock
    let_through: deque[float] = field(default_factory=deque)
    clock: Callable[[], float] = time.monotonic

    def strikes(self, *, method: str, path: str, chance: Random) -> bool:
        """Whether this request is hit; uses up one of ``count`` when it is."""
        if self.left == 0 or (self.method is not None and self.method != method):
            return False
        if self.path is not None and self.path.search(path) is None:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.rate < 1.0 and chance.random() >= self.rate:
            return False
        if self.per_second is not None and self._within_limit(self.per_second):
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def _within_limit(self, most: int) -> bool:
        now = self.clock()
        while self.let_through and self.let_through[0] <= now - 1:
            self.let_through.popleft()
        if len(self.let_through) >= most:
            return False
        self.let_through.append(now)
        return True

    def fault(self) -> Fault:
        """What hits the request."""
        retry_after = DEFAULT_RETRY_AFTER if self.kind == "429" and self.retry_after is None else self.retry_after
        return Fault(kind=self.kind, seconds=self.seconds, retry_after=retry_after, body=self.body)


@dataclass(kw_only=True)
class Faults:
    """The rules in force, and what they did. The first rule that strikes wins.

    A rule without a path spares token and login endpoints: a client that cannot sign in meets no other fault.
    """

    chance: Random
    rules: list[Rule] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    #: set when these rules are replaced: answers that they hold back are let go
    replaced: asyncio.Event = field(default_factory=asyncio.Event)

    def replace(self, rules: list[Rule]) -> None:
        """Put other rules in force."""
        self.rules = rules
        self.replaced.set()
        self.replaced = asyncio.Event()

    def next(self, *, method: str, path: str) -> Fault | None:
        """Decide what happens to this request: a fault, or None."""
        signing_in = SIGNING_IN.search(path) is not None
        for rule in self.rules:
            if signing_in and rule.path is None:
                continue
            if rule.strikes(method=method, path=path, chance=self.chance):
                self.injected[rule.kind] += 1
                return rule.fault()
        return None


SIGNING_IN: Final = re.compile(r"/(token|login)$")
_FIELDS: Final = {"match", "kind", "skip", "count", "rate", "retry_after", "seconds", "per_second", "body"}


def parse_rules(rules: object) -> list[Rule]:
    """Read rules as JSON gives them; raise SandboxMistakeError naming the rule, the field and what would do.

    ``[{"match": {"method": "POST", "path": "regex"}, "kind": ..., "skip": n, "count": n, "rate": 0..1,
    "retry_after": s, "seconds": s, "per_second": n, "body": text}]``; everything but ``kind`` may be left out.
    """
    if not isinstance(rules, list):
        raise SandboxMistakeError('Fault rules must be a list: {"rules": [{"kind": "503", "count": 3}]}.')
    return [_parse_rule(number, rule) for number, rule in enumerate(rules, start=1)]


def _parse_rule(number: int, rule: object) -> Rule:
    where = f"Fault rule {number}"
    if not isinstance(rule, Mapping):
        raise SandboxMistakeError(f"{where} must be an object with at least a kind.")
    match = rule.get("match") or {}
    if not isinstance(match, Mapping) or not set(match) <= {"method", "path"}:
        raise SandboxMistakeError(f"{where}: match takes a method, a path (a regular expression), or both.")
    if unknown := sorted(set(rule) - _FIELDS):
        raise SandboxMistakeError(f"{where} has unknown fields {unknown}; it may have {sorted(_FIELDS)}.")
    kind = str(rule.get("kind", ""))
    if kind not in KINDS:
        raise SandboxMistakeError(f"{where} has the kind {kind!r}; the kinds are {', '.join(KINDS)}.")
    retry_after = _number(where, rule, "retry_after")
    skip = _number(where, rule, "skip")
    count = _number(where, rule, "count")
    rate = _number(where, rule, "rate")
    if rate is not None and rate > 1:
        raise SandboxMistakeError(f"{where}: rate is a share between 0 and 1, not {rate}.")
    seconds = _number(where, rule, "seconds")
    per_second = _number(where, rule, "per_second")
    return Rule(
        kind=kind,
        method=str(match["method"]).upper() if match.get("method") else None,
        path=_pattern(where, match["path"]) if match.get("path") else None,
        skip=int(skip or 0),
        left=None if count is None else int(count),
        rate=1.0 if rate is None else rate,
        retry_after=None if retry_after is None else int(retry_after),
        seconds=DEFAULT_SECONDS.get(kind, 0.0) if seconds is None else seconds,
        body=str(rule.get("body") or ""),
        per_second=None if per_second is None else int(per_second),
    )


def _number(where: str, rule: Mapping[str, Any], name: str) -> float | None:
    value = rule.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise SandboxMistakeError(f"{where}: {name} must be a number of 0 or more, not {value!r}.")
    return float(value)


def _pattern(where: str, path: object) -> re.Pattern[str]:
    try:
        return re.compile(str(path))
    except re.error as error:
        raise SandboxMistakeError(f"{where}: the path {path!r} is no regular expression ({error}).") from None
