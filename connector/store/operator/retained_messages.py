"""What systems sent goes once it says nothing that the ledger has not taken; that it came stays, with its digest.

The row is what tells a message that is sent once more from a new one, so only its body goes. A message stays whole
while a person has to decide about it, while no flow has read it, and while what was read of it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from connector.domain.identity import first_id
from connector.store.connection.order import AFTER
from connector.store.operator import audit
from connector.store.schema.conditions import NOT_ENDED, QUARANTINED, SOURCE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from connector.store.operator.transaction import OperatorTransaction

SUBJECT = "retention:messages"
EVENT = "retention.removed_messages"
#: messages that are looked at in one transaction
BATCH = 500

_WHOLE = f"octet_length(m.body) > 0 AND NOT (m.{QUARANTINED.replace('AND ', 'AND m.')})"
_READ_BY = f"""
FROM flows f JOIN integrations i ON i.id = f.integration_id JOIN documents d ON d.flow_id = f.id
WHERE {SOURCE} = m.connection_id AND d.source_key = m.message_key"""
_NEEDED = f"""
EXISTS (SELECT FROM records r WHERE r.document_id = d.id AND (r.{NOT_ENDED} OR EXISTS (
    SELECT FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL)))
"""  # noqa: S608  constant parts only
# What a flow has read since, and nobody works on; or what no flow will read.
_PAST = f"""
m.discarded_at < :before OR m.entity = ''
OR m.message_key <> '' AND EXISTS (SELECT FROM received_messages l WHERE {AFTER} AND l.received_at < :before)
OR (EXISTS (SELECT {_READ_BY} AND d.last_seen >= m.readable_at)
    AND NOT EXISTS (SELECT {_READ_BY} AND (d.last_seen < m.readable_at OR {_NEEDED})))
"""
_NEXT = sa.text(f"""
WITH looked_at AS (
    SELECT m.id FROM received_messages m WHERE m.id > :after AND m.id < :until ORDER BY m.id LIMIT :most)
SELECT n.id, m.number, m.id IS NOT NULL AND m.received_at < :before AS goes
  FROM looked_at n LEFT JOIN (SELECT m.* FROM received_messages m JOIN connections c ON c.id = m.connection_id
       WHERE c.system = ANY(CAST(:systems AS text[])) AND {_WHOLE} AND ({_PAST})) m ON m.id = n.id
 ORDER BY n.id
""")  # noqa: S608  constant parts only
_EMPTY = f"UPDATE received_messages m SET body = '' WHERE m.id = ANY(CAST(:messages AS uuid[])) AND {_WHOLE}"  # noqa: S608  constant parts only
_ABOUT = f"""
FROM received_messages m JOIN connections c ON c.id = m.connection_id
  JOIN integrations i ON true JOIN flows f ON f.integration_id = i.id JOIN all_records r ON r.flow_id = f.id
 WHERE {SOURCE} = m.connection_id AND r.source_key = m.message_key AND r.id = ANY(CAST(:records AS uuid[]))
   AND c.system = ANY(CAST(:systems AS text[])) AND octet_length(m.body) > 0
"""
_ERASE = f"""
UPDATE received_messages SET body = '' WHERE id IN (SELECT m.id {_ABOUT} AND {_WHOLE}) RETURNING number
"""  # noqa: S608  constant parts only
_ERASE_ONE = """
UPDATE received_messages SET body = '' WHERE number = :number AND octet_length(body) > 0
   AND (discarded_at IS NOT NULL OR entity = '' AND problem = '')
"""
_WAITING = f"SELECT DISTINCT m.number {_ABOUT} AND NOT ({_WHOLE}) ORDER BY m.number"

BEGINNING = UUID(int=0)


def remove_next(
    tx: OperatorTransaction, systems: Collection[str], *, after: UUID, before: dt.datetime
) -> tuple[UUID | None, int]:
    """Remove the bodies of those of the next messages that are old and past; returns how far it came, and how many.

    ``systems`` are those that read none of it again once flows have taken it. At the end it came to None.
    """
    tx.take_time(None)
    named = {"after": after, "until": first_id(before), "before": before, "systems": list(systems), "most": BATCH}
    rows = tx.rows(_NEXT, **named)
    going = [row for row in rows if row.goes]
    if going:
        tx.run(_EMPTY, messages=[row.id for row in going])
        audit.note(tx, SUBJECT, EVENT, {"removed": len(going), "messages": [row.number for row in going]})
    return (rows[-1].id if rows else None), len(going)


def erase(tx: OperatorTransaction, systems: Collection[str], records: Sequence[UUID]) -> list[int]:
    """Remove the bodies of all messages about the documents of these records; returns their numbers."""
    rows = tx.rows(sa.text(_ERASE), records=list(records), systems=list(systems))
    return sorted(row.number for row in rows)


def erase_one(tx: OperatorTransaction, number: int) -> bool:
    """Remove the body of a message that is discarded, or of a kind that nobody reads; False where it is neither."""
    return tx.run(_ERASE_ONE, number=number) > 0


def waiting(tx: OperatorTransaction, systems: Collection[str], records: Sequence[UUID]) -> list[int]:
    """Messages about these documents that a person has to decide about first."""
    return [row.number for row in tx.rows(sa.text(_WAITING), records=list(records), systems=list(systems))]
