"""``record correct``: one field of one record that is stuck, on a copy of its source document.

What was read stays as it is. The copy is the next version of its document, sealed for a record of its own: nobody
can put another one in its place. It goes the way of every version, so that attempts, doubts and links count as before.
What the source says later counts instead of it; so the document is read again at once.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical, payload
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.flow import Mapped
from connector.domain.identity import new_id
from connector.domain.journey import IN_DOUBT
from connector.domain.leaves import Difference, differences, leaves, replaced
from connector.domain.outcome import Park, Wait
from connector.domain.payload import payload_identity
from connector.domain.record import LISTED_AFTER_DISCARD, Hold, State
from connector.operations.giving_reasons import reason
from connector.operations.setup.flows import require_flow
from connector.operations.work import fields
from connector.operations.work.dry_run import decide, meaning
from connector.operations.work.records import cannot_go_again
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.gate import CodeNeed, Known, Needs
    from connector.domain.outcome import Outcome
    from connector.operations.operator import Operator
    from connector.store.operator.correcting import Stuck
    from connector.store.operator.records import Record
    from connector.store.operator.transaction import OperatorTransaction

_REJECTED = "its source was told that it was refused, so it is corrected there, and read again by itself."
_NOT_STUCK = "it is not stuck ({}): only dead letters are corrected, and what waits at a gate or for a code."
_IN_DOUBT = (
    "the answer to its last write was lost: look in the target whether it has it, and say so with "
    "`ml-connector dead settle` first."
)
_DISCARDED = "a person discarded its document before: look whether it was posted by hand, and requeue it first."
_CLOSED = (
    "a person discarded its dead letter, so it may have been posted by hand: look, then requeue it first with "
    "`dead requeue`."
)
_TAKEN = "the target has it already, and only its source is to be told: do that with `ml-connector dead requeue`."


@dataclass(frozen=True, kw_only=True)
class CodeInstead:
    """A row of a crosswalk that would make such a correction needless."""

    table: str
    #: the code that was corrected, and what the code in its place is called in the target
    source: str
    target: str
    #: what its row says now; None where there is none
    now: str | None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a correction would do; nothing is written yet."""

    record: Record
    field: str
    #: what it should say, as it was typed
    value: str
    before: Any
    after: Any
    #: what became of the document as it was read, and what becomes of it now: a word and a sentence
    was: tuple[str, str]
    becomes: tuple[str, str]
    #: of what is sent, field by field; all of it where nothing was sent before
    target: list[Difference]
    #: for the next documents
    instead: list[CodeInstead]
    #: what of it the trail may say: a code of a crosswalk, and what the document is called otherwise
    in_clear: Mapping[str, Any]
    #: the corrected document
    document: Mapping[str, Any]


def propose(operator: Operator, record_id: UUID, field: str, value: str) -> Proposal:
    """Check a correction with the flow's own rules, and say what it would change; audited as a look at the document.

    Raises ConfigurationError for a record that is not stuck, a field that may not be corrected, and a document that
    could not be sent afterwards either.
    """
    with operator.transaction() as tx:
        record = ledger.records.by_id(tx, record_id)
        row = require_flow(tx, record.flow)
        stuck = _stuck(tx, record_id)
        sealed, _ = ledger.records.payloads(tx, record_id)
        ledger.audit.note(
            tx, f"operator:{operator.actor}", "operator.read_payload", {"record": str(record_id), "what": "correct"}
        )
    flow: Flow[Any] = registry.flow(row.name)
    read = _opened(operator, record_id, row.id, record.source_key, sealed)
    said = fields.said(flow, read, field, value)
    document = replaced(read, field, said)
    before, after = (decide(operator, row, flow, one) for one in (read, document))
    _opens_no_gate(record, before, emptied=not str(said).strip())
    if (_words(flow, before), _body(before)) == (_words(flow, after), _body(after)):
        raise ConfigurationError(
            f"This correction changes nothing of what becomes of {record.source_key}: {_words(flow, after)[1]}"
            f"{fields.absent(read, field)}"
        )
    _possible(flow, record, stuck, after)
    asked, asks = (_codes(operator, row, flow, one) for one in (read, document))
    return Proposal(
        record=record,
        field=field,
        value=value,
        before=leaves(read).get(field),
        after=said,
        was=_words(flow, before),
        becomes=_words(flow, after),
        target=differences(_body(before), _body(after)),
        instead=_instead(asked, asks),
        in_clear=_in_clear(leaves(read).get(field), said, asked, asks)
        | _called(flow, record.source_key, read, document),
        document=document,
    )


def correct(operator: Operator, proposal: Proposal, why: str) -> Record:
    """Write the corrected copy and let it go on; returns its record. Raises ConfigurationError when things moved."""
    because = reason(why)
    of, new = proposal.record, new_id()
    with operator.transaction() as tx:
        row = require_flow(tx, of.flow)
        stuck = _stuck(tx, of.id)
        labelled = payload.labelled(proposal.document, flow_id=row.id, key=of.source_key)
        sealed = operator.application.vault.seal(canonical.dumps(labelled), payload_identity(new, "source"))
        detail = {
            "flow": row.name,
            "was": stuck.code or stuck.hold,
            "field": proposal.field,
            **proposal.in_clear,
        }
        ledger.correcting.copy(tx, stuck.record, new, sealed, {**detail, "why": because})
        flow: Flow[Any] = registry.flow(row.name)
        called = flow.summary_of(proposal.document, of.source_key)
        ledger.naming.keep(tx, [(new, called, (of.source_key, of.target_id or ""))])
        if stuck.letter_id is not None:
            ledger.dead_letters.resolve(tx, [stuck.letter_id], "corrected")
        # Whoever reads the source in this moment knows of no correction: what it found newer is found again.
        ledger.runs.insert_single(tx, flow_id=row.id, keys={new_id(): _own_name(flow, proposal)})
        return ledger.records.by_id(tx, new)


