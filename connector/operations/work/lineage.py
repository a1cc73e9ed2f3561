"""Where each field of a record's target document comes from, with today's codes, options and mapping."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical, payload
from connector.domain.errors import ConfigurationError, Malformed
from connector.domain.flow import Mapped
from connector.domain.lineage.tracing import Lineage, trace
from connector.operations.setup.flows import require_flow
from connector.operations.work.dry_run import meaning
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.gate import Known
    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow as Row
    from connector.store.operator.records import Record


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A record, and what its target document is made of."""

    record: Record
    lineage: Lineage
    #: whether it was mapped to something else before: by another mapping, other codes or other options
    otherwise: bool


def explain(operator: Operator, record_id: UUID) -> Explained:
    """Find out what each field is made of; audited as a look at the document.

    Raises ConfigurationError where there is no target document to explain, and says why.
    """
    with operator.transaction() as tx:
        record = ledger.records.by_id(tx, record_id)
        row = require_flow(tx, record.flow)
        sealed_source, sealed_target = ledger.records.payloads(tx, record_id)
        ledger.audit.note(
            tx, f"operator:{operator.actor}", "operator.read_payload", {"record": str(record_id), "what": "lineage"}
        )
    if sealed_source is None:
        raise payload.removed("source")
    source, before = (
        None if sealed is None else payload.bare(unsealed(operator, record_id, which, sealed))
        for which, sealed in (("source", sealed_source), ("target", sealed_target))
    )
    return of_opened(operator, record, row, source or {}, before)


def told(operator: Operator, record_id: UUID) -> dict[str, Any]:
    """The same as JSON has it, with what each field is made of in words."""
    found = explain(operator, record_id)
    lineage = found.lineage
    fields = [
        {
            **{name: sorted(value) if isinstance(value, set) else value for name, value in vars(one).items()},
            "doubts": list(lineage.doubts(one)),
            "made_of": lineage.made_of(one),
        }
        for one in lineage.origins
    ]
    return {
        "record": found.record,
        "fields": fields,
        "refused": sorted(lineage.refused),
        "cut": lineage.cut,
        "mapped_otherwise": found.otherwise,
    }


def of_opened(
    operator: Operator, record: Record, row: Row, source: Mapping[str, Any], before: Mapping[str, Any] | None
) -> Explained:
    """The same of documents that somebody has opened: what was read, and what was made of it, if anything was."""
    flow: Flow[Any] = registry.flow(row.name)
    try:
        document = flow.parse(source)
    except Malformed as error:
        raise ConfigurationError(
            f"{record.source_key} cannot be explained, since it cannot be read: {error.message}"
        ) from None
    with operator.application.store.unit() as unit:
        known = flow.known(document, row.options, partial(unit.links.known, row.integration_id))
    known, otherwise = _as_it_was_mapped(flow, document, known, row.options, before and before["body"])
    lineage = trace(flow, source, known, row.options)
    if lineage is None:
        why = meaning(decided)[1] if not isinstance(decided := flow.map(document, known, row.options), Mapped) else ""
        raise ConfigurationError(f"{record.source_key} is mapped to nothing now, so there is nothing to explain: {why}")
    return Explained(record=record, lineage=lineage, otherwise=otherwise)


def _as_it_was_mapped(
    flow: Flow[Any], document: object, known: Known, options: Mapping[str, Any], before: object
) -> tuple[Known, bool]:
    """What is known, or was when the target did not have it yet; and whether it is mapped otherwise than it was."""
    as_new = known.without(flow.name)
    mapped = [
        (one, decided) for one in (known, as_new) if isinstance(decided := flow.map(document, one, options), Mapped)
    ]
    for one, decided in mapped:
        if canonical.loads(canonical.dumps(decided.body)) == before:
            return one, False
    return (mapped[0][0] if mapped else known), before is not None
