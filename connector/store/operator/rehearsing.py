"""The newest versions of a flow's documents that were read since a moment, wherever they are on their journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.record import State
from connector.store.operator.finding import low
from connector.store.work import payloads

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: what was taken back or overtaken is nobody's any more
LOOKED_AT = tuple(state for state in State if state not in {State.SUPERSEDED, State.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Read:
    """One document as it was read."""

    record_id: UUID
    source_key: str
    state: str
    #: whether its target has it
    linked: bool
    #: sealed; None where it was removed by retention
    source: bytes | None


# In the order of an index, and no further than asked for.
_NEXT = f"""
    WITH next AS MATERIALIZED (
        SELECT r.id, r.document_id, r.state FROM all_records r
         WHERE (r.flow_id, r.state, r.id) > (:flow, :state, :after)
           AND (r.flow_id, r.state, r.id) <= (:flow, :state, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
         ORDER BY r.flow_id, r.state, r.id LIMIT :most)
    SELECT r.id AS record_id, r.source_key, next.state, d.target_id IS NOT NULL AS linked,
           d.version = r.version AS newest,
           CASE WHEN d.version = r.version THEN {payloads.of(payloads.SOURCE)} END AS source
      FROM next JOIN all_records r ON r.id = next.id JOIN documents d ON d.id = next.document_id
     ORDER BY r.id
"""  # noqa: S608  constant parts only


def count(tx: OperatorTransaction, flow_id: UUID, since: dt.datetime) -> int:
    """How many there are."""
    row = tx.mapping(
        """
        SELECT count(*) AS n FROM all_records r JOIN documents d ON d.id = r.document_id AND d.version = r.version
         WHERE r.flow_id = :flow AND r.state = ANY(:states) AND r.id >= :first
        """,
        flow=flow_id,
        states=[state.value for state in LOOKED_AT],
        first=low(since),
    )
    return 0 if row is None else int(row["n"])


def page(
    tx: OperatorTransaction, flow_id: UUID, state: State, *, after: UUID, most: int
) -> tuple[list[Read], UUID | None]:
    """The next in this state, the oldest first, and the last that was looked at; None at the end."""
    rows = tx.mappings(_NEXT, flow=flow_id, state=state.value, after=after, most=most)
    last = rows[-1]["record_id"] if rows else None
    found = [
        Read(**{**row, "source": None if row["source"] is None else bytes(row["source"])})
        for row in rows
        if row.pop("newest")
    ]
    return found, last
