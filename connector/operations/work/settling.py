"""What an operator may say about a write whose answer was lost, where the target itself cannot be asked.

Until somebody has looked nothing is sent again, however often it is requeued: only ``settle`` ends the doubt, and who
said what is kept in the audit trail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.record import State
from connector.operations.work.dead_letters import IN_DOUBT
from connector.operations.work.records import cannot_go_again
from connector.store import operator as ledger
from connector.store.operator.audit import Chained
from connector.store.operator.dead_letters import Filter

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.dead_letters import DeadLetter, OpenLetter
    from connector.store.operator.transaction import OperatorTransaction

_LONGEST_ID = 200


def settle(operator: Operator, letter_id: UUID, *, there: str | None) -> DeadLetter:
    """Answer the letter's question: ``there`` is the id the target shows the document under, None: it is not there.

    What is there goes on as if the answer had come; what is not is sent once more. A version of which nothing was to be
    sent is mapped anew, with what is known then. Raises ConfigurationError for a letter that asks nothing.
    """
    found = None if there is None else " ".join(there.split())
    if found is not None and not (found.isprintable() and 0 < len(found) <= _LONGEST_ID):
        raise ConfigurationError(f"--there takes the number the target shows, 1 to {_LONGEST_ID} characters.")
    with operator.transaction() as tx:
        letter = ledger.dead_letters.by_id(tx, letter_id)
        asking = Filter(ids=(letter_id,), code=IN_DOUBT)
        opened = ledger.dead_letters.lock(tx, ledger.dead_letters.open_ids(tx, asking, after=None, most=1))
        if not opened:
            state = f"resolved already: {letter.resolution}" if letter.resolved_at else f"one of {letter.code}"
            raise ConfigurationError(f"Only an open dead letter of {IN_DOUBT} asks something; {letter.id} is {state}.")
        _answer(tx, opened[0], found)
        return ledger.dead_letters.by_id(tx, letter_id)


def _answer(tx: OperatorTransaction, opened: OpenLetter, found: str | None) -> None:
    record = opened.record
    if why := cannot_go_again(record):
        raise ConfigurationError(f"Its own letter asks about that one; {why}")
    if found is None:
        answered, state = ledger.doubt.is_not_there(tx, record.record_id), State.EXTRACTED
    else:
        # as it was sent, not mapped anew: nothing is left to send then; what was never mapped is mapped now
        answered = ledger.doubt.is_there(tx, record.record_id, found)
        state = State.MAPPED if record.has_target else State.EXTRACTED
    if not answered:
        raise ConfigurationError(f"Nothing of {record.source_key} waits for an answer any more; requeue it.")
    if state is State.EXTRACTED and not record.has_source:
        raise ConfigurationError("Its documents were removed by retention; discard it and say why.")
    said = {"there": found is not None, **({"target_id": found} if found is not None else {})}
    chained = [Chained(record_id=record.record_id, audit_head=record.audit_head)]
    ledger.records.send_again(
        tx, {record.record_id: state.value}, ledger.audit.note_records(tx, chained, "operator.settled", said)
    )
    ledger.dead_letters.resolve(tx, [opened.letter_id], f"settled: there as {found}" if found else "settled: not there")
