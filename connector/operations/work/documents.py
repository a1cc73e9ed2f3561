"""Documents as people list them: chosen by the words of an address, page by page, and taken away as a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from connector import registry
from connector.domain.errors import ConfigurationError, ConnectorError, UnknownName
from connector.domain.record import Hold, State
from connector.domain.summary import tells_of_another
from connector.operations.work import meant, seeking, times, whereabouts
from connector.reading.search_terms import term
from connector.store import operator as ledger
from connector.store.operator.listing import Group
from connector.store.operator.records import Filter, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.operations.operator import Operator
    from connector.operations.work.whereabouts import Whereabouts
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.records import Record
    from connector.store.operator.transaction import OperatorTransaction

#: what an address may say of documents
WORDS: Final = (
    "q",
    "flow",
    "state",
    "hold",
    "party",
    "from",
    "to",
    "amount",
    "since",
    "until",
    "connection",
    "code",
    "waits-for",
    "begun-before",
    "ended-since",
    "warned",
)
#: what may be asked for as a state, beside states and what holds records
GROUPS: Final = {"moving": Group.MOVING, "needs-you": Group.NEEDS, "dead-letters": Group.DEAD}
PAGE, EXPORTED = 50, 1_000
#: what is looked for is counted so far: each of it is looked into
COUNTED = 1_000
#: so many digits of an id tell it from a number
_ID_DIGITS = 8
_SEVERAL = 20
COLUMNS: Final = (
    "kind",
    "number",
    "party",
    "party name",
    "date",
    "amount",
    "currency",
    "state",
    "what for",
    "since",
    "flow",
    "source key",
    "version",
    "number in the target",
    "read",
    "id",
)
WIDTHS: Final = (18, 20, 14, 28, 11, 14, 9, 12, 48, 19, 34, 20, 8, 20, 19, 37)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A document in a list."""

    record: Record
    at: Whereabouts


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of documents."""

    lines: Sequence[Line]
    #: how many there are, counted so far and no further (``seeking.cut``)
    there: int
    counted: int
    #: where the next page begins; empty on the last
    behind: str
    #: whether more may be meant than was looked at
    cut: bool
    #: the full names of all flows
    flows: Sequence[str]


def chosen(asked: Mapping[str, str], *, now: dt.datetime) -> Filter:
    """Which documents an address means; raises ConfigurationError, UnknownName. ``now`` is aware."""
    said = {name: asked.get(name, "").strip() for name in WORDS}
    flow = said["flow"]
    sought = seeking.sought(
        now=now,
        search=said["q"] if term(said["q"]) else "",
        party=said["party"],
        amount=said["amount"],
        since=said["since"],
        until="" if _is_to_come(said["until"], now) else said["until"],
    )
    wanted = Filter(
        flow=flow if "/" in flow else None,
        integration=flow if flow and "/" not in flow else None,
        connection=said["connection"] or None,
        code=said["code"] or None,
        subject=said["waits-for"] or None,
        warned=bool(said["warned"]),
        begun_before=_moment(said["begun-before"], now),
        ended_since=_moment(said["ended-since"], now),
        current=not (said["since"] or said["until"]),  # what was read then, whatever came after it
        sought=replace(sought, days=_days(said["from"], said["to"])),
        most=PAGE,
    )
    return _held(_in_state(wanted, said["state"]), said["hold"])


def _held(wanted: Filter, hold: str) -> Filter:
    if hold and hold not in set(Hold):
        raise UnknownName.among("hold", hold, list(Hold))
    return replace(wanted, hold=hold) if hold else wanted


def _is_to_come(typed: str, now: dt.datetime) -> bool:
    """Whether it is the end of an hour or a day that is not over: everything is before that."""
    try:
        return dt.datetime.fromisoformat(typed).astimezone() > now
    except (ValueError, OverflowError):
        return False


def _moment(typed: str, now: dt.datetime) -> dt.datetime | None:
    return times.read(typed, now=now) if typed else None


def _days(first: str, last: str) -> tuple[dt.date, dt.date] | None:
    if not first and not last:
        return None
    try:
        days = (
            dt.date.fromisoformat(first) if first else dt.date.min,
            dt.date.fromisoformat(last) if last else dt.date.max,
        )
    except ValueError:
        raise ConfigurationError(f"{first or last!r} is no date: write it as 2026-11-30.") from None
    if days[0] > days[1]:
        raise ConfigurationError(f"{first} lies after {last}: no document is of a day between them.")
    return days


def _in_state(wanted: Filter, state: str) -> Filter:
    if state in GROUPS:
        return replace(wanted, group=GROUPS[state].value)
    if state in set(Hold):
        return replace(wanted, hold=state)
    if state and state not in set(State):
        raise UnknownName.among("state", state, [*State, *Hold, *GROUPS])
    return replace(wanted, state=state or None)


def look(operator: Operator, wanted: Filter, *, behind: str = "") -> Listed:
    """A page of these, behind a place that an earlier page named; raises UnknownName for a flow that is not there."""
    with operator.transaction() as tx:
        flows = _flows(tx, wanted)
        found, place = ledger.listing.page(tx, replace(wanted, after=_place(behind)))
        whole = place is None and not behind
        most = COUNTED if wanted.sought.named else ledger.listing.COUNTED
        return Listed(
            lines=_lines(tx, found),
            there=len(found) if whole else ledger.listing.count(tx, wanted, most=most),
            counted=most,
            behind="" if place is None else f"{int(place.exactly)}.{place.record}",
            cut=ledger.listing.cut(tx, wanted),
            flows=flows,
        )


def check(operator: Operator, wanted: Filter) -> None:
    """Raise UnknownName for a flow that is not there, before anything of a table is sent."""
    with operator.transaction() as tx:
        _flows(tx, wanted)


def _flows(tx: OperatorTransaction, wanted: Filter) -> list[str]:
    """The names of all flows; raises UnknownName where the one that is wanted is not among them."""
    names = ledger.flows.names(tx)
    if wanted.flow is not None and wanted.flow not in names:
        raise UnknownName.among("flow", wanted.flow, names)
    return names


def _place(behind: str) -> Place | None:
    exactly, _, name = behind.partition(".")
    try:
        return Place(exactly=exactly == "1", record=UUID(name)) if behind else None
    except ValueError:
        raise ConfigurationError("There is no such page of documents: begin with the first.") from None


def _lines(tx: OperatorTransaction, records: Sequence[Record]) -> list[Line]:
    dead = [record.id for record in records if record.state == State.DEAD]
    letters: dict[UUID, DeadLetter] = {}
    for letter in ledger.dead_letters.of_records(tx, dead) if dead else ():
        letters.setdefault(letter.record_id, letter)
    names = {record.flow: ends(record.flow) for record in records}
    return [
        Line(
            record=record,
            at=whereabouts.of(
                record, letters.get(record.id), source=names[record.flow][0], target=names[record.flow][1]
            ),
        )
        for record in records
    ]


def ends(flow: str) -> tuple[str, str]:
    """What people call the system that a flow reads from, and the one that it writes to."""
    try:
        known = registry.flow(flow.rpartition("/")[2])
        return registry.system(known.source.system).title, registry.system(known.target.system).title
    except ConnectorError:
        return "its source", "its target"


def sole(operator: Operator, text: str) -> UUID | None:
    """The only document that is called exactly so, its newest version; None for none and for several.

    What only tells of it (a payment, a receipt) has its number, too, and is not what is meant.
    """
    typed = text.strip()
    chosen_ids = meant.beginning(typed) if len(typed.replace("-", "")) >= _ID_DIGITS else None
    with operator.transaction() as tx:
        if chosen_ids is not None:
            by_id = ledger.choosing.between(tx, *chosen_ids, most=2)
            if len(by_id) == 1:
                return by_id[0].id
        called = ledger.choosing.called(tx, typed, most=_SEVERAL) if term(typed) else []
    newest: dict[tuple[str, str], Record] = {}
    for one in sorted(called, key=lambda record: -record.version):
        newest.setdefault((one.flow, one.source_key), one)
    own = [one for one in newest.values() if not tells_of_another(one.kind or "")] or list(newest.values())
    return own[0].id if len(own) == 1 and len(called) < _SEVERAL else None


def rows(operator: Operator, wanted: Filter) -> Iterator[tuple[object, ...]]:
    """All of these as rows of a table, however many; no transaction stays open while somebody reads them."""
    place: Place | None = None
    while True:
        with operator.transaction() as tx:
            _flows(tx, wanted)
            found, place = ledger.listing.page(tx, replace(wanted, after=place, most=EXPORTED))
            lines = _lines(tx, found)
        yield from map(_row, lines)
        if place is None:
            return


def _row(line: Line) -> tuple[object, ...]:
    record = line.record
    return (
        record.kind,
        record.number or record.source_key,
        record.party,
        record.party_name,
        record.date,
        record.amount,
        record.currency,
        line.at.word,
        line.at.what,
        line.at.since,
        record.flow,
        record.source_key,
        record.version,
        record.target_id,
        record.created_at,
        str(record.id),
    )
