"""Everything that needs a person, one entry for each cause and not for each document."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.domain.journey import IN_DOUBT
from connector.domain.record import LISTED_AFTER_DISCARD
from connector.store import operator as ledger
from connector.store.operator.needs import by_cause, figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from connector.operations.operator import Operator
    from connector.store.operator.needs import Group
    from connector.store.operator.transaction import OperatorTransaction


#: behind all that say since when
_LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


class Cause(StrEnum):
    """What a need comes from, the most urgent first."""

    DOUBT = "write in doubt"
    STOPPED = "stopped connection"
    DEAD = "dead letters"
    CODE = "missing code"
    REJECTED = "rejected today"
    MESSAGE = "unread message"
    GATE = "long wait"


@dataclass(frozen=True, kw_only=True)
class Need:
    """One cause, and what to do about it."""

    cause: Cause
    #: a flow, an integration or a connection, by its full name
    about: str
    #: a reason code; a missing code as ``table:code``; else empty
    code: str
    #: what happened, the newest of it where there is more
    what: str
    #: what to do, in words, and as a command to type
    advice: str
    command: str
    #: documents, or messages
    number: int
    #: whether there are more, which nobody counted
    or_more: bool
    #: what they are worth by currency; of those whose amount is known
    money: Mapping[str, Decimal]
    since: dt.datetime | None
    #: how many of them came in the last 24 hours, and how many in the 24 before
    recent: int = 0
    before: int = 0


def list_(operator: Operator, *, today: dt.datetime, long_ago: dt.datetime) -> list[Need]:
    """All of them, the most urgent causes first, and of each the one that waits the longest: they keep their places.

    ``today``: when the day began for whoever asks. ``long_ago``: what waits at a gate since before then does so for
    longer than is usual.
    """
    with operator.transaction() as tx:
        found = [
            *_letters(tx),
            *_connections(tx),
            *_codes(tx),
            *_rejected(tx, today),
            *_messages(tx),
            *_gates(tx, long_ago),
        ]
    order = list(Cause)
    return sorted(found, key=lambda need: (order.index(need.cause), need.since or _LATEST, need.about, need.code))


def _letters(tx: OperatorTransaction) -> Iterable[Need]:
    for groups in by_cause(ledger.needs.dead(tx)).values():
        flow, code = groups[0].about, groups[0].code
        newest = ledger.dead_letters.by_id(tx, groups[0].example)
        chosen = f"--flow {flow} --reason {code}"
        if code == IN_DOUBT or is_to_be_discarded(newest.suggestion):
            command = f"ml-connector dead list {chosen}"
        elif code == LISTED_AFTER_DISCARD:
            command = f"ml-connector dead requeue --reason {code}"
        else:
            command = f"ml-connector dead requeue {chosen}"
        cause = Cause.DOUBT if code == IN_DOUBT else Cause.DEAD
        yield _need(cause, groups, code=code, what=newest.reason, advice=newest.suggestion, command=command)


def is_to_be_discarded(suggestion: str) -> bool:
    """What a person does by hand is no letter to send again: each is looked at first."""
    return "discard" in suggestion and "requeue" not in suggestion


def _connections(tx: OperatorTransaction) -> Iterable[Need]:
    waiting = by_cause(ledger.needs.stopped(tx))
    for connection in ledger.connections.list_(tx):
        if connection.status not in {"stopped", "offered"}:
            continue
        held = figures(waiting.get((connection.name, ""), []))
        by_hand, offered = bool(connection.stopped_by), connection.status == "offered"
        verb = "accept" if offered else "resume" if by_hand else "ping"
        yield Need(
            cause=Cause.STOPPED,
            about=connection.name,
            code="",
            what=connection.why or "",
            advice="Accept it, or remove it."
            if offered
            else "Let it go on when that is over."
            if by_hand
            else "Repair what is wrong; a ping that finds nothing wrong lets it go on.",
            command=f"ml-connector connection {verb} {connection.name}",
            number=held.number,
            or_more=held.or_more,
            money=held.money,
            since=connection.offered_at or connection.updated_at,
            recent=held.recent,
            before=held.before,
        )


def _codes(tx: OperatorTransaction) -> Iterable[Need]:
    for groups in by_cause(ledger.needs.codes(tx)).values():
        integration, said = groups[0].about, groups[0].said
        _, table, code = groups[0].code.split(":", 2)
        what = f"The crosswalk {table} of {integration} has no row {code!r}."
        if said:
            what = f"What row {code!r} of the crosswalk {table} of {integration} says ({said}) is not enough."
        command = f"ml-connector crosswalk set {table} {shlex.quote(code)} TARGET --integration {integration}"
        advice = "Say what the target calls it; what waits for it goes on by itself."
        yield _need(Cause.CODE, groups, code=f"{table}:{code}", what=what, advice=advice, command=command)


def _rejected(tx: OperatorTransaction, today: dt.datetime) -> Iterable[Need]:
    for groups in by_cause(ledger.needs.rejected(tx, today)).values():
        advice = "Their source was told why: whoever owns them there corrects them, and they come again."
        command = f"ml-connector record list --flow {groups[0].about} --state rejected"
        yield _need(Cause.REJECTED, groups, what=groups[0].said, advice=advice, command=command)


def _messages(tx: OperatorTransaction) -> Iterable[Need]:
    for waiting in ledger.messages.quarantined(tx):
        yield Need(
            cause=Cause.MESSAGE,
            about=waiting.connection,
            code="",
            what=f"What came cannot be read; the first is message {waiting.first}.",
            advice="See why; then retry, restore or discard it.",
            command=f"ml-connector message show {waiting.first}",
            number=waiting.messages,
            or_more=False,
            money={},
            since=waiting.since,
        )


def _gates(tx: OperatorTransaction, long_ago: dt.datetime) -> Iterable[Need]:
    for groups in by_cause(ledger.needs.gates(tx, long_ago)).values():
        what = f"It waits for longer than is usual, such as for {groups[0].said}."
        advice = "See what is waited for, and make it true; then they go on by themselves."
        command = f"ml-connector record list --flow {groups[0].about} --hold gate"
        yield _need(Cause.GATE, groups, what=what, advice=advice, command=command)


def _need(cause: Cause, groups: list[Group], *, what: str, advice: str, command: str, code: str = "") -> Need:
    held = figures(groups)
    return Need(
        cause=cause,
        about=groups[0].about,
        code=code,
        what=what,
        advice=advice,
        command=command,
        number=held.number,
        or_more=held.or_more,
        money=held.money,
        since=held.since,
        recent=held.recent,
        before=held.before,
    )
