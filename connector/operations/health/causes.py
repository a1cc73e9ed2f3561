"""What needs a person, and what fails around the product: letters, codes, connections, delays, processes, the trail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.operations.check import Health, warning, wrong
from connector.operations.health import machine
from connector.operations.health.trouble import Trouble
from connector.operations.setup.alert_rules import (
    BACKUP,
    BROKEN,
    CODES,
    DEAD,
    DISK,
    DRIFTED,
    GONE,
    LATE,
    RETENTION,
    STOPPED,
)
from connector.store import operator as ledger
from connector.store.operator.needs import by_cause, figures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.operations.check import Check
    from connector.operations.setup.alert_rules import Rules
    from connector.store.operator.needs import Figures
    from connector.store.operator.transaction import OperatorTransaction


def all_(tx: OperatorTransaction, set_: Rules, *, keep_days: int = 0) -> list[Trouble]:
    """Everything of it, as the rules say when it is too much; documents are kept for so many days, 0: for ever."""
    return [
        *_letters(tx, set_),
        *_codes(tx, set_),
        *_connections(tx),
        *_late(tx, set_),
        *_gone(tx, dt.timedelta(seconds=set_.threshold(GONE))),
        *_audit(tx),
        *_backups(tx, dt.timedelta(hours=set_.threshold(BACKUP))),
        *_retention(tx, dt.timedelta(days=set_.threshold(RETENTION)), keep_days),
        *_drift(tx),
    ]


def _letters(tx: OperatorTransaction, set_: Rules) -> Iterator[Trouble]:
    for (flow, code), groups in by_cause(ledger.needs.dead(tx)).items():
        held = figures(groups)
        if held.number >= set_.threshold(DEAD, flow):
            yield Trouble(
                name=DEAD,
                about=f"dead letters of {flow} ({code})",
                found=f"{_number(held)} open{_since(held)}",
                advice=f"`ml-connector dead list --flow {flow} --reason {code}` says what to do about each.",
                scope=flow,
                **_told(held),
                since=held.since,
            )


def _codes(tx: OperatorTransaction, set_: Rules) -> Iterator[Trouble]:
    """By table: each code of it is named by the command."""
    for (integration, table), groups in by_cause(
        ledger.needs.codes(tx), lambda group: group.code.split(":")[1]
    ).items():
        held, codes = figures(groups), len({group.code for group in groups})
        if held.number >= set_.threshold(CODES, integration):
            yield Trouble(
                name=CODES,
                about=f"missing codes of {integration} ({table})",
                found=f"{_number(held)} {_wait(held)} for {codes} of them{_since(held)}",
                advice=f"`ml-connector crosswalk missing --integration {integration}` says which; set them, then the "
                "documents go on by themselves.",
                scope=integration,
                **_told(held),
                since=held.since,
            )


def _connections(tx: OperatorTransaction) -> Iterator[Trouble]:
    """Those that stopped by themselves: who stops one knows of it."""
    waiting = by_cause(ledger.needs.stopped(tx))
    for connection in ledger.connections.list_(tx):
        if connection.stopped_why and not connection.stopped_by:
            yield Trouble(
                name=STOPPED,
                about=f"connection {connection.name}",
                found=f"stopped: {connection.stopped_why}",
                advice=f"Correct it, then `ml-connector connection ping {connection.name}` lets everything go on.",
                health=Health.WRONG,
                **_told(figures(waiting.get((connection.name, ""), []))),
            )


def _drift(tx: OperatorTransaction) -> Iterator[Trouble]:
    """Flows whose master data differed when somebody last compared it: it stands until nothing differs any more."""
    for one in ledger.drift.standing(tx):
        yield Trouble(
            name=DRIFTED,
            about=f"master data of {one.flow}",
            found=f"source and target differ in {one.differences}, as {one.actor} found {_moment(one.at)}",
            advice=f"`ml-connector drift {one.flow}` names them, and the documents that use them.",
            scope=one.flow,
        )


def _number(held: Figures) -> str:
    """No more are counted than MOST of each kind."""
    return f"{held.number} or more" if held.or_more else str(held.number)


def _wait(held: Figures) -> str:
    return "document waits" if held.number == 1 and not held.or_more else "documents wait"


def _since(held: Figures) -> str:
    return f", the first since {_moment(held.since)}" if held.since else ""


def _told(held: Figures) -> dict[str, Any]:
    return {"number": held.number, "money": {currency: f"{amount:f}" for currency, amount in held.money.items()}}


def _late(tx: OperatorTransaction, set_: Rules) -> Iterator[Trouble]:
    shortest = min(set_.thresholds(LATE))
    for flow in ledger.amiss.late(tx, dt.timedelta(minutes=shortest)):
        minutes = (tx.now - flow.since).total_seconds() / 60
        if minutes > set_.threshold(LATE, flow.flow):
            yield Trouble(
                name=LATE,
                about=f"flow {flow.flow}",
                found=f"due since {_moment(flow.since)}, and not begun",
                advice="Do beat and the worker of poll run (`ml-connector doctor`)? "
                f"`ml-connector run list --flow {flow.flow}` says what it waits for.",
                scope=flow.flow,
                since=flow.since,
            )


def _gone(tx: OperatorTransaction, after: dt.timedelta) -> Iterator[Trouble]:
    for gone in ledger.amiss.gone(tx, after):
        what = f"{gone.kind} of {', '.join(gone.queues)}" if gone.queues else gone.kind
        yield Trouble(
            name=GONE,
            about=what,
            found=f"no process gives a sign of life since {_moment(gone.since)}, and none said that it stops",
            advice="Look whether it runs, and into its log; what it held goes to another one, nothing is lost.",
            health=Health.WRONG,
            number=gone.number,
            since=gone.since,
        )


def _audit(tx: OperatorTransaction) -> Iterator[Trouble]:
    about, advice = "audit trail", "Run `ml-connector audit verify` and keep what it says: docs/security.md."
    found = ledger.amiss.not_whole(tx)
    if found is not None:
        said = f"not whole: {found.findings} findings when {found.actor} verified it {_moment(found.at)}"
        yield Trouble(name=BROKEN, about=about, found=said, advice=advice, health=Health.WRONG, number=found.findings)
    elif ledger.audit.sealing(tx)[1]:
        said = "its newest seal is gone or altered"
        yield Trouble(name=BROKEN, about=about, found=said, advice=advice, health=Health.WRONG)


def _backups(tx: OperatorTransaction, after: dt.timedelta) -> Iterator[Trouble]:
    """Nobody is told of backups that were never made here: another tool may make them."""
    made = ledger.amiss.backups(tx)
    advice = "Run `ml-connector db backup` by hand and read what it says: docs/operations.md."
    failed = made.bad is not None and (made.good is None or made.bad > made.good)
    if failed:
        found = f"the last one failed: {made.why}"
        yield Trouble(name=BACKUP, about="backup", found=found, advice=advice, health=Health.WRONG, since=made.bad)
    elif made.good is not None and tx.now - made.good > after:
        found = f"the last good one is of {_moment(made.good)}"
        yield Trouble(name=BACKUP, about="backup", found=found, advice=advice, health=Health.WRONG, since=made.good)


def _retention(tx: OperatorTransaction, after: dt.timedelta, keep_days: int) -> Iterator[Trouble]:
    """Nobody is told where everything is kept for ever."""
    made, found = ledger.amiss.retained(tx), ""
    if made is not None and tx.now - made > after:
        found = f"`db retain` last came to its end {_moment(made)}: what is older than it may be kept is still there"
    elif made is None and keep_days:
        kept = dt.timedelta(days=keep_days) + after
        if month := ledger.retained_payloads.oldest_over(tx, tx.now - kept):
            found = (
                f"`db retain` never came to its end: documents of {month}, kept for {keep_days} days, are still there"
            )
    if found:
        yield Trouble(
            name=RETENTION,
            about="retention",
            found=found,
            advice="Run `ml-connector db retain` by hand and read what it says, then see that it runs every night.",
            since=made,
        )


def disk_of(host: str) -> str:
    """What an alert about the disk of a machine is about."""
    return f"disk of {host}"


def disk(folder: Path, host: str, set_: Rules) -> list[Trouble]:
    """Whether the disk of this machine fills up; those of the servers are their own."""
    check = machine.disk(folder, scarce=round(set_.threshold(DISK) * machine.GIGABYTE))
    if check.health is Health.OK:
        return []
    return [Trouble(name=DISK, about=disk_of(host), found=check.found, advice=check.advice, health=check.health)]


def untold(tx: OperatorTransaction) -> Iterator[Check]:
    """Lines of ``doctor`` about channels through which nothing goes."""
    for channel in ledger.alerting.channels(tx):
        advice = f"Correct that; `ml-connector alert channel test {channel.name}` tries it at once."
        if channel.given_up:
            yield wrong(
                f"alert channel {channel.name}", f"{channel.given_up} alerts were given up: {channel.why}", advice
            )
        elif channel.waiting and channel.waiting_since:
            since = _moment(channel.waiting_since)
            yield warning(
                f"alert channel {channel.name}", f"{channel.waiting} alerts wait since {since}: {channel.why}", advice
            )


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
