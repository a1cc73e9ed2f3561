"""Reconciling a period, pure: what a source lists, what the ledger says, what a target answers; lists in and out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.domain.comparing import compare
from connector.domain.record import ENDED, State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.booked import Booked


class Figure(StrEnum):
    """Where a document of the source is counted."""

    IN_TARGET = "in target"
    BETWEEN = "between"
    REJECTED = "rejected"
    LEFT_OUT = "left out"
    DEAD = "dead"


class Kind(StrEnum):
    """How a document differs, the worst first."""

    TWICE = "twice in the target"
    MISSING = "not in the target"
    DIFFERS = "different in the target"
    UNCALLED = "in the target all the same"
    DOUBT = "in doubt"
    DEAD = "dead letter"
    UNREAD = "not read yet"
    CHANGED = "changed at the source"
    UNLISTED = "not at the source any more"
    UNREADABLE = "unreadable at the source"
    UNASKED = "could not be asked"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A document of the period as the ledger has it, by its newest version."""

    record_id: UUID
    key: str
    version: int
    number: str
    party: str
    party_name: str
    date: dt.date
    amount: Decimal | None
    currency: str
    state: str
    hold: str | None
    why: str
    #: what is waited for, without the document it is waited for with: a code of a letter, a gate, a table of codes
    reason: str
    #: whether a dead letter of it is open
    open_letter: bool
    #: whether a write of it has no answer
    in_doubt: bool
    target_key: str | None
    target_id: str | None
    #: whether it was named (``Summary``): an older record may have no amount yet
    named: bool = True

    @property
    def figure(self) -> Figure:
        """Where it is counted. What a person discarded is left out, and why stands in the audit trail."""
        match State(self.state):
            case State.DONE | State.LOADED:
                return Figure.IN_TARGET
            case State.REJECTED:
                return Figure.REJECTED
            case State.DEAD:
                return Figure.DEAD if self.open_letter else Figure.LEFT_OUT
            case state if state in ENDED:
                return Figure.LEFT_OUT
            case _:
                return Figure.BETWEEN


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One document that a person has to look at."""

    kind: Kind
    key: str
    why: str
    number: str = ""
    party: str = ""
    date: dt.date | None = None
    amount: Decimal | None = None
    currency: str = ""
    record_id: UUID | None = None
    target_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A document as its source lists it now."""

    key: str
    fingerprint: str
    number: str = ""
    party: str = ""
    date: dt.date | None = None
    amount: Decimal | None = None
    currency: str = ""
    #: why nobody can read it; empty where somebody can
    unreadable: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a target says of a document."""

    copies: int
    #: how it differs from what was sent; empty where it does not, or nobody can tell
    difference: str = ""
    target_id: str = ""
    #: why it could not be asked; empty where it was
    error: str = ""


@dataclass(kw_only=True)
class Sum:
    """Documents, and what they amount to."""

    documents: int = 0
    amount: Decimal = Decimal(0)


@dataclass(kw_only=True)
class Posted:
    """What was posted on one account."""

    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    def add(self, more: Posted | Booked) -> None:
        """Add what else was posted there."""
        self.debit, self.credit = self.debit + more.debit, self.credit + more.credit


@dataclass(kw_only=True)
class Figures:
    """Where the documents of a period stand, in numbers and amounts. Grows by one document after the other."""

    documents: int = 0
    #: without a summary yet, so that they have no amount here
    unnamed: int = 0
    #: by figure and currency
    sums: dict[tuple[Figure, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    #: by figure and reason
    reasons: dict[tuple[Figure, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, one: Kept) -> None:
        """Count a document."""
        self.documents += 1
        self.unnamed += not one.named
        total = self.sums[one.figure, one.currency]
        total.documents += 1
        total.amount += one.amount or 0
        if one.reason:
            self.reasons[one.figure, one.reason] += 1

    def count(self, figure: Figure) -> int:
        """How many documents a figure has."""
        return sum(total.documents for (which, _), total in self.sums.items() if which is figure)


def of_ledger(one: Kept) -> Difference | None:
    """What the ledger itself says is not right: a write without an answer, an open dead letter."""
    if one.in_doubt:
        return differing(one, Kind.DOUBT, "A write of it has no answer: settle it, or wait until it is asked about.")
    return differing(one, Kind.DEAD, one.why) if one.figure is Figure.DEAD else None


def against_source(
    flow: str, listed: Sequence[Listed], known: Mapping[str, str], *, tolerated: Collection[str] = ()
) -> Iterator[Difference]:
    """What a source lists against the fingerprints that the ledger has of them."""
    rows = {one.key: one for one in listed}
    changed = {key for key, one in rows.items() if known.get(key, one.fingerprint) != one.fingerprint}
    compared = compare(flow, rows, dict.fromkeys(known, 1), wrong=changed, tolerated=tolerated)
    for kind, keys, why in (
        (Kind.UNREAD, compared.missing, "The source lists it, and no run has read it: run the flow."),
        (Kind.CHANGED, compared.wrong, "The source says something else by now, which no run has read: run the flow."),
    ):
        for key in keys:
            one = rows[key]
            said = (Kind.UNREADABLE, one.unreadable) if one.unreadable and kind is Kind.UNREAD else (kind, why)
            yield Difference(
                kind=said[0],
                key=key,
                why=said[1],
                number=one.number,
                party=one.party,
                date=one.date,
                amount=one.amount,
                currency=one.currency,
            )


def against_target(flow: str, kept: Mapping[str, Kept], answers: Mapping[str, Answer]) -> Iterator[Difference]:
    """What the ledger says of documents, by their keys, against what the target answers of each.

    What the ledger says is in the target must be there, once, as it was sent; nothing else may be.
    """
    asked = {key: one for key, one in answers.items() if not one.error}
    wanted = {key for key in asked if kept[key].figure is Figure.IN_TARGET}
    there = {key: one.copies for key, one in asked.items() if one.copies}
    wrong = {key for key in wanted if answers[key].copies and answers[key].difference}
    # what has a number of the target from an earlier version may well be there while a later one waits
    tolerated = {key for key in asked if kept[key].target_id}
    compared = compare(flow, wanted, there, wrong=wrong, tolerated=tolerated)
    for kind, keys in (
        (Kind.TWICE, compared.twice),
        (Kind.MISSING, compared.missing),
        (Kind.DIFFERS, compared.wrong),
        (Kind.UNCALLED, compared.uncalled),
    ):
        for key in keys:
            answer = answers[key]
            why = _WHY[kind].format(copies=answer.copies, difference=answer.difference, state=kept[key].state)
            yield differing(kept[key], kind, why, target_id=answer.target_id)
    for key, one in answers.items():
        if one.error:
            yield differing(kept[key], Kind.UNASKED, one.error)


_WHY = {
    Kind.TWICE: "The target has it {copies} times: keep one, and take the others back there.",
    Kind.MISSING: "The ledger has it as done, and the target does not show it: look there; `record replay` sends it "
    "again, after it was asked for once more.",
    Kind.DIFFERS: "{difference}",
    Kind.UNCALLED: "The ledger has it as {state}, and the target shows it: somebody entered it by hand, or it arrived "
    "although it was refused.",
}


def differing(one: Kept, kind: Kind, why: str, *, target_id: str = "") -> Difference:
    """A difference of a document that the ledger has."""
    return Difference(
        kind=kind,
        key=one.key,
        why=why,
        number=one.number,
        party=one.party,
        date=one.date,
        amount=one.amount,
        currency=one.currency,
        record_id=one.record_id,
        target_id=target_id or one.target_id or "",
    )
