"""Documents that a target has, as they are looked at to be mapped and sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.desk_records import Locked, as_locked

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.desk import Transaction


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Documents of one flow that were loaded within this time, and whose journeys are at their end."""

    flow_id: UUID
    since: dt.datetime | None
    until: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The newest version of a document, which the target took."""

    record_id: UUID
    source_key: str
    target_key: str | None
    #: of what the target was sent
    fingerprint: str | None
    #: sealed; None where it was removed by retention
    source: bytes | None


_FROM = """
  FROM records r JOIN documents d ON d.id = r.document_id AND d.version = r.version
 WHERE r.flow_id = :flow AND r.state = 'done' AND d.loaded_version = r.version AND r.finished_at <= :until
   AND (CAST(:since AS timestamptz) IS NULL OR r.finished_at >= :since)
"""


def count(tx: Transaction, chosen: Chosen) -> int:
    """How many there are."""
    row = tx.one(f"SELECT count(*) AS n {_FROM}", _values(chosen))
    return 0 if row is None else int(row["n"])


def under_way(tx: Transaction, chosen: Chosen) -> int:
    """Documents that the target has, and whose newest version is somewhere else: on its way, dead, or not for it."""
    row = tx.one(
        """
        SELECT count(*) AS n FROM documents d
         WHERE d.flow_id = :flow AND d.loaded_version IS NOT NULL
           AND NOT EXISTS (SELECT FROM records r WHERE r.document_id = d.id AND r.version = d.version
                              AND r.state = 'done' AND d.loaded_version = r.version)
        """,
        {"flow": chosen.flow_id},
    )
    return 0 if row is None else int(row["n"])


def page(tx: Transaction, chosen: Chosen, *, after: UUID | None, most: int) -> list[Loaded]:
    """The next ones, the oldest first."""
    rows = tx.rows(
        f"""
        SELECT r.id AS record_id, r.source_key, d.target_key, d.loaded_fingerprint AS fingerprint,
               r.source_payload AS source
        {_FROM} AND (CAST(:after AS uuid) IS NULL OR r.id > :after) ORDER BY r.id LIMIT :most
        """,
        {**_values(chosen), "after": after, "most": most},
    )
    return [Loaded(**{**row, "source": None if row["source"] is None else bytes(row["source"])}) for row in rows]


def lock(tx: Transaction, record_ids: Sequence[UUID]) -> list[Locked]:
    """Lock those of these records that are still at their end and the newest of their documents."""
    # Documents first and in the order of their keys, as everywhere: reading a page of the source does it like this.
    tx.run(
        """
        SELECT d.id FROM documents d JOIN records r ON r.document_id = d.id WHERE r.id = ANY(:ids)
        ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE OF d
        """,
        {"ids": list(record_ids)},
    )
    rows = tx.rows(
        """
        SELECT r.id AS record_id, r.audit_head, r.state, r.source_key, r.version, d.version AS newest_version,
               r.lease_owner IS NOT NULL AS busy, r.source_payload IS NOT NULL AS has_source,
               r.target_payload IS NOT NULL AS has_target, r.result <> jsonb_build_object() AS has_result
          FROM records r JOIN documents d ON d.id = r.document_id
         WHERE r.id = ANY(:ids) AND r.state = 'done' AND r.version = d.version AND r.source_payload IS NOT NULL
         ORDER BY r.id FOR UPDATE OF r
        """,
        {"ids": list(record_ids)},
    )
    return [as_locked(row) for row in rows]


def set_mapping(tx: Transaction, flow_id: UUID, version: int) -> None:
    """Everything that a flow has loaded is as this version of its mapping makes it."""
    tx.run("UPDATE flows SET mapping_version = :version WHERE id = :id", {"id": flow_id, "version": version})


def _values(chosen: Chosen) -> dict[str, object]:
    return {"flow": chosen.flow_id, "since": chosen.since, "until": chosen.until}
