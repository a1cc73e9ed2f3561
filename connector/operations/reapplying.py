"""``flow reapply``: map what the target has once more, with today's codes, options and mapping, and send what differs.

Nothing is sent from here: a record that would send something else goes back to its beginning, and the workers map and
load it as they do any other. What the target was sent already is not sent again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical
from connector.domain.flow import Mapped
from connector.domain.identity import new_id
from connector.domain.record import State
from connector.operations.dry_run import decide, meaning
from connector.operations.flows import found
from connector.store import desk_audit, desk_flows, desk_reapplying, desk_records
from connector.store.desk_audit import Chained
from connector.store.desk_reapplying import Chosen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.outcome import Outcome
    from connector.operations.desk import Desk
    from connector.store.desk import Transaction
    from connector.store.desk_reapplying import Loaded

#: how many are looked at before those that differ are sent on their way
BATCH = 200


class Would(StrEnum):
    """What mapping a document once more comes to."""

    SAME = "same"  # the target has it like this
    SEND = "send"  # it would be sent, and the target changes what it has
    STAYS = "stays"  # it differs, and the target takes no changes
    CANNOT = "cannot"  # it cannot be mapped now


@dataclass(frozen=True, kw_only=True)
class Reapplied:
    """One document of the target that is not, or cannot be said to be, as it would be sent today."""

    record: UUID
    key: str
    would: Would
    why: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What looking at the next documents came to."""

    #: documents by what became of them; those that would be sent are on their way, unless it is a rehearsal
    counts: Counter[Would]
    #: all but those that are the same
    differing: list[Reapplied]


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What will be looked at, fixed before it begins."""

    row: desk_flows.Flow
    chosen: Chosen
    total: int
    #: the target has them too, and they are left alone: their newest version is on its way, dead, or not for the target
    elsewhere: int


def meant(desk: Desk, flow_name: str, *, since: dt.datetime | None) -> Meant:
    """Which documents are meant: those loaded by now, since a moment or ever; raises UnknownName."""
    with desk.transaction() as tx:
        row = found(tx, flow_name)
        chosen = Chosen(flow_id=row.id, since=since, until=tx.now)
        return Meant(
            row=row,
            chosen=chosen,
            total=desk_reapplying.count(tx, chosen),
            elsewhere=desk_reapplying.under_way(tx, chosen),
        )


def rehearse(desk: Desk, what: Meant, *, batch: int = BATCH) -> Generator[Batch]:
    """Map every one of them and say what would be sent; writes nothing."""
    flow = registry.flow(what.row.name)
    for documents in _pages(desk, what.chosen, batch):
        yield _looked_at(desk, what.row, flow, documents)


def reapply(desk: Desk, what: Meant, *, batch: int = BATCH) -> Generator[Batch]:
    """Send those on their way that would be sent; stopping in between loses nothing, asking again does the rest."""
    telling = _Telling(desk, what)
    telling.says("began", meant=what.total)
    try:
        for looked in rehearse(desk, what, batch=batch):
            yield telling.sent(looked)
    except GeneratorExit:
        telling.says("stopped")
        raise
    telling.ended()


def _pages(desk: Desk, chosen: Chosen, most: int) -> Generator[list[Loaded]]:
    after: UUID | None = None
    while True:
        with desk.transaction() as tx:
            documents = desk_reapplying.page(tx, chosen, after=after, most=most)
        if not documents:
            return
        yield documents
        after = documents[-1].record_id


def _looked_at(desk: Desk, row: desk_flows.Flow, flow: Flow[Any], documents: list[Loaded]) -> Batch:
    looked = []
    for document in documents:
        would, why = _would(desk, row, flow, document)
        looked.append(Reapplied(record=document.record_id, key=document.source_key, would=would, why=why))
    return Batch(
        counts=Counter(one.would for one in looked), differing=[one for one in looked if one.would is not Would.SAME]
    )


def _would(desk: Desk, row: desk_flows.Flow, flow: Flow[Any], document: Loaded) -> tuple[Would, str]:
    if document.source is None:
        return Would.CANNOT, "Its source document was removed by retention."
    payload = canonical.loads(desk.application.vault.open(document.source, f"records:{document.record_id}:source"))
    decided = decide(desk, row, flow, payload)
    if not isinstance(decided, Mapped):
        return Would.CANNOT, meaning(decided)[1]
    # What was sent first may have said "new", and what was sent later "update": that alone is no difference.
    if document.fingerprint in {_fingerprint(decided), _fingerprint(decide(desk, row, flow, payload, as_new=True))}:
        return Would.SAME, ""
    if not flow.updates:
        system = registry.system(flow.target.system).title
        return (
            Would.STAYS,
            f"{system} takes no changes of {document.target_key}: correct it there by hand, if it matters.",
        )
    if decided.key != document.target_key:
        return Would.STAYS, f"It would be {decided.key} in the target, where it is {document.target_key}."
    return Would.SEND, f"{decided.key} would be sent as it is mapped today."


def _fingerprint(decided: Mapped | Outcome) -> str:
    """As the load step takes it of what it sends."""
    return canonical.fingerprint(canonical.loads(canonical.dumps(decided.body))) if isinstance(decided, Mapped) else ""


class _Telling:
    """Sends what differs on its way, and says so in the audit trail: of each record, and of the whole."""

    def __init__(self, desk: Desk, what: Meant) -> None:
        self._desk, self._what = desk, what
        self._counts: Counter[Would] = Counter()
        self._about = {"reapply": str(new_id()), "since": what.chosen.since}

    def says(self, how: str, **counts: int) -> None:
        with self._desk.transaction() as tx:
            self._note(tx, how, **counts)

    def sent(self, looked: Batch) -> Batch:
        """Send these, but for those that have begun to move by themselves meanwhile."""
        self._counts += looked.counts
        ids = [one.record for one in looked.differing if one.would is Would.SEND]
        if ids:
            self._desk.transact(lambda tx: self._send(tx, ids))
        return looked

    def ended(self) -> None:
        """Everything was looked at: what the flow has loaded is as today's mapping makes it, or was named."""
        with self._desk.transaction() as tx:
            if self._what.chosen.since is None:
                version = registry.flow(self._what.row.name).version
                desk_reapplying.set_mapping(tx, self._what.row.id, version)
            self._note(tx, "ended", **{would.value: number for would, number in self._counts.items()})

    def _send(self, tx: Transaction, ids: list[UUID]) -> None:
        records = desk_reapplying.lock(tx, ids)
        if not records:
            return
        chained = [Chained(record_id=record.record_id, audit_head=record.audit_head) for record in records]
        heads = desk_audit.note_records(tx, chained, "operator.reapplied", {"was": State.DONE.value})
        desk_records.send_again(tx, {record.record_id: State.EXTRACTED.value for record in records}, heads)
        self._note(tx, "went_on", sent=len(records))

    def _note(self, tx: Transaction, how: str, **counts: int) -> None:
        subject = f"flow:{self._what.row.full_name}"
        desk_audit.note(tx, subject, f"operator.reapply_{how}", {**self._about, **counts})
