"""What a ledger knows too much of, or not any more, once it was restored from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from connector.store import identity
from connector.store.operator import audit
from connector.store.operator.audit import Chained
from connector.store.work import payloads

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

_AGAIN = sa.text(f"""
    UPDATE records r
       SET state = CASE WHEN {payloads.is_there(payloads.SOURCE)} THEN 'extracted' ELSE r.state END,
           hold = CASE WHEN r.hold IN ('version', 'source') THEN r.hold END,
           due_at = CASE WHEN r.hold = 'version' THEN r.due_at ELSE now() END,
           -- what has waited is asked about at its source before it is mapped
           waiting_since = coalesce(r.waiting_since, now()),
           gate = NULL, waits_for = NULL, queued_until = NULL, lease_owner = NULL, leased_at = NULL,
           fence = r.fence + 1, updated_at = now(), audit_head = again.head
      FROM (SELECT * FROM unnest(:ids, :heads) AS t(id, head)) again
     WHERE r.id = again.id
""").bindparams(sa.bindparam("ids", type_=ARRAY(sa.Uuid)), sa.bindparam("heads", type_=ARRAY(BYTEA)))  # noqa: S608  constant parts only


def newest_event(tx: OperatorTransaction, *, but: str) -> dt.datetime | None:
    """When the newest thing happened that this ledger knows of; None when nothing did.

    What a restore does itself does not count: events of this name, where the ledger lives, and that it was verified.
    """
    row = tx.mapping(
        "SELECT max(recorded_at) AS at FROM audit_events WHERE name <> :but AND subject NOT IN (:home, :verifying)",
        but=but,
        home=identity.SUBJECT,
        verifying=audit.VERIFYING,
    )
    return row["at"] if row else None


def forget_processes(tx: OperatorTransaction) -> int:
    """No process of before is alive: what they held is free. Runs begin anew; their place in a list means nothing now.

    Returns how many runs that concerns.
    """
    tx.run("DELETE FROM workers")
    tx.run(
        """
        UPDATE records SET lease_owner = NULL, leased_at = NULL, queued_until = NULL, fence = fence + 1, due_at = now()
         WHERE lease_owner IS NOT NULL
        """
    )
    tx.run("DELETE FROM pieces")
    return tx.run(
        """
        UPDATE runs SET status = 'queued', position = NULL, listed_at = NULL, reached = NULL, lease_owner = NULL,
               leased_at = NULL, queued_until = NULL, fence = fence + 1, due_at = now(), crashes = 0
         WHERE status IN ('queued', 'running')
        """
    )


def forget_targets(tx: OperatorTransaction) -> None:
    """What a target was last sent is not what it was last sent by what happened since."""
    tx.take_time(None)
    tx.run("UPDATE documents SET loaded_fingerprint = NULL WHERE loaded_fingerprint IS NOT NULL")


def unsent(tx: OperatorTransaction, *, after: UUID | None, until: dt.datetime, most: int) -> list[Chained]:
    """Lock the next records that, as far as this ledger knows, were not sent, each with its document."""
    rows = tx.mappings(
        """
        SELECT r.id, r.audit_head FROM records r JOIN documents d ON d.id = r.document_id
         WHERE r.state IN ('extracted', 'mapped') AND r.created_at <= :until
           AND (CAST(:after AS uuid) IS NULL OR r.id > :after)
         ORDER BY r.id LIMIT :most FOR UPDATE OF d, r
        """,
        after=after,
        until=until,
        most=most,
    )
    return [Chained(record_id=row["id"], audit_head=bytes(row["audit_head"])) for row in rows]


def begin_anew(tx: OperatorTransaction, heads: Mapping[UUID, bytes]) -> None:
    """Have their sources asked about them, and map them again; attempts without an answer stay in doubt."""
    tx.run(_AGAIN, ids=list(heads), heads=list(heads.values()))
