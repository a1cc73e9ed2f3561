"""What a document says, field by field: as it was read beside what was made of it. Whoever looks is in the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import payload
from connector.domain.errors import ConnectorError
from connector.domain.identity import FILED_AS
from connector.domain.leaves import leaves
from connector.operations.setup.flows import require_flow
from connector.operations.work import lineage
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.work.lineage import Explained
    from connector.store.operator.records import Record


@dataclass(frozen=True, kw_only=True)
class Made:
    """A field of what was made, and what it is made of."""

    path: str
    value: Any
    #: fields of the source with what they say
    sources: Sequence[tuple[str, Any]]
    #: code rows, options and other documents, in words
    through: Sequence[str]
    #: where neither is known: why not
    why: str


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Both documents."""

    record: Record
    #: None where retention has removed it
    source: Mapping[str, Any] | None
    made: Sequence[Made]
    #: its key in the target; empty where nothing was made of it
    key: str
    #: fields of the source of which nothing was made
    unused: Sequence[tuple[str, Any]]
    #: fields of the source that nobody corrects: what it is known by, and what was decided there
    fixed: frozenset[str]
    #: why nobody can tell what fields are made of; empty where it is known
    unexplained: str
    #: what else is to be known of that
    remarks: Sequence[str]


def open_(operator: Operator, record_id: UUID) -> Contents:
    """Open both documents of a record; audited as a look at them. Raises UnknownName where there is no record."""
    with operator.transaction() as tx:
        record = ledger.records.by_id(tx, record_id)
        row = require_flow(tx, record.flow)
        sealed = ledger.records.payloads(tx, record_id)
        ledger.audit.note(
            tx, f"operator:{operator.actor}", "operator.read_payload", {"record": str(record_id), "what": "content"}
        )
    source, target = (
        None if one is None else payload.bare(unsealed(operator, record_id, which, one))
        for which, one in zip(("source", "target"), sealed, strict=True)
    )
    explained, unexplained = None, "What was read was removed by retention, so nobody can tell what it was made of."
    if source is not None:
        try:
            explained, unexplained = lineage.of_opened(operator, record, row, source, target), ""
        except ConnectorError as error:
            unexplained = error.message
    read = leaves(source or {})
    made = _made(read, leaves(target["body"]) if target else {}, explained)
    used = {path for one in made for path, _ in one.sources}
    return Contents(
        record=record,
        source=None if source is None else read,
        made=made,
        key=str(target["key"]) if target else "",
        unused=[(path, value) for path, value in read.items() if path not in used],
        fixed=_fixed(record.flow),
        unexplained=unexplained,
        remarks=_remarks(explained),
    )


def _fixed(flow: str) -> frozenset[str]:
    try:
        known = registry.flow(flow.rpartition("/")[2])
    except ConnectorError:
        return frozenset()
    return frozenset({known.key_field, known.identity_field or known.key_field, FILED_AS, *known.controls})


def _made(read: Mapping[str, Any], sent: Mapping[str, Any], explained: Explained | None) -> list[Made]:
    """Field by field as it was sent; as it would be sent where nothing was."""
    if explained is None:
        return [Made(path=path, value=value, sources=(), through=(), why="") for path, value in sent.items()]
    found = explained.lineage
    origins = {one.path: one for one in found.origins}
    shown = sent or {path: one.value for path, one in origins.items()}
    made = []
    for path, value in shown.items():
        one = origins.get(path)
        known = one is not None and not one.constant
        made.append(
            Made(
                path=path,
                value=value,
                sources=[(name, read.get(name)) for name in sorted(one.fields)] if one else (),
                through=found.through(one) if one else (),
                why="" if known else found.made_of(one) if one else "not made any more by today's mapping",
            )
        )
    return made


def _remarks(explained: Explained | None) -> list[str]:
    if explained is None:
        return []
    found = []
    if explained.otherwise:
        found.append("It was mapped to something else before: by another mapping, other codes or other options.")
    if explained.lineage.refused:
        paths = ", ".join(sorted(explained.lineage.refused))
        found.append(f"Could not be changed to see what depends on it: {paths}.")
    if explained.lineage.cut:
        found.append("The document is so long that not everything was tried: what is called fixed may not be.")
    return found
