"""Records that ended long ago go, with their attempts, dead letters, names and documents. Their links and events stay.

A link is a row of ``documents``; it stays for ever, because it is what keeps a document from being posted twice. So
does the record that holds what else the link says (its facts), and the newest one of a document without a link, which
says how that ended: of these only the row is left. Nothing goes of a document that is under way, or of which a target
may have what nobody knows of.

What goes is named in an event, with the hash of each record's newest event, under a key: ``audit verify`` knows by it
that their events tell of something that was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from connector.domain.errors import StoreUnavailable
from connector.domain.identity import first_id
from connector.store.audit import removals
from connector.store.operator import audit
from connector.store.postgres.months import ARCHIVE, IN_USE
from connector.store.schema.conditions import NOT_ENDED
from connector.store.work.tried import MAY_HAVE_ARRIVED

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.audit.authenticity import Keys
    from connector.store.operator.transaction import OperatorTransaction

#: records that are looked at in one transaction
BATCH = 500
_START = UUID(int=0)
#: in the place of a month: the partition of rows of which nothing else is left
_LEFT, _LEFT_PART = "0001-01-01", f"{ARCHIVE}_0001_01"

_NEXT = sa.text("""
SELECT r.id, r.document_id FROM all_records r WHERE r.id > :after AND r.id < :until ORDER BY r.id LIMIT :most
""")
# Documents first and in the order of their keys, as everywhere.
_DOCUMENTS = sa.text("""
SELECT d.id FROM documents d WHERE d.id = ANY(CAST(:documents AS uuid[]))
ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE
""")
_OLD = f"""
r.finished_at < :before AND r.created_at < :before AND NOT r.{NOT_ENDED} AND r.lease_owner IS NULL
AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL)
AND NOT EXISTS (SELECT FROM records n WHERE n.document_id = d.id AND n.{NOT_ENDED})
AND (d.target_id IS NOT NULL OR NOT EXISTS (
    SELECT FROM attempts a
    WHERE a.document_id = d.id AND {MAY_HAVE_ARRIVED.format(attempt="a")}))
"""  # noqa: S608  constant parts only
_CHOSEN = sa.text(f"""
SELECT r.id, r.audit_head,
       CASE WHEN d.target_id IS NULL THEN r.version = d.version
            ELSE (r.result -> 'facts') <> '{{}}' AND NOT EXISTS (
                SELECT FROM all_records n
                WHERE n.document_id = d.id AND n.version > r.version AND (n.result -> 'facts') <> '{{}}')
       END AS stays
FROM all_records r JOIN documents d ON d.id = r.document_id
WHERE r.id = ANY(CAST(:records AS uuid[])) AND {_OLD}
ORDER BY r.id FOR UPDATE OF r
""")  # noqa: S608  constant parts only
_WITH_THEM = (
    "DELETE FROM attempts WHERE record_id = ANY(CAST(:records AS uuid[]))",
    "DELETE FROM dead_letters WHERE record_id = ANY(CAST(:records AS uuid[]))",
    "DELETE FROM payloads WHERE record_id = ANY(CAST(:records AS uuid[]))",
    "DELETE FROM summaries WHERE record_id = ANY(CAST(:records AS uuid[]))",
    "DELETE FROM search_terms WHERE record_id = ANY(CAST(:records AS uuid[]))",
)
# Its sentence names amounts and dates; a run that brought nothing which is left goes, too.
# What is left of the archive's months lies together, so that these can go; where it cannot yet, the next time.
_BARE = f"""
UPDATE all_records SET run_id = NULL, why = '', source_payload = NULL, target_payload = NULL,
       archived_in = CASE WHEN archived_in IS NOT NULL AND there.made THEN CAST('{_LEFT}' AS date) ELSE archived_in END
  FROM (SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('{_LEFT_PART}')) AS made) there
 WHERE id = ANY(CAST(:records AS uuid[]))
   AND (run_id IS NOT NULL OR why <> '' OR source_payload IS NOT NULL OR target_payload IS NOT NULL
        OR archived_in <> '{_LEFT}')
"""  # noqa: S608  constant parts only
_MAKE_LEFT = sa.text(f"SELECT {ARCHIVE}_make_month(CAST('{_LEFT}' AS date))")
_RUNS = """
DELETE FROM runs WHERE id IN (
    SELECT u.id FROM runs u
     WHERE u.finished_at < :before AND u.status IN ('done', 'failed')
       AND NOT EXISTS (SELECT FROM all_records r WHERE r.run_id = u.id)
       AND NOT EXISTS (SELECT FROM pieces p WHERE p.run_id = u.id)
       AND EXISTS (SELECT FROM runs n WHERE n.flow_id = u.flow_id AND n.created_at > u.created_at AND n.status = 'done')
     LIMIT :most)
