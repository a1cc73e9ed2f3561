"""What goes with an integration or a connection that is removed, and what stays for its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from connector.store.operator import runs
from connector.store.operator.audit import Chained, note_records
from connector.store.operator.dead_letters import DISCARDED
from connector.store.schema.conditions import UNDER_WAY
from connector.store.work.tried import doubtful

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: of these so many are named
_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Left:
    """What of an integration has not come to its end."""

    under_way: int
    #: those of them that a worker has in hand
    busy: int
    letters: int
    #: keys of documents that the target may have or not, the first of them
    in_doubt: list[str]

    @property
    def ended(self) -> bool:
        """Nothing has to be decided."""
        return not self.under_way and not self.letters


_LEFT = f"""
SELECT count(*) FILTER (WHERE r.{UNDER_WAY}) AS under_way,
       count(*) FILTER (WHERE r.{UNDER_WAY} AND r.lease_owner IS NOT NULL) AS busy,
       count(*) FILTER (WHERE r.state = 'dead') AS letters,
       coalesce((array_agg(f.name || '/' || r.source_key ORDER BY r.id)
                 FILTER (WHERE EXISTS {doubtful("r.document_id")}))[1:{_NAMED}], '{{}}') AS in_doubt
  FROM flows f JOIN records r ON r.flow_id = f.id
 WHERE f.integration_id = :id
   AND (r.{UNDER_WAY} OR (r.state = 'dead' AND EXISTS (
       SELECT FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL)))
"""  # noqa: S608  constant parts only
_NEXT = f"""
SELECT r.id FROM flows f JOIN records r ON r.flow_id = f.id
 WHERE f.integration_id = :id AND r.lease_owner IS NULL
   AND (r.{UNDER_WAY} OR (r.state = 'dead' AND EXISTS (
       SELECT FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL)))
 LIMIT :most
"""  # noqa: S608  constant parts only
# Documents first and in the order of their keys, as everywhere.
_DOCUMENTS = """
SELECT d.id FROM documents d JOIN records r ON r.document_id = d.id WHERE r.id = ANY(:ids)
 ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE OF d
"""
_LOCK = """
SELECT r.id, r.audit_head FROM records r WHERE r.id = ANY(:ids) AND r.lease_owner IS NULL ORDER BY r.id FOR UPDATE
"""
_END = f"""
UPDATE records r
   SET state = CASE WHEN r.{UNDER_WAY} THEN 'cancelled' ELSE r.state END, hold = NULL, gate = NULL, why = :why,
       waits_for = NULL, waiting_since = NULL, due_at = NULL, queued_until = NULL, reread = false,
       finished_at = coalesce(r.finished_at, now()), updated_at = now(), audit_head = e.head
  FROM unnest(CAST(:ids AS uuid[]), CAST(:heads AS bytea[])) AS e (id, head)
 WHERE r.id = e.id
"""  # noqa: S608  constant parts only
_LETTERS = """
UPDATE dead_letters SET resolved_at = now(), resolution = :resolution, resolved_by = :actor
 WHERE record_id = ANY(:ids) AND resolved_at IS NULL
"""


def left(tx: OperatorTransaction, integration_id: UUID) -> Left:
    """What of it has not come to its end, dead letters that are open included."""
    row = tx.mapping(_LEFT, id=integration_id)
    assert row is not None  # noqa: S101 - a count always answers
    return Left(**row)


def abandon(tx: OperatorTransaction, integration_id: UUID, why: str, *, most: int) -> int:
    """End the next of its records that are under way or dead, and that no worker has in hand; returns how many."""
    ids = [row["id"] for row in tx.mappings(_NEXT, id=integration_id, most=most)]
    tx.run(_DOCUMENTS, ids=ids)
    chained = [Chained(record_id=row["id"], audit_head=bytes(row["audit_head"])) for row in tx.mappings(_LOCK, ids=ids)]
    heads: Mapping[UUID, bytes] = note_records(tx, chained, "operator.abandoned", {"why": why})
    tx.run(_END, ids=list(heads), heads=list(heads.values()), why=why)
    tx.run(_LETTERS, ids=list(heads), resolution=f"{DISCARDED}{why}", actor=tx.actor)
    return len(heads)


def end_runs(tx: OperatorTransaction, integration_id: UUID, why: str) -> int:
    """End what is being read for it; returns how many runs that were."""
    of_it = "flow_id IN (SELECT id FROM flows WHERE integration_id = :id)"
    tx.run(f"DELETE FROM pieces WHERE {of_it}", id=integration_id)  # noqa: S608  constant parts only
    return tx.run(f"{runs.END} {of_it}", id=integration_id, why=why)


def remove(tx: OperatorTransaction, integration_id: UUID) -> None:
    """Keep it for its history alone."""
    tx.run("UPDATE integrations SET removed_at = now() WHERE id = :id", id=integration_id)


def stand_in(tx: OperatorTransaction, connection_id: UUID) -> UUID | None:
    """Put a row without any secret in the place of a connection that only removed integrations refer to.

    It keeps which tenant that was, so that what was posted there is known as long as the ledger is. None where nobody
    refers to it.
    """
    row = tx.mapping(
        """
        INSERT INTO connections (id, name, system, config, overrides, secrets, removed_at)
        SELECT :new, c.name || ' (removed ' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ')',
               c.system, c.config, c.overrides, '', now()
          FROM connections c
         WHERE c.id = :id
           AND EXISTS (SELECT FROM integrations i WHERE c.id IN (i.source_connection_id, i.target_connection_id))
        RETURNING id
        """,
        new=new_id(),
        id=connection_id,
    )
    if row is None:
        return None
    for end in ("source_connection_id", "target_connection_id"):
        tx.run(f"UPDATE integrations SET {end} = :new WHERE {end} = :id", new=row["id"], id=connection_id)  # noqa: S608  constant parts only
    found: UUID = row["id"]
    return found
