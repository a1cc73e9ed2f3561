"""What an operator may do with records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connector.domain import payload
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.record import UNDER_WAY, Hold, State
from connector.operations.giving_reasons import reason
from connector.operations.setup.flows import require_flow
from connector.operations.work.meant import spelled
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger
from connector.store.operator.audit import Chained
from connector.store.operator.dead_letters import Filter as Letters
from connector.store.operator.records import Filter, Place

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.audit import AuditEvent
    from connector.store.operator.choosing import Version
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.records import Attempt, Locked, Record
    from connector.store.operator.transaction import OperatorTransaction


__all__ = ("Filter", "Place", "Shown")

#: of a document, named with one of them
_MOST_VERSIONS = 20


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Everything about one record."""

    record: Record
    attempts: list[Attempt]
    events: list[AuditEvent]
    #: of its document, itself included, the newest first
    versions: list[Version]
    #: in clear, only when asked for
    source: Any = None
    target: Any = None


def list_(operator: Operator, wanted: Filter) -> list[Record]:
    """The newest first; raises UnknownName for a state, hold or flow that does not exist.

    What holds a record is shown in the place of its state, and may be given as one.
    """
    with operator.transaction() as tx:
        return ledger.listing.list_(tx, _meant(tx, wanted))


def page(operator: Operator, wanted: Filter) -> tuple[list[Record], Place | None]:
    """The same, and behind which place the list goes on; None where it does not."""
    with operator.transaction() as tx:
        return ledger.listing.page(tx, _meant(tx, wanted))


def count(operator: Operator, wanted: Filter) -> int:
    """How many these are; one more than is counted where there are more (``seeking.cut``)."""
    with operator.transaction() as tx:
        return ledger.listing.count(tx, _meant(tx, wanted))


def listed(operator: Operator, wanted: Filter) -> tuple[list[Record], int | None]:
    """The newest, and how many there are where these may not be all."""
    found = list_(operator, wanted)
    return found, count(operator, wanted) if len(found) >= wanted.most else None


def worded(wanted: Filter) -> Filter:
    """The same, with a hold that was given as a state as a hold; raises UnknownName for words that are neither."""
    if wanted.state in set(Hold) and wanted.hold in {None, wanted.state}:
        wanted = replace(wanted, state=None, hold=wanted.state)
    if wanted.state is not None and wanted.state not in set(State):
        raise UnknownName.among("state", wanted.state, [*State, *Hold])
    if wanted.hold is not None and wanted.hold not in set(Hold):
        raise UnknownName.among("hold", wanted.hold, [hold.value for hold in Hold])
    return wanted


def _meant(tx: OperatorTransaction, wanted: Filter) -> Filter:
    wanted = worded(wanted)
    if wanted.flow is not None:
        require_flow(tx, wanted.flow)
    return spelled(wanted)


def get(operator: Operator, record_id: UUID, *, payloads: bool = False) -> Shown:
    """One record with its attempts and its history; its documents in clear only when asked for, which is audited."""
    with operator.transaction() as tx:
        record = ledger.records.by_id(tx, record_id)
        source = target = None
        if payloads:
            sealed = ledger.records.payloads(tx, record_id)
            source, target = (
                None if value is None else payload.bare(unsealed(operator, record_id, name, value))
                for name, value in zip(("source", "target"), sealed, strict=True)
            )
            ledger.audit.note(tx, f"operator:{operator.actor}", "operator.read_payload", {"record": str(record_id)})
        return Shown(
            record=record,
            attempts=ledger.records.attempts(tx, record_id),
            events=ledger.audit.history(tx, str(record_id)),
            versions=ledger.choosing.versions(tx, record_id, most=_MOST_VERSIONS),
            source=source,
            target=target,
        )


def replay(operator: Operator, record_id: UUID, *, why: str = "", discarded: bool = False) -> Record:
    """Map and load a record once more from its source document; what the target already has is not sent twice.

    ``why`` is kept in the audit trail. What a person discarded goes only where whoever asks has seen that
    (``discarded``).
    """
    because = {"why": reason(why)} if why else {}
    with operator.transaction() as tx:
        record = ledger.records.locked(tx, record_id)
        why_not = _cannot_replay(record)
        if why_not:
            raise ConfigurationError(f"Record {record_id} cannot be replayed: {why_not}")
        letters = ledger.dead_letters.of_records(tx, [record_id]) if record.state == State.DEAD else []
        if letters and not discarded and letters[0].by_hand:
            raise known_as_discarded(f"Record {record_id}", letters[0], f"record replay {record_id}")
        ledger.dead_letters.reopen(tx, record_id)  # what somebody discarded may have been reversed by hand
        chained = Chained(record_id=record_id, audit_head=record.audit_head)
        heads = ledger.audit.note_records(tx, [chained], "operator.replayed", {"was": record.state, **because})
        ledger.records.send_again(tx, {record_id: State.EXTRACTED.value}, heads)
        open_letters = ledger.dead_letters.lock(
            tx, ledger.dead_letters.open_ids(tx, Letters(ids=(record_id,)), after=None, most=1)
        )
        ledger.dead_letters.resolve(tx, [letter.letter_id for letter in open_letters], "replayed")
        return ledger.records.by_id(tx, record_id)


def _cannot_replay(record: Locked) -> str:
    if record.busy:
        return "a worker is busy with it right now; try again in a moment."
    if record.state in [state.value for state in UNDER_WAY]:
        return f"it is under way already ({record.state})."
    return cannot_go_again(record) or ("" if record.has_source else "its source document was removed by retention.")


def known_as_discarded(what: str, letter: DeadLetter, again: str) -> ConfigurationError:
    """Somebody discarded it, and whoever sends it again has not said that they know."""
    said = f"{letter.resolved_by} {letter.resolution}" if letter.discarded else letter.reason
    return ConfigurationError(
        f"{what} stays: {said.rstrip('.')}. Its document may have been entered by hand since: look, then send it again "
        f"with `{again} --discarded` (in the API `discarded`)."
    )


def cannot_go_again(record: Locked) -> str:
    """Why this version must not be sent once more; empty when it may."""
    if record.newest_version > record.version:
        return f"version {record.newest_version} of {record.source_key} has been read since; that one counts."
    return ""
