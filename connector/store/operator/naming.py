"""Records that an earlier release wrote, and that have no summary yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from connector.store.work import payloads, summaries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.domain.summary import Summary
    from connector.store.operator.transaction import OperatorTransaction

#: before every record
BEGINNING = UUID(int=0)

_WITHOUT = "NOT EXISTS (SELECT FROM summaries s WHERE s.record_id = r.id)"
_KEEP = sa.text(f"WITH {summaries.KEEP_UNLESS_THERE} SELECT")


@dataclass(frozen=True, kw_only=True)
class Nameless:
    """A record without a summary."""

    id: UUID
    flow_id: UUID
    #: without its integration
    flow: str
    source_key: str
    target_id: str | None
    #: sealed; None where retention has removed it
    source: bytes | None


def count(tx: OperatorTransaction) -> int:
    """How many there are, however long that takes."""
    tx.take_time(None)
    row = tx.mapping(f"SELECT count(*) AS records FROM all_records r WHERE {_WITHOUT}")  # noqa: S608  constant parts only
    return int(row["records"]) if row else 0


def after(tx: OperatorTransaction, record_id: UUID, *, most: int) -> list[Nameless]:
    """The next of them in the order of their ids."""
    rows = tx.mappings(
        f"""
        SELECT r.id, r.flow_id, f.name AS flow, r.source_key, r.target_id, {payloads.of(payloads.SOURCE)} AS source
          FROM all_records r JOIN flows f ON f.id = r.flow_id WHERE r.id > :after AND {_WITHOUT}
         ORDER BY r.id LIMIT :most
        """,  # noqa: S608  constant parts only
        after=record_id,
        most=most,
    )
    return [Nameless(**row) for row in rows]


def keep(tx: OperatorTransaction, named: Iterable[tuple[UUID, Summary, tuple[str, ...]]]) -> None:
    """Write summaries, and what else these records are found by; what is there already stays."""
    tx.run(_KEEP, **summaries.given(named))
