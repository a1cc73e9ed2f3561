"""What an operator may say about a write whose answer was lost, where the target itself cannot be asked.

Until somebody has looked nothing is sent again, however often it is requeued: only ``settle`` ends the doubt, and who
said what is kept in the audit trail. A document has one write without an answer at most, its last one; so one answer is
for all letters that ask about it, of whatever version, and for the version that counts. An answer says which attempt it
is about: what was sent after somebody had looked is another doubt, and nobody has looked for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.journey import IN_DOUBT
from connector.domain.record import State
from connector.store import operator as ledger
from connector.store.operator.audit import Chained

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.doubt import Doubt, Version
    from connector.store.operator.transaction import OperatorTransaction

_LONGEST_ID = 200


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A letter that is answered."""

    letter: DeadLetter
    #: the version of its document that counts now
    newest: int


def settle(operator: Operator, letter_id: UUID, *, attempt: int, there: str | None) -> Settled:
    """Answer the letter's question: ``there`` is the id the target shows the document under, None: it is not there.

    ``attempt`` is the write that somebody looked for, as the letter named it then; another one is not answered by it.
    What is there goes on as if the answer had come; what is not is sent once more. Where a newer version was read, that
    one goes on, mapped anew with what is known then, in whatever state it is. A letter of another code is settled as
    well, where a write of its document has no answer. Raises ConfigurationError for a letter that asks nothing.
    """
    found = None if there is None else " ".join(there.split())
    if found is not None and not (found.isprintable() and 0 < len(found) <= _LONGEST_ID):
        raise ConfigurationError(f"The number that the target shows has 1 to {_LONGEST_ID} printable characters.")
    with operator.transaction() as tx:
        versions = ledger.doubt.lock(tx, ledger.dead_letters.by_id(tx, letter_id).record_id)
        letter = ledger.dead_letters.by_id(tx, letter_id)
        named = next((one for one in versions if one.letter_id == letter.id), None)
        if named is None:
            raise ConfigurationError(f"Dead letter {letter.id} is resolved already: {letter.resolution}.")
        doubt = _asked(tx, named, letter)
        if doubt.attempt != attempt:
            raise ConfigurationError(
                f"{letter.source_key} was sent again since: attempt {doubt.attempt} has no answer, and not {attempt}. "
                "Nothing was done; look in the target once more, and answer for that one."
            )
        _answer(tx, _Question(named=named, versions=versions, doubt=doubt), found)
        return Settled(letter=ledger.dead_letters.by_id(tx, letter.id), newest=named.record.newest_version)


@dataclass(frozen=True, kw_only=True)
class _Question:
    """A write without an answer, and who waits for it."""

    named: Version
    versions: list[Version]
    doubt: Doubt

    @property
    def asking(self) -> list[Version]:
        """Those whose letters ask; one of another code only where it was named."""
        return [one for one in self.versions if one is self.named or (one.letter_id and one.code == IN_DOUBT)]


def _asked(tx: OperatorTransaction, named: Version, letter: DeadLetter) -> Doubt:
    doubt, record = ledger.doubt.of(tx, named.record.record_id), named.record
    then = "requeue it" if named.is_newest else f"version {record.newest_version} has been read since; discard it"
    if doubt is None and letter.code != IN_DOUBT:
        raise ConfigurationError(
            f"Only a letter about a write without an answer asks something; {letter.id} is one of {letter.code}."
        )
    if doubt is None:
        raise ConfigurationError(f"Nothing of {record.source_key} waits for an answer any more; {then}.")
    if doubt.version > record.version:
        raise ConfigurationError(
            f"Version {doubt.version} of {record.source_key} was sent since, and only that write has no answer; say "
            "there what you found, and discard this one."
        )
    return doubt


def _answer(tx: OperatorTransaction, asked: _Question, found: str | None) -> None:
    named, newest = asked.named.record, asked.versions[-1]
    if any(one.record.busy for one in asked.versions):
        raise ConfigurationError(f"A worker is busy with {named.source_key} right now; try again in a moment.")
    if found is None:
        ledger.doubt.is_not_there(tx, named.record_id)
    else:
        ledger.doubt.is_there(tx, asked.doubt, found)
    going = _going(asked, found)
    mapped_anew = newest in asked.asking and going[newest.record.record_id] == State.EXTRACTED.value
    if mapped_anew and not newest.record.has_source:
        raise ConfigurationError("Its documents were removed by retention; discard it and say why.")
    said = {"there": found is not None, **({"target_id": found} if found is not None else {})}
    touched = [one for one in asked.versions if one in asked.asking or one.record.record_id in going]
    chained = [Chained(record_id=one.record.record_id, audit_head=one.record.audit_head) for one in touched]
    heads = ledger.audit.note_records(tx, chained, "operator.settled", said)
    ledger.records.send_again(tx, going, heads)
    older = [one for one in asked.asking if not one.is_newest]
    ledger.doubt.give_way(tx, older, heads, newest=newest.record.version)
    waiting = [one for one in asked.versions if one.record.state == State.EXTRACTED.value and not one.waits_its_turn]
    ledger.doubt.look_again(tx, [one.record.record_id for one in waiting])
    letters = [one.letter_id for one in asked.asking if one.letter_id is not None]
    ledger.dead_letters.resolve(tx, letters, f"settled: there as {found}" if found else "settled: not there")


def _going(asked: _Question, found: str | None) -> dict[UUID, str]:
    """The versions that go on, and where.

    What was sent goes on as it was sent, so that nothing is left to send; anything else is mapped with what is known
    now: the target may have it, so that it is an update there.
    """
    going: dict[UUID, str] = {}
    for one in asked.versions:
        record = one.record
        as_sent = asked.doubt.version == record.version and not asked.doubt.mapped_since and record.has_target
        ended = one.is_newest and record.state in (State.SKIPPED.value, State.CANCELLED.value)
        if one in asked.asking and one.is_newest:
            going[record.record_id] = (State.MAPPED if found and as_sent else State.EXTRACTED).value
        elif record.has_source and (ended or record.state == State.MAPPED.value):
            going[record.record_id] = State.EXTRACTED.value
    return going
