"""What an operator may do with dead letters."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.identity import new_id
from connector.domain.journey import IN_DOUBT
from connector.domain.reason import REASONS
from connector.domain.record import LISTED_AFTER_DISCARD, State
from connector.operations.giving_reasons import reason
from connector.operations.setup.flows import require_flow
from connector.operations.work.records import cannot_go_again, known_as_discarded
from connector.store import operator as ledger
from connector.store.operator.audit import Chained
from connector.store.operator.dead_letters import DISCARDED, Filter

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.dead_letters import DeadLetter, OpenLetter
    from connector.store.operator.transaction import OperatorTransaction

__all__ = ("Filter", "Requeued")

#: how many go in one transaction: a crash midway loses at most the work on these
BATCH = 500
#: what the audit trail calls all requeueing by filter
SUBJECT = "dead:requeue"


@dataclass(frozen=True, kw_only=True)
class Requeued:
    """What one batch did."""

    letters: int
    #: letters that stay, with the reason
    refused: list[tuple[UUID, str]] = field(default_factory=list)


def list_(operator: Operator, wanted: Filter, *, most: int, resolved: bool) -> list[DeadLetter]:
    """The newest first; raises UnknownName for a flow or a reason that does not exist."""
    with operator.transaction() as tx:
        _require(tx, wanted)
        return ledger.dead_letters.list_(tx, wanted, most=most, resolved=resolved)


def count(operator: Operator, wanted: Filter, *, resolved: bool) -> int:
    """How many these are; one more than is counted where there are more (``seeking.cut``)."""
    with operator.transaction() as tx:
        return ledger.dead_letters.count(tx, wanted, most=ledger.listing.COUNTED + 1, resolved=resolved)


def listed(operator: Operator, wanted: Filter, *, most: int, resolved: bool) -> tuple[list[DeadLetter], int | None]:
    """The newest, and how many there are where these may not be all."""
    found = list_(operator, wanted, most=most, resolved=resolved)
    return found, count(operator, wanted, resolved=resolved) if len(found) >= most else None


def _require(tx: OperatorTransaction, wanted: Filter) -> None:
    if wanted.flow is not None:
        require_flow(tx, wanted.flow)
    if wanted.code is not None and wanted.code not in REASONS:
        known = REASONS.union(ledger.dead_letters.codes(tx))  # those of flows from outside
        if wanted.code not in known:
            raise UnknownName.among("reason", wanted.code, known)


def get(operator: Operator, letter_id: UUID) -> DeadLetter:
    """One letter, by its own id or its record's."""
    with operator.transaction() as tx:
        return ledger.dead_letters.by_id(tx, letter_id)


def select(operator: Operator, wanted: Filter) -> tuple[Filter, int]:
    """Fix which letters are meant: those open now, not those that die while the requeue works; and how many.

    Where the filter says until when they were written, those that somebody has seen are meant, and not later ones.

    Raises UnknownName for a flow or a reason that does not exist, ConfigurationError when an id names no open letter:
    one that somebody discarded is meant only where whoever asks has seen that (``discarded``).
    """
    with operator.transaction() as tx:
        _require(tx, wanted)
        for letter_id in wanted.ids:
            letter = ledger.dead_letters.by_id(tx, letter_id)
            if letter.resolved_at and not letter.discarded and not _open(tx, letter_id):
                raise ConfigurationError(
                    f"Dead letter {letter_id} is resolved already: {letter.resolution} by {letter.resolved_by}."
                )
        fixed = dataclasses.replace(wanted, until=wanted.until or tx.now)
        closed = _discarded(tx, wanted)
        for letter in closed:
            if not wanted.discarded:
                raise known_as_discarded(f"Dead letter {letter.id}", letter, f"dead requeue {letter.id}")
            if why := cannot_go_again(ledger.records.locked(tx, letter.record_id)):
                raise ConfigurationError(f"Dead letter {letter.id} stays {letter.resolution}: {why}")
        return fixed, ledger.dead_letters.count_open(tx, fixed) + len(closed)


def _open(tx: OperatorTransaction, letter_id: UUID) -> bool:
    return ledger.dead_letters.count_open(tx, Filter(ids=(letter_id,))) > 0


def _discarded(tx: OperatorTransaction, wanted: Filter) -> list[DeadLetter]:
    named = (ledger.dead_letters.by_id(tx, letter_id) for letter_id in wanted.ids if not _open(tx, letter_id))
    return [letter for letter in named if letter.discarded]


def _reopen(tx: OperatorTransaction, wanted: Filter) -> None:
    for letter in _discarded(tx, wanted):
        record = ledger.records.locked(tx, letter.record_id)
        if ledger.dead_letters.reopen(tx, letter.id):
            chained = Chained(record_id=record.record_id, audit_head=record.audit_head)
            said = {"was": f"{letter.resolved_by} {letter.resolution}"}
            ledger.dead_letters.set_heads(tx, ledger.audit.note_records(tx, [chained], "operator.reopened", said))


def requeue(operator: Operator, fixed: Filter, *, batch: int = BATCH, why: str = "") -> Generator[Requeued]:
    """Send them on their way again, batch by batch; stopping in between loses nothing, asking again does the rest.

    Letters named one by one leave events of their records only; a whole filter is an event of its own, too: who, which
    letters, how many were meant, and after each batch how many are done. Where it was killed, the last of these tells.
    ``why`` is kept in the audit trail.
    """
    audited = _AuditedRequeue(operator, fixed, {"why": reason(why)} if why else {})
    after: UUID | None = None
    if fixed.discarded:
        with operator.transaction() as tx:
            _reopen(tx, fixed)
    audited.began()
    try:
        while True:
            with operator.transaction() as tx:  # without a lock: what somebody else takes is not the end of the list
                chosen = ledger.dead_letters.open_ids(tx, fixed, after=after, most=batch)
            if not chosen:
                break
            yield audited.batch(chosen)
            after = chosen[-1]
    except GeneratorExit:
        audited.ended("stopped")
        raise
    audited.ended("ended")


