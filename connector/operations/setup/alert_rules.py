"""The rules of alerts: what each watches, from when on it is too much, and what a customer has set otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.store.operator.alerting import RuleSetting
    from connector.store.operator.transaction import OperatorTransaction

DEAD = "dead.letters"
CODES = "codes.missing"
UNFINISHED = "work.unfinished"
STOPPED = "connection.stopped"
LAPSES = "connection.lapses"
LATE = "flow.late"
FAILED = "flow.read_failed"
NOTHING = "flow.read_nothing"
QUARANTINED = "inbox.quarantined"
DRIFTED = "master.drifted"
SILENT = "queue.silent"
GONE = "worker.gone"
BROKEN = "audit.broken"
DISK = "disk.low"
BACKUP = "backup.old"
RETENTION = "retention.old"

#: where a rule can be set otherwise
EVERYWHERE, INTEGRATIONS, FLOWS = "", "integration", "flow"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that is watched."""

    name: str
    #: "... when"
    when: str
    #: what the threshold counts; nothing where it has none
    unit: str = ""
    threshold: float = 0
    most: float = 0
    #: the narrowest thing it can be set for
    scope: str = EVERYWHERE
    #: whether it is told in quiet hours, too
    urgent: bool = False
    #: the page of the console that shows what it found
    page: str = "/work"


RULES = {
    rule.name: rule
    for rule in (
        Rule(
            name=DEAD,
            when="a flow has so many open dead letters of one kind",
            unit="letters",
            threshold=1,
            most=1e6,
            scope=FLOWS,
        ),
        Rule(
            name=CODES,
            when="so many documents wait for codes of one table",
            unit="documents",
            threshold=1,
            most=1e6,
            scope=INTEGRATIONS,
        ),
        Rule(
            name=UNFINISHED,
            when="documents or runs have not ended for so long",
            unit="hours",
            threshold=72,
            most=8760,
            scope=FLOWS,
        ),
        Rule(name=STOPPED, when="a connection stopped by itself", urgent=True, page="/connections"),
        Rule(
            name=LAPSES,
            when="a connection ends within so many days unless somebody reconnects it",
            unit="days",
            threshold=28,
            most=365,
            page="/connections",
        ),
        Rule(
            name=LATE,
            when="a flow is due for so long and has not begun",
            unit="minutes",
            threshold=60,
            most=10_080,
            scope=FLOWS,
            page="/flows",
        ),
        Rule(name=FAILED, when="the last run of a flow failed", scope=FLOWS, page="/flows"),
        Rule(
            name=NOTHING,
            when="the last run of a flow read nothing from a source that had something",
            scope=FLOWS,
            page="/flows",
        ),
        Rule(name=QUARANTINED, when="a connection was sent messages that nobody can read"),
        Rule(name=DRIFTED, when="source and target differed when master data was last compared", scope=FLOWS),
        Rule(
            name=SILENT,
            when="nothing comes out of a queue (ML_CONNECTOR_SILENT_QUEUE_SECONDS)",
            urgent=True,
            page="/settings/system",
        ),
        Rule(
            name=GONE,
            when="no process of a kind that worked here has given a sign of life for so long",
            unit="seconds",
            threshold=120,
            most=43_200,
            urgent=True,
            page="/settings/system",
        ),
        Rule(
            name=BROKEN,
            when="the last verification of the audit trail found something, or its newest seal is gone",
            urgent=True,
            page="/audit",
        ),
        Rule(
            name=BACKUP,
            when="the last backup failed, or the last good one is older than this, where there ever was one",
            unit="hours",
            threshold=36,
            most=8760,
            urgent=True,
            page="/audit",
        ),
        Rule(
            name=RETENTION,
            when="nothing old was removed for so long, where it is to be or once was",
            unit="days",
            threshold=3,
            most=365,
            page="/audit",
        ),
        Rule(
            name=DISK,
            when="the disk of beat's data directory has less free than this",
            unit="gigabytes",
            threshold=2,
            most=100_000,
            urgent=True,
            page="/settings/system",
        ),
    )
}


class Rules:
    """All rules as they are set; what is set for a flow counts before its integration, and that before everywhere."""

    def __init__(self, settings: Iterable[RuleSetting] = (), defaults: Mapping[str, float] | None = None) -> None:
        self._settings = {(one.name, one.scope): one for one in settings}
        self._defaults = dict(defaults or {})

    def on(self, name: str, scope: str = "") -> bool:
        """Whether it is switched on there."""
        found = [one.enabled for one in self._of(name, scope) if one.enabled is not None]
        return found[0] if found else True

    def threshold(self, name: str, scope: str = "") -> float:
        """From when on it is too much there."""
        found = [one.threshold for one in self._of(name, scope) if one.threshold is not None]
        return found[0] if found else self.default(name)

    def default(self, name: str) -> float:
        """From when on it is too much where nobody has set it."""
        return self._defaults.get(name, RULES[name].threshold)

    def thresholds(self, name: str) -> set[float]:
        """All that may hold for it anywhere."""
        own = {one.threshold for one in self._settings.values() if one.name == name and one.threshold is not None}
        return {self.threshold(name), *own}

    def urgent(self, name: str, scope: str = "") -> bool:
        """Whether quiet hours do not hold it up."""
        found = [one.urgent for one in self._of(name, scope) if one.urgent is not None]
        return found[0] if found else name in RULES and RULES[name].urgent

    def _of(self, name: str, scope: str) -> list[RuleSetting]:
        places = dict.fromkeys((scope, scope.partition("/")[0], ""))
        return [self._settings[name, place] for place in places if (name, place) in self._settings]


def as_set(tx: OperatorTransaction, defaults: Mapping[str, float] | None = None) -> Rules:
    """The rules as they are set; ``defaults`` are thresholds that settings of the deployment give."""
    return Rules(ledger.alerting.rules(tx), defaults)
