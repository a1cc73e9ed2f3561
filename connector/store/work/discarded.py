"""Documents whose dead letter a person has discarded and that their source lists again, unchanged.

Whoever discards one may have dealt with it by hand, under a number nobody here knows; posted as well, it would be there
twice. So they are asked, with a dead letter, once for each time they discarded it for another reason: whoever discards
that one, too, is not asked again about this version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.record import LISTED_AFTER_DISCARD, State
from connector.store.audit import trail
from connector.store.postgres.text import storable
from connector.store.work import listed_again, payloads
from connector.store.work.tried import SAID_OF_DOUBT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.postgres.transaction import Transaction

#: of a record ``r``: dead, and no letter of it waits but one that was made here
IS_DISCARDED = f"""(r.state = 'dead' AND NOT EXISTS (
    SELECT FROM dead_letters o
    WHERE o.record_id = r.id AND o.resolved_at IS NULL AND o.code <> '{LISTED_AFTER_DISCARD}'))"""
# With its document locked, nobody else writes a letter about it.
_LOCK = sa.text(f"""
SELECT r.id, r.audit_head, l.code, l.resolution, l.resolved_by, l.resolved_at
FROM records r LEFT JOIN LATERAL (
    SELECT n.code, n.resolution, n.resolved_by, n.resolved_at FROM dead_letters n
    WHERE n.record_id = r.id ORDER BY n.created_at DESC, n.id DESC LIMIT 1) l ON true
WHERE r.id = ANY(CAST(:records AS uuid[])) AND r.state = 'dead'
  AND (l.code IS NULL OR (l.resolved_at IS NOT NULL AND l.code <> '{LISTED_AFTER_DISCARD}'))
ORDER BY r.id FOR UPDATE OF r
""")  # noqa: S608  constant parts only
_LETTERS = sa.text(f"""
INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
SELECT p.id, r.id, r.flow_id, 'listed_after_discard', p.reason,
       :suggestion || {SAID_OF_DOUBT.format(document="r.document_id")}
FROM unnest(CAST(:ids AS uuid[]), CAST(:records AS uuid[]), CAST(:reasons AS text[])) AS p (id, record, reason)
JOIN records r ON r.id = p.record
""")  # noqa: S608  constant parts only
# Its source waits for an answer, so it does not know any more that we have it.
_UNTOLD = sa.text(f"""
WITH again AS (
    UPDATE records r
    SET acknowledged_at = NULL, source_payload = {payloads.beside("a.sealed")}, why = a.why, updated_at = now(),
        audit_head = a.head
    FROM unnest(CAST(:records AS uuid[]), CAST(:payloads AS bytea[]), CAST(:reasons AS text[]), CAST(:heads AS bytea[]))
         AS a (id, sealed, why, head)
    WHERE r.id = a.id
    RETURNING r.id, r.created_at, a.sealed
)
{payloads.keep(payloads.SOURCE, "again")}
""")  # noqa: S608  constant parts only
# Whoever discarded it may have reversed by hand what the target had.
_ASK = sa.text("""
UPDATE documents d SET loaded_fingerprint = NULL FROM records r
WHERE r.id = ANY(CAST(:records AS uuid[])) AND d.id = r.document_id AND d.loaded_fingerprint IS NOT NULL
""")


class LedgerDiscarded:
    """Implements ports.Discarded in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def ask_again(self, payloads: Mapping[UUID, bytes], *, source: str, actor: str) -> None:
        """Write a dead letter about each of these records (id -> sealed payload) that nobody has been asked about."""
        rows = listed_again.locked(self._tx, _LOCK, payloads)
        if not rows:
            return
        reasons = [storable(_reason(row, source)) for row in rows]
        same = {"from": State.DEAD.value, "to": State.DEAD.value, "code": LISTED_AFTER_DISCARD}
        events = listed_again.events(self._tx, rows, [{**same, "why": reason} for reason in reasons], actor=actor)
        records = [row.id for row in rows]
        self._tx.run(
            _LETTERS,
            ids=[new_id() for _ in rows],
            records=records,
            reasons=reasons,
            suggestion=storable(
                f"If it was dealt with by hand, set its status in {source}, or recall it there, then discard this: "
                "it is left alone then. Else requeue this to post it: the target is asked first, by the "
                "document's own key."
            ),
        )
        self._tx.run(
            _UNTOLD,
            records=records,
            payloads=[payloads[record] for record in records],
            reasons=reasons,
            heads=[event.hash_after(previous) for event, previous in events],
        )
        self._tx.run(_ASK, records=records)
        trail.insert(self._tx, events)


def _reason(row: sa.Row[Any], source: str) -> str:
    closed = "its dead letter was closed"
    if row.code is not None:
        closed = (
            f"{row.resolved_by} closed its dead letter ({row.code}) on {row.resolved_at:%Y-%m-%d %H:%M} UTC "
            f"({row.resolution})"
        )
    return (
        f"{source} lists it again and waits for an answer, although {closed}. Whether somebody has entered it by hand "
        "since, and under which number, nobody here knows."
    )