def requeue_all(operator: Operator, fixed: Filter, *, why: str = "", total: int, report: Report) -> Requeued:
    """The same to its end; ``report`` is told after each batch, and may stop it there."""
    done, refused = 0, list[tuple[UUID, str]]()
    with closing(requeue(operator, fixed, why=why)) as batches:
        for batch in batches:
            done += batch.letters
            refused += batch.refused
            report("Requeueing", done + len(refused), total)
    return Requeued(letters=done, refused=refused)


class _AuditedRequeue:
    """A requeue, and what the audit trail says of it when it goes by a filter."""

    def __init__(self, operator: Operator, fixed: Filter, said: Mapping[str, str]) -> None:
        self._operator, self._fixed, self._said = operator, fixed, said
        self._about = {"requeue": str(new_id()), "flow": fixed.flow, "reason": fixed.code, **said}
        self._done = self._refused = 0

    def began(self) -> None:
        with self._operator.transaction() as tx:
            self._note(tx, "began", meant=ledger.dead_letters.count_open(tx, self._fixed))

    def batch(self, chosen: Sequence[UUID]) -> Requeued:
        """Requeue these letters, and say how many it were until now."""

        def work(tx: OperatorTransaction) -> Requeued:
            batch = _requeue(tx, ledger.dead_letters.lock(tx, chosen), self._fixed, self._said)
            refused = self._refused + len(batch.refused)
            self._note(tx, "went_on", requeued=self._done + batch.letters, refused=refused)
            return batch

        batch = self._operator.transact(work)
        self._done, self._refused = self._done + batch.letters, self._refused + len(batch.refused)
        return batch

    def ended(self, how: str) -> None:
        with self._operator.transaction() as tx:
            self._note(tx, how, requeued=self._done, refused=self._refused)

    def _note(self, tx: OperatorTransaction, what: str, **counts: int) -> None:
        if not self._fixed.ids:
            ledger.audit.note(tx, SUBJECT, f"operator.requeue_{what}", {**self._about, **counts})


def _requeue(tx: OperatorTransaction, opened: list[OpenLetter], fixed: Filter, said: Mapping[str, str]) -> Requeued:
    refused = [(letter.letter_id, why) for letter in opened if (why := _why_not(letter, fixed))]
    stay = {letter_id for letter_id, _ in refused}
    going = [letter for letter in opened if letter.letter_id not in stay]
    if going:
        chained = [Chained(record_id=letter.record.record_id, audit_head=letter.record.audit_head) for letter in going]
        heads = ledger.audit.note_records(tx, chained, "operator.requeued", said)
        states = {letter.record.record_id: _goes_back_to(letter).value for letter in going}
        ledger.records.send_again(tx, states, heads)
        ledger.dead_letters.resolve(tx, [letter.letter_id for letter in going], "requeued")
    return Requeued(letters=len(going), refused=refused)


def _goes_back_to(letter: OpenLetter) -> State:
    """Where the journey goes on: what the target has is only confirmed; all else is mapped anew, with today's codes.

    What the target had of a document that was discarded, somebody may have reversed: it begins anew, if it can.
    """
    if letter.record.has_result and letter.code != LISTED_AFTER_DISCARD and not letter.reopened:
        return State.LOADED
    return State.EXTRACTED if letter.record.has_source else State.MAPPED


def _why_not(letter: OpenLetter, fixed: Filter) -> str:
    record = letter.record
    if letter.code == LISTED_AFTER_DISCARD:
        known = letter.letter_id in fixed.ids or (fixed.ids and fixed.discarded) or fixed.code == LISTED_AFTER_DISCARD
        if not known:
            return (
                "a person discarded its document before, so it may have been posted by hand: look, then requeue it by "
                f"its id, or all of these by the reason {LISTED_AFTER_DISCARD}."
            )
        if not record.has_source:
            return "its document was removed by retention."
    if letter.code == IN_DOUBT:
        return "nobody has said yet whether the target has it: look there, then say what you found with `dead settle`."
    if record.state != State.DEAD.value or record.busy:
        return f"its record is {record.state} and not dead any more."
    if not record.has_target and not record.has_source:
        return "its documents were removed by retention."
    return cannot_go_again(record)


def discard(operator: Operator, letter_id: UUID, why: str) -> DeadLetter:
    """Close a letter without doing anything about its record, and say why.

    It is named by its own id: what died once more since somebody looked is another letter. Raises ConfigurationError
    for the id of a record, and for a letter that is resolved.
    """
    because = reason(why)
    with operator.transaction() as tx:
        newest = ledger.dead_letters.by_id(tx, letter_id)
        if newest.id != letter_id:
            raise ConfigurationError(
                f"{letter_id} is a record, and may have died more than once: name the dead letter that you looked at. "
                f"Its newest one is {newest.id} ({newest.code})."
            )
        opened = ledger.dead_letters.lock(
            tx, ledger.dead_letters.open_ids(tx, Filter(ids=(letter_id,)), after=None, most=1)
        )
        if not opened:
            raise ConfigurationError(f"Dead letter {letter_id} is resolved already; see `dead show {letter_id}`.")
        record = opened[0].record
        chained = Chained(record_id=record.record_id, audit_head=record.audit_head)
        ledger.dead_letters.set_heads(
            tx, ledger.audit.note_records(tx, [chained], "operator.discarded", {"why": because})
        )
        ledger.dead_letters.resolve(tx, [opened[0].letter_id], f"{DISCARDED}{because}")
        return ledger.dead_letters.by_id(tx, letter_id)
