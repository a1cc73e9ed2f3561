"""The last time that a period of a flow was compared with what its target has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from connector.store.operator import audit, erasures
from connector.store.operator.bindings import vault_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

COMPARED = "operator.compared_period"
_KEEP = """
INSERT INTO comparisons (id, flow_id, first, last, actor, differences, found)
VALUES (:id, :flow, :first, :last, :actor, :differences, :found)
ON CONFLICT (flow_id, first, last) DO UPDATE SET id = excluded.id, compared_at = clock_timestamp(),
    actor = excluded.actor, differences = excluded.differences, found = excluded.found
"""
_NEWEST = """
SELECT id, flow_id, compared_at, actor, differences, found FROM comparisons
 WHERE flow_id = ANY(:flows) AND first = :first AND last = :last
"""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One of them."""

    id: UUID
    flow_id: UUID
    compared_at: dt.datetime
    actor: str
    differences: int
    #: sealed JSON
    found: bytes


def subject(flow: Flow, period: Period) -> str:
    """How the trail calls a period of a flow: ``period:acme/qad_invoices_to_jaggaer/2026-10-01..2026-10-31``."""
    return f"period:{flow.full_name}/{period.first.isoformat()}..{period.last.isoformat()}"


def keep(
    tx: OperatorTransaction, flow: Flow, period: Period, found: bytes, detail: Mapping[str, int], *, begun: dt.datetime
) -> None:
    """Keep what was found instead of what was found before; ``differences`` of the detail counts them.

    Where a person's data was erased since it was begun nothing of it is kept, and that it was done is.
    """
    number = new_id()
    if not erasures.since(tx, begun):
        tx.run(
            _KEEP,
            id=number,
            flow=flow.id,
            first=period.first,
            last=period.last,
            actor=tx.actor,
            differences=detail["differences"],
            found=vault_of(tx).seal(found, _identity(number)),
        )
    audit.note(tx, subject(flow, period), COMPARED, detail)


def newest(tx: OperatorTransaction, flows: Sequence[Flow], period: Period) -> dict[UUID, Comparison]:
    """Those of these flows, by flow."""
    rows = tx.mappings(_NEWEST, flows=[flow.id for flow in flows], first=period.first, last=period.last)
    return {row["flow_id"]: Comparison(**{**row, "found": bytes(row["found"])}) for row in rows}


def opened(tx: OperatorTransaction, one: Comparison) -> bytes:
    """What was found, as JSON."""
    return vault_of(tx).open(one.found, _identity(one.id))


def _identity(number: UUID) -> str:
    return f"comparisons:{number}:found"
