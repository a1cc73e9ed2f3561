"""What is wrong although every process lives: silent queues, work that never ends, reads that read nothing.

``doctor`` shows it, ``/readyz`` the part about the queues; beat raises it as an alert, which is logged and told to
channels once when it begins and once when it is over.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.operations.check import Health
from connector.operations.health import causes
from connector.operations.health.trouble import Trouble
from connector.operations.setup import alert_rules as rules
from connector.operations.setup.alert_rules import (
    BACKUP,
    BROKEN,
    CODES,
    DEAD,
    DISK,
    DRIFTED,
    FAILED,
    GONE,
    LATE,
    NOTHING,
    QUARANTINED,
    RETENTION,
    SILENT,
    STOPPED,
    UNFINISHED,
)
from connector.store import operator as ledger
from connector.store.beat import alerts, canaries

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from connector.operations.operator import Operator
    from connector.operations.setup.alert_rules import Rules
    from connector.store.beat.canaries import Queue
    from connector.store.operator.transaction import OperatorTransaction
    from connector.store.operator.unfinished import Unfinished

_log = logging.getLogger(__name__)

#: what is looked for every minute
WORK = (UNFINISHED, FAILED, NOTHING, QUARANTINED, DEAD, CODES, STOPPED, LATE, GONE, BROKEN, BACKUP, RETENTION, DRIFTED)

_ADVICE = {
    "": "They are ready and nobody takes them: do workers run, and are their connections open (`ml-connector doctor`)?",
    "retry": "`ml-connector record show {oldest}` says what fails; repair it, then they go on by themselves.",
    "gate": "`ml-connector record show {oldest}` says what is waited for; make it true, then they go on by themselves.",
    "park": "`ml-connector crosswalk missing` says which codes; add them, then they go on by themselves.",
    "version": "An older version of the same document comes first: `ml-connector record list --flow {flow}`.",
    "connection": "`ml-connector connection list` says why; `ml-connector connection ping NAME` frees it if it works.",
    "source": "Their source could not be told that we have them: `ml-connector record show {oldest}` says why.",
    "held": "`ml-connector flow show {flow}` says who holds it and why; `ml-connector flow enable {flow}` ends that.",
    "run": "`ml-connector run show {oldest}` says why; nothing of it is lost.",
}


@dataclass(frozen=True, kw_only=True)
class Queues:
    """What the canaries tell: queues that are silent, and what is wrong with beat (empty when nothing is)."""

    silent: list[Trouble]
    clock: str


def queues(tx: OperatorTransaction, bound: dt.timedelta) -> Queues:
    """Look at the canaries: a queue is silent when nothing came out for longer than the bound, and something waits."""
    found = canaries.list_(tx, bound)
    return Queues(silent=[_silent(queue) for queue in found if queue.silent(bound)], clock=_clock(found, bound))


def _silent(queue: Queue) -> Trouble:
    seconds = queue.waits.total_seconds() if queue.waits else 0
    if queue.takers:
        stuck = f"{queue.busy} of its {queue.takers} live processes are stuck in a task"
        takers = stuck if queue.busy else f"its live processes ({queue.takers}) take nothing"
        advice = (
            "Look into the log of its workers for what they wait for, and restart them: nothing is lost. When every "
            "queue is silent, look at the broker."
        )
    else:
        takers = "no live process takes from it"
        advice = f"Start a worker of {queue.name} (`ml-connector up`, or the container worker-{queue.name})."
    return Trouble(
        name=SILENT,
        about=f"queue {queue.name}",
        found=f"The queue {queue.name} is silent: nothing came out of it for {seconds:.0f} seconds, and {takers}.",
        advice=advice,
        health=Health.WRONG,
    )


def _clock(found: Sequence[Queue], bound: dt.timedelta) -> str:
    if not found:
        return "Beat has not sent a canary yet: no schedule fires and no retry is sent."
    idle = [queue.sent_ago for queue in found if queue.waits is None]
    if idle and min(idle) > bound:
        seconds = min(idle).total_seconds()
        return f"Beat has sent no canary for {seconds:.0f} seconds: no schedule fires and no retry is sent."
    return ""


def not_ready(operator: Operator, bound: dt.timedelta) -> str:
    """One sentence for each queue that is silent, and for a clock that is; empty when the whole product works."""
    with operator.transaction() as tx:
        return stands_still(tx, bound)


def stands_still(tx: OperatorTransaction, bound: dt.timedelta) -> str:
    """The same in a transaction that looks at more."""
    found = queues(tx, bound)
    return " ".join(filter(None, [*(trouble.found for trouble in found.silent), found.clock]))


def unfinished(tx: OperatorTransaction, age: dt.timedelta, set_: Rules | None = None) -> list[Trouble]:
    """Records and runs that have not ended for longer than this, or their rule says, by flow and what holds them."""
    ruled = set_ or rules.Rules(defaults={UNFINISHED: age.total_seconds() / 3600})
    return [
        Trouble(
            name=UNFINISHED,
            about=f"unfinished {_what(old)}",
            found=f"{old.number} for more than {hours:g} hours, the oldest is {old.oldest}, "
            f"since {old.since.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
            advice=_ADVICE[old.hold].format(flow=old.flow, oldest=old.oldest),
            scope=old.flow,
            number=old.number,
            since=old.since,
        )
        for hours in sorted(ruled.thresholds(UNFINISHED))
        for old in ledger.unfinished.unfinished(tx, tx.now - dt.timedelta(hours=hours))
        if ruled.threshold(UNFINISHED, old.flow) == hours
    ]


def _what(old: Unfinished) -> str:
    if old.hold == "run":
        return f"runs of {old.flow}"
    return f"records of {old.flow} ({old.hold})" if old.hold else f"records of {old.flow}"


def reads(tx: OperatorTransaction) -> list[Trouble]:
    """Flows whose last read failed, or read nothing although there used to be something."""
    return [
        Trouble(
            name=FAILED if read.failed else NOTHING,
            about=f"flow {read.flow}",
            found="its last run failed" if read.failed else read.warning,
            advice=f"See `ml-connector run show {read.run}`.",
            scope=read.flow,
        )
        for read in ledger.unfinished.bad_reads(tx)
    ]


def messages(tx: OperatorTransaction) -> list[Trouble]:
    """Connections that were sent what waits for a person."""
    return [
        Trouble(
            name=QUARANTINED,
            about=f"inbox of {waiting.connection}",
            found=f"{waiting.messages} that nobody reads, the first is message {waiting.first}, "
            f"since {waiting.since.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
            advice=f"`ml-connector message show {waiting.first}` says why; then retry, restore or discard it.",
            number=waiting.messages,
            since=waiting.since,
        )
        for waiting in ledger.messages.quarantined(tx)
    ]


def report_queues(operator: Operator, bound: dt.timedelta) -> None:
    """Log and tell which queues fell silent, and which are heard again."""
    with operator.transaction() as tx:
        report(tx, (SILENT,), queues(tx, bound).silent, rules.as_set(tx))


def report_work(operator: Operator, age: dt.timedelta, keep_days: int = 0) -> None:
    """Log and tell what a person has to look at in the ledger, and what is over."""
    with operator.transaction() as tx:
        set_ = rules.as_set(tx, {UNFINISHED: age.total_seconds() / 3600})
        caused = causes.all_(tx, set_, keep_days=keep_days)
        found = [*unfinished(tx, age, set_), *reads(tx), *messages(tx), *caused]
        report(tx, WORK, found, set_)


def report_disk(operator: Operator, folder: Path, host: str) -> None:
    """Log and tell that a disk of this machine fills up; other machines tell of theirs."""
    with operator.transaction() as tx:
        set_ = rules.as_set(tx)
        others = {causes.disk_of(process.host) for process in ledger.server.alive(tx, within=dt.timedelta(minutes=5))}
        report(tx, (DISK,), causes.disk(folder, host, set_), set_, keep=others - {causes.disk_of(host)})


def report(
    tx: OperatorTransaction,
    kinds: Sequence[str],
    troubles: Sequence[Trouble],
    set_: Rules,
    *,
    keep: Collection[str] = (),
) -> None:
    """Log and tell what is new among alerts of these kinds, and what is over; ``keep`` names what was not looked at."""
    standing = {(one.name, one.about): one for one in troubles if set_.on(one.name, one.scope)}
    facts = {key: trouble.facts(set_) for key, trouble in standing.items()}
    begun, over = alerts.changed(tx, kinds, facts, keep=keep)
    for key in sorted(begun):
        trouble = standing[key]
        _log.error(trouble.name, extra={"about": trouble.about, "found": trouble.found, "advice": trouble.advice})
    for name, about in sorted(over):
        _log.warning("alert.over", extra={"alert": name, "about": about})