"""
_PASSED = (
    "DELETE FROM alert_messages WHERE coalesce(sent_at, gave_up_at) < :before",
    "DELETE FROM jobs WHERE ended_at < :before",
)
_MONTHS_OVER = r"""
SELECT c.relname AS name, p.relname AS parent
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
  CROSS JOIN LATERAL substring(pg_get_expr(c.relpartbound, c.oid) FROM '[ON] \(''([0-9][^'']*)''') AS bound
 WHERE p.oid IN ('attempts'::regclass, 'all_records'::regclass) AND bound <> :left
   AND CAST(bound AS timestamptz)
       + CASE p.relname WHEN 'attempts' THEN interval '0' ELSE interval '1 month' END < :before
 ORDER BY c.relname
"""


@dataclass(frozen=True, kw_only=True)
class RecordsRemoved:
    """What became of the next records."""

    #: the last one that was looked at; None: there are no more
    reached: UUID | None
    looked_at: int = 0
    removed: int = 0
    #: of which only the row is left
    bare: int = 0


def begin() -> UUID:
    """Before all records."""
    return _START


def old_records(tx: OperatorTransaction, before: dt.datetime) -> int:
    """About how many records were made before a moment, as Postgres believes without counting them."""
    row = tx.mapping(
        "SELECT CAST(sum(greatest(c.reltuples, 0)) AS float) AS n FROM pg_inherits i JOIN pg_class c "
        "ON c.oid = i.inhrelid WHERE i.inhparent = 'all_records'::regclass"
    )
    made = tx.mapping(
        "SELECT min(created_at) AS first FROM (SELECT created_at FROM all_records ORDER BY id LIMIT 100) r"
    )
    if row is None or made is None or made["first"] is None or made["first"] >= before:
        return 0
    return int(row["n"] * min(1.0, (before - made["first"]) / max(tx.now - made["first"], before - made["first"])))


def remove_next(tx: OperatorTransaction, keys: Keys, *, after: UUID, before: dt.datetime) -> RecordsRemoved:
    """Remove those of the next records that ended before a moment and that nothing needs."""
    tx.take_time(None)
    rows = tx.rows(_NEXT, after=after, until=first_id(before), most=BATCH)
    if not rows:
        return RecordsRemoved(reached=None)
    tx.run(_DOCUMENTS, documents=list({row.document_id for row in rows}))
    chosen = tx.rows(_CHOSEN, records=[row.id for row in rows], before=before)
    bare = [row.id for row in chosen if row.stays]
    gone = [row for row in chosen if not row.stays]
    for statement in _WITH_THEM if chosen else ():
        tx.run(statement, records=[row.id for row in chosen])
    if bare:
        tx.value(_MAKE_LEFT)
        tx.run(_BARE, records=bare)
    if gone:
        tx.run("DELETE FROM all_records WHERE id = ANY(CAST(:records AS uuid[]))", records=[row.id for row in gone])
        detail = removals.certificate(keys, [(row.id, bytes(row.audit_head)) for row in gone])
        audit.note(tx, removals.SUBJECT, removals.EVENT, detail)
    return RecordsRemoved(reached=rows[-1].id, looked_at=len(rows), removed=len(gone), bare=len(bare))


def remove_runs(tx: OperatorTransaction, before: dt.datetime) -> int:
    """Remove some runs that ended before a moment and brought nothing which is left; the last of a flow stays."""
    tx.take_time(None)
    return tx.run(_RUNS, before=before, most=BATCH)


def remove_passed(tx: OperatorTransaction, before: dt.datetime) -> int:
    """Remove messages about alerts and results of long work, of before a moment."""
    return sum(tx.run(statement, before=before) for statement in _PASSED)


def drop_empty_months(tx: OperatorTransaction, before: dt.datetime) -> list[str]:
    """Drop months of attempts and of the archive of which none is left; one that somebody has is left for next time."""
    dropped: list[str] = []
    tx.run("SELECT set_config('lock_timeout', '1s', true)")
    for row in tx.mappings(_MONTHS_OVER, before=before, left=_LEFT):
        gone = _drop(tx, row["name"], row["parent"])
        if gone is None:
            break
        dropped += [row["name"]] if gone else []
    return dropped


def _drop(tx: OperatorTransaction, month: str, parent: str) -> bool | None:
    """Whether it was empty, and is gone; None where somebody has it. Nobody puts anything there meanwhile."""
    try:
        with tx.savepoint():
            tx.run("LOCK TABLE documents IN SHARE ROW EXCLUSIVE MODE")
            tx.run(f"LOCK TABLE ONLY {parent}, {month} IN ACCESS EXCLUSIVE MODE")
            empty = not tx.value(sa.text(f"SELECT EXISTS (SELECT FROM {month})"))  # noqa: S608  a name of the catalogue
            if empty:
                tx.run(f"DROP TABLE {month}")
    except StoreUnavailable as busy:
        if busy.evidence.get("sqlstate") not in IN_USE:
            raise
        return None
    return empty