def _own_name(flow: Flow[Any], proposal: Proposal) -> str:
    own = proposal.document.get(flow.identity_field) if flow.identity_field else None
    return own if isinstance(own, str) and own else proposal.record.source_key


def _stuck(tx: OperatorTransaction, record_id: UUID) -> Stuck:
    stuck = ledger.correcting.lock(tx, record_id)
    if stuck is None:
        raise ledger.records.absent(record_id)
    if why := _why_not(stuck):
        raise ConfigurationError(f"Record {record_id} cannot be corrected: {why}")
    return stuck


def _why_not(stuck: Stuck) -> str:
    record = stuck.record
    held = record.state == State.EXTRACTED and stuck.hold in {Hold.GATE, Hold.PARK}
    checks = (
        (record.busy, "a worker is busy with it right now; try again in a moment."),
        (bool(cannot_go_again(record)), cannot_go_again(record)),
        (record.state == State.REJECTED, _REJECTED),
        (not held and record.state != State.DEAD, _NOT_STUCK.format(stuck.hold or record.state)),
        (stuck.code == IN_DOUBT or stuck.in_doubt, _IN_DOUBT),
        (stuck.code == LISTED_AFTER_DISCARD, _DISCARDED),
        (record.state == State.DEAD and stuck.letter_id is None, _CLOSED),
        (not held and record.has_result, _TAKEN),
        (not record.has_source, "its source document was removed by retention."),
    )
    return next((why for applies, why in checks if applies), "")


def _opened(operator: Operator, record_id: UUID, flow_id: UUID, key: str, sealed: bytes | None) -> dict[str, Any]:
    if sealed is None:
        raise payload.removed("source")
    return payload.of(unsealed(operator, record_id, "source", sealed), flow_id=flow_id, key=key)


def _opens_no_gate(record: Record, before: Mapped | Outcome, *, emptied: bool) -> None:
    """Raise ConfigurationError where only the source opens the gate (a match, an approval), or by naming nothing."""
    if isinstance(before, Wait) and (emptied or not before.needs):
        raise ConfigurationError(
            f"{record.source_key} waits for {before.gate}, and that is not corrected away: make it true where it is "
            "decided; the document goes on by itself."
        )


def _possible(flow: Flow[Any], record: Record, stuck: Stuck, after: Mapped | Outcome) -> None:
    """Raise ConfigurationError for one that does not help, or makes another document of it."""
    if not isinstance(after, Mapped | Wait | Park):
        raise ConfigurationError(
            f"Corrected like this {record.source_key} could not be sent either: {meaning(after)[1]}"
        )
    if isinstance(after, Mapped) and stuck.target_key not in {None, after.key}:
        title = registry.system(flow.target.system).title
        raise ConfigurationError(
            f"{title} has {record.source_key} as {stuck.target_key}, or may have it; corrected like this it would be "
            f"{after.key}, a second one. Look there first."
        )


def _words(flow: Flow[Any], decided: Mapped | Outcome) -> tuple[str, str]:
    if isinstance(decided, Mapped):
        return "send", f"{flow.target.entity} {decided.key} would be sent."
    return meaning(decided)


def _body(decided: Mapped | Outcome) -> object:
    return canonical.loads(canonical.dumps(decided.body)) if isinstance(decided, Mapped) else {}


def _codes(
    operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], document: Mapping[str, Any]
) -> Mapping[CodeNeed, str | None]:
    """The codes a document asks for, each with what it is in the target."""
    asked: dict[CodeNeed, str | None] = {}

    def ask(known: partial[Known], needs: Needs) -> Known:
        answer = known(needs)
        asked.update({need: answer.code(need.table, need.code) for need in needs.codes})
        return answer

    try:
        parsed = flow.parse(document)
        with operator.application.store.unit() as unit:
            flow.known(parsed, row.options, partial(ask, partial(unit.links.known, row.integration_id)))
    except ConnectorError:
        return {}
    return asked


def _in_clear(
    before: object, said: object, asked: Mapping[CodeNeed, str | None], asks: Mapping[CodeNeed, str | None]
) -> dict[str, Any]:
    codes = [{need.code for need in needs} for needs in (asked, asks)]
    return {"from": before, "to": said} if str(before) in codes[0] and str(said) in codes[1] else {}


def _called(flow: Flow[Any], key: str, read: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """What the document is called otherwise: number, party, date, amount. Nothing personal is in that but names."""
    before, after = (dataclasses.asdict(flow.summary_of(one, key)) | {"party_name": ""} for one in (read, document))
    changed = {one.path: [one.before, one.after] for one in differences(before, after)}
    return {"called": changed} if changed else {}


def _instead(asked: Mapping[CodeNeed, str | None], asks: Mapping[CodeNeed, str | None]) -> list[CodeInstead]:
    gone = [need for need in asked if need not in asks]
    return [
        CodeInstead(table=old.table, source=old.code, target=target, now=asked[old])
        for old in gone
        for new, target in asks.items()
        if new not in asked and new.table == old.table and target is not None
    ]
