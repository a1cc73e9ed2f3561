"""``flow reapply``: map what the target has once more, with today's codes, options and mapping, and send what differs.

Nothing is sent from here: a record that would send something else goes back to its beginning, and the workers map and
load it as they do any other. What the target was sent already is not sent again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical, payload
from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.flow import Mapped
from connector.domain.identity import new_id
from connector.domain.outcome import Advance, Cancel, Skip, Stands
from connector.domain.record import State
from connector.operations.giving_reasons import reason
from connector.operations.setup.flows import require_flow
from connector.operations.work.dry_run import decide, meaning
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger
from connector.store.operator.audit import Chained
from connector.store.operator.reapplying import Chosen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Mapping
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.outcome import Outcome
    from connector.operations.operator import Operator
    from connector.store.operator.reapplying import Loaded
    from connector.store.operator.transaction import OperatorTransaction

#: how many are looked at before those that differ are sent on their way
BATCH = 200
#: so long it may take to count them before, where there are millions
_COUNTING_SECONDS = 300


class Would(StrEnum):
    """What mapping a document once more comes to."""

    SAME = "same"  # the target has it like this
    SEND = "send"  # it would be sent, and the target changes what it has
    STAYS = "stays"  # it stays as it is for good: the target takes no such change, or there is nothing to map any more
    CANNOT = "cannot"  # it cannot be mapped now
    MOVED = "moved"  # it would have been sent, and was on its way already when its turn came


@dataclass(frozen=True, kw_only=True)
class Reapplied:
    """One document of the target that is not, or cannot be said to be, as it would be sent today."""

    record: UUID
    key: str
    would: Would
    why: str
    #: of what the target was last sent, when it was looked at
    fingerprint: str | None = None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What looking at the next documents came to; those to be sent are on their way, unless it is a rehearsal."""

    documents: list[Reapplied]

    @property
    def counts(self) -> Counter[Would]:
        """How many there are of each."""
        return Counter(one.would for one in self.documents)

    @property
    def differing(self) -> list[Reapplied]:
        """All but those that are the same."""
        return [one for one in self.documents if one.would is not Would.SAME]

    def prints(self, *which: Would) -> dict[UUID, str | None]:
        """Records and fingerprints of these."""
        return {one.record: one.fingerprint for one in self.documents if one.would in which}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What will be looked at, fixed before it begins."""

    row: ledger.flows.Flow
    chosen: Chosen
    total: int
    #: the target has them too, and they are left alone, by where their newest version is
    left_alone: Mapping[str, int]


def select(operator: Operator, flow_name: str, *, since: dt.datetime | None) -> Selection:
    """Which documents are meant: those loaded by now, since a moment or ever; raises UnknownName."""
    with operator.transaction() as tx:
        tx.take_time(_COUNTING_SECONDS)
        row = require_flow(tx, flow_name)
        chosen = Chosen(flow_id=row.id, since=since, until=tx.now)
        return Selection(
            row=row,
            chosen=chosen,
            total=ledger.reapplying.count(tx, chosen),
            left_alone=ledger.reapplying.left_alone(tx, row.id),
        )


def rehearse(operator: Operator, what: Selection, *, batch: int = BATCH) -> Generator[Batch]:
    """Map every one of them and say what would be sent; writes nothing."""
    flow = registry.flow(what.row.name)
    for documents in _pages(operator, what.chosen, batch):
        yield _looked_at(operator, what.row, flow, documents)


def reapply(operator: Operator, what: Selection, *, batch: int = BATCH, why: str = "") -> Generator[Batch]:
    """Send those on their way that would be sent; stopping in between loses nothing, asking again does the rest.

    ``why`` is kept in the audit trail.
    """
    audited = _AuditedReapply(operator, what, {"why": reason(why)} if why else {})
    audited.began()
    try:
        for looked in rehearse(operator, what, batch=batch):
            yield audited.sent(looked)
    except GeneratorExit:
        audited.ended("stopped")
        raise
    audited.ended("ended")


def _pages(operator: Operator, chosen: Chosen, most: int) -> Generator[list[Loaded]]:
    after: UUID | None = None
    while True:
        with operator.transaction() as tx:
            documents, after = ledger.reapplying.page(tx, chosen, after=after, most=most)
        if after is None:
            return
        if documents:
            yield documents


def _looked_at(operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], documents: list[Loaded]) -> Batch:
    looked = []
    for document in documents:
        would, why = _would(operator, row, flow, document)
        looked.append(
            Reapplied(
                record=document.record_id,
                key=document.source_key,
                would=would,
                why=why,
                fingerprint=document.fingerprint,
            )
        )
    return Batch(documents=looked)


def _would(operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], document: Loaded) -> tuple[Would, str]:
    if document.source is None:
        return Would.STAYS, "Its source document was removed by retention, so it cannot be mapped any more."
    try:
        payload = _opened(operator, document, "source", document.source)
        known_as = _known_as(operator, flow, document)
    except StoreUnavailable:
        raise
    except ConnectorError as error:
        return Would.CANNOT, error.message
    now = decide(operator, row, flow, payload)
    if _fingerprint(now) == known_as:
        return Would.SAME, ""
    # What was sent first may have said "new", and what was sent later "update": that alone is no difference. And that
    # the target has it by now may be the very reason why it is not mapped again.
    first = decide(operator, row, flow, payload, as_new=True)
    if _fingerprint(first) == known_as:
        return Would.SAME, ""
    decided = now if flow.updates else first
    return _differs(flow, document, decided) if isinstance(decided, Mapped) else _unmapped(document, decided)


def _unmapped(document: Loaded, decided: Outcome) -> tuple[Would, str]:
    if isinstance(decided, Advance) and document.never_sent:
        return Would.SAME, ""
    return Would.STAYS if isinstance(decided, Advance | Skip | Stands | Cancel) else Would.CANNOT, meaning(decided)[1]


def _differs(flow: Flow[Any], document: Loaded, decided: Mapped) -> tuple[Would, str]:
    if not flow.updates:
        system = registry.system(flow.target.system).title
        if document.never_sent:
            return (
                Would.STAYS,
                f"There was nothing to send of it, today it would be {decided.key}: enter it in {system}.",
            )
        key = document.target_key or decided.key
        return Would.STAYS, f"{system} takes no changes of {key}: correct it there by hand, if it matters."
    if document.target_key not in {None, decided.key}:
        return Would.STAYS, f"It would be {decided.key} in the target, where it is {document.target_key}."
    if document.fingerprint is None:
        return Would.SEND, f"{decided.key} would be sent: what the target was last sent is not known any more."
    return Would.SEND, f"{decided.key} would be sent as it is mapped today."


def _known_as(operator: Operator, flow: Flow[Any], document: Loaded) -> str | None:
    """What the target has, by its fingerprint; where nobody knows and nothing is sent, what it was mapped to."""
    if document.fingerprint is not None or document.target is None or flow.updates:
        return document.fingerprint
    return canonical.fingerprint(_opened(operator, document, "target", document.target)["body"])


def _opened(operator: Operator, document: Loaded, which: str, sealed: bytes) -> dict[str, Any]:
    return payload.bare(unsealed(operator, document.record_id, which, sealed))


def _fingerprint(decided: Mapped | Outcome) -> str:
    """As the load step takes it of what it sends; empty when nothing is."""
    return canonical.fingerprint(canonical.loads(canonical.dumps(decided.body))) if isinstance(decided, Mapped) else ""


class _AuditedReapply:
    """Sends what differs on its way, and says so in the audit trail: of each record, and of the whole."""

    def __init__(self, operator: Operator, what: Selection, said: Mapping[str, str]) -> None:
        self._operator, self._what = operator, what
        self._version = registry.flow(what.row.name).version
        self._counts: Counter[Would] = Counter()
        self._about = {"reapply": str(new_id()), "since": what.chosen.since, "mapping": self._version, **said}
        self._said = said

    def began(self) -> None:
        with self._operator.transaction() as tx:
            self._note(tx, "began", meant=self._what.total)

    def sent(self, looked: Batch) -> Batch:
        """Send these, but for those that have begun to move by themselves meanwhile."""
        batch = self._operator.transact(lambda tx: self._send(tx, looked))
        self._counts += batch.counts
        return batch

    def ended(self, how: str) -> None:
        with self._operator.transaction() as tx:
            self._note(tx, how, **self._numbers())

    def _send(self, tx: OperatorTransaction, looked: Batch) -> Batch:
        records = ledger.reapplying.lock(tx, looked.prints(Would.SEND))
        if records:
            chained = [Chained(record_id=record.record_id, audit_head=record.audit_head) for record in records]
            detail = {"was": State.DONE.value, "reapply": self._about["reapply"], **self._said}
            heads = ledger.audit.note_records(tx, chained, "operator.reapplied", detail)
            ledger.records.send_again(tx, {record.record_id: State.EXTRACTED.value for record in records}, heads)
        going = {record.record_id for record in records}
        moved = [
            replace(one, would=Would.MOVED) if one.would is Would.SEND and one.record not in going else one
            for one in looked.documents
        ]
        batch = Batch(documents=moved)
        ledger.reapplying.need_nothing(tx, batch.prints(Would.SAME, Would.STAYS), self._version)
        if records:
            self._note(tx, "went_on", sent=self._counts[Would.SEND] + len(records))
        return batch

    def _numbers(self) -> dict[str, int]:
        return {would.value: self._counts[would] for would in Would}

    def _note(self, tx: OperatorTransaction, how: str, **counts: int) -> None:
        subject = f"flow:{self._what.row.full_name}"
        ledger.audit.note(tx, subject, f"operator.reapply_{how}", {**self._about, **counts})
