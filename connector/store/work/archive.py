"""The archive: records of documents of which nothing is heard any more lie in the month in which they ended.

A document goes there with all its versions, once each of them has ended for good and for long; its row in ``documents``
then says what its newest one would: how it ended, and the facts of what was posted. So whoever works looks no further
than ``records``, which stays as small as what goes on. When something happens to such a document again (its source
lists it otherwise, a person sends it again), all of it comes back first.

A worker of a release that knew no archive would miss what lies there: while one lives, nothing goes there.

Nothing of a record changes by it, and nothing is written to its trail. Documents are locked before their records, as
everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from connector.domain.errors import StoreUnavailable
from connector.domain.identity import first_id
from connector.store.binding.fact_binding import PARTS, UNBOUND, newest
from connector.store.postgres.months import ARCHIVE, IN_USE
from connector.store.postgres.transaction import Transaction
from connector.store.schema.conditions import OLDER
from connector.store.work.tried import MAY_HAVE_ARRIVED, doubtful

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from connector.store.postgres.engine import Begin

#: records that are looked at in one transaction, and in one housekeeping, and those that go in one
BATCH, LOOKED_AT, AT_ONCE = 500, 25_000, 10_000
#: before all ids
FIRST = UUID(int=0)

#: states in which nothing changes any more: of what was discarded a person may yet say something
ENDED = "state IN ('done', 'rejected', 'superseded', 'cancelled', 'skipped')"
_MONTH = "date_trunc('month', {}.finished_at AT TIME ZONE 'UTC')"
# What an earlier release wrote, and housekeeping has not looked at yet, stays until it has.
_AT_REST = f"""coalesce(
    n.{ENDED} AND n.finished_at < :before AND n.hold IS NULL AND n.waits_for IS NULL AND n.lease_owner IS NULL
    AND n.queued_until IS NULL AND n.source_payload IS NULL AND n.target_payload IS NULL
    AND NOT coalesce({UNBOUND}, false), false)"""


def _stirs(document: str) -> str:
    """SQL for the versions of a document that are not at rest."""
    return f"(SELECT FROM records n WHERE n.document_id = {document} AND NOT {_AT_REST})"


# So many are looked at and no more, however many stay: of those that have ended, some never go.
_NEXT = sa.text(f"""
WITH looked_at AS MATERIALIZED (
    SELECT r.id, r.document_id, r.state, r.finished_at FROM records r
    WHERE r.id > :after AND r.id < :until AND NOT {OLDER.format(knows="archives")}
    ORDER BY r.id LIMIT :most)
SELECT l.id, g.document_id, CAST({_MONTH.format("l")} AS date) AS month
FROM looked_at l LEFT JOIN (
    SELECT o.id, o.document_id FROM looked_at o
    WHERE o.{ENDED} AND o.finished_at < :before AND NOT EXISTS {_stirs("o.document_id")}) g ON g.id = l.id
ORDER BY l.id
""")  # noqa: S608  constant parts only
# Whoever has one has something to do with it; the next time.
_LOCK = sa.text("""
SELECT d.id FROM documents d WHERE d.id = ANY(CAST(:documents AS uuid[]))
ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE SKIP LOCKED
""")
_ARCHIVE = sa.text(f"""
WITH chosen AS MATERIALIZED (
    SELECT d.id FROM documents d
    WHERE d.id = ANY(CAST(:documents AS uuid[]))
      AND NOT EXISTS {_stirs("d.id")} AND NOT EXISTS {doubtful("d.id")}
      AND (d.target_id IS NOT NULL OR NOT EXISTS (
          SELECT FROM attempts a WHERE a.document_id = d.id AND {MAY_HAVE_ARRIVED.format(attempt="a")}))
      AND NOT EXISTS (
          SELECT FROM records n JOIN dead_letters l ON l.record_id = n.id
          WHERE n.document_id = d.id AND l.resolved_at IS NULL)
      AND NOT EXISTS (
          SELECT FROM records n WHERE n.document_id = d.id AND NOT EXISTS (
              SELECT FROM pg_inherits i
              WHERE i.inhparent = '{ARCHIVE}'::regclass
                AND i.inhrelid = to_regclass(to_char({_MONTH.format("n")}, '"{ARCHIVE}_"YYYY_MM'))))
),
told AS (
    UPDATE documents d
    SET archived = jsonb_build_object('state', (
            SELECT r.state FROM records r WHERE r.document_id = d.id ORDER BY r.version DESC LIMIT 1))
        || coalesce({newest("records", f"jsonb_build_object('said', {PARTS})")}, '{{}}')
    FROM chosen WHERE d.id = chosen.id
)
UPDATE {ARCHIVE} r SET archived_in = CAST({_MONTH.format("r")} AS date)
FROM chosen WHERE r.document_id = chosen.id AND r.archived_in IS NULL
""")  # noqa: S608  constant parts only
_MAKE = sa.text(f"SELECT {ARCHIVE}_make_month(CAST(:month AS date))")
_BACK = sa.text(f"""
UPDATE {ARCHIVE} SET archived_in = NULL
WHERE document_id = ANY(CAST(:documents AS uuid[])) AND archived_in IS NOT NULL
""")  # noqa: S608  constant parts only
_FORGET = sa.text("UPDATE documents SET archived = NULL WHERE id = ANY(CAST(:documents AS uuid[]))")
_OF_RECORDS = sa.text(f"""
SELECT d.id, d.archived IS NOT NULL AS archived FROM documents d
WHERE d.id IN (SELECT r.document_id FROM {ARCHIVE} r WHERE r.id = ANY(CAST(:records AS uuid[])))
ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE
""")  # noqa: S608  constant parts only


def archive(begin: Begin, *, after: dt.timedelta, now: dt.datetime, behind: UUID = FIRST) -> tuple[int, UUID]:
    """Let the next documents go there that have been at rest for so long; returns how many records went.

    And behind which record the next time is to begin: those that stay are not looked at again before the others. A
    month that cannot be made at this moment is made another time.
    """
    before, gone = now - after, 0
    for _ in range(LOOKED_AT // BATCH):
        with begin() as connection:
            rows = Transaction(connection).rows(_NEXT, after=behind, until=first_id(before), before=before, most=BATCH)
        going = [row for row in rows if row.document_id is not None]
        _make(begin, {row.month for row in going})
        if documents := list({row.document_id for row in going}):
            with begin() as connection:
                tx = Transaction(connection)
                locked = [row.id for row in tx.rows(_LOCK, documents=documents)]
                gone += tx.run(_ARCHIVE, documents=locked, before=before)
        if len(rows) < BATCH:
            return gone, FIRST
        behind = rows[-1].id
        if gone >= AT_ONCE:
            break
    return gone, behind


def _make(begin: Begin, months: set[dt.date]) -> None:
    for month in sorted(months):
        try:
            with begin() as connection:
                Transaction(connection).rows(_MAKE, month=month)
        except StoreUnavailable as busy:
            if busy.evidence.get("sqlstate") not in IN_USE:
                raise


def bring_back(tx: Transaction, documents: Sequence[UUID]) -> None:
    """Bring these documents back, which the caller has locked and found to be in the archive."""
    if documents:
        tx.run(_BACK, documents=list(documents))
        tx.run(_FORGET, documents=list(documents))


def bring_back_records(tx: Transaction, records: Sequence[UUID]) -> None:
    """Lock the documents of these records, and bring back those that lie there."""
    bring_back(tx, [row.id for row in tx.rows(_OF_RECORDS, records=list(records)) if row.archived])
