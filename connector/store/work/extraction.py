"""Writing down what a source listed: new documents, new versions, nothing for what is unchanged."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.audit import GENESIS
from connector.domain.identity import new_id
from connector.domain.outcome import NEWER_READ
from connector.domain.record import Filed, Seen, State, Stored
from connector.store.audit import trail
from connector.store.schema.conditions import NOT_ENDED
from connector.store.work import archive, payloads, summaries, versions
from connector.store.work.settling import QUEUED
from connector.store.work.tried import MAY_HAVE_ARRIVED

#: a document its source does not know to be ours is looked at again by the map step after this long
UNTOLD = dt.timedelta(minutes=2)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.record import Extracted
    from connector.domain.run import RunClaim
    from connector.store.postgres.transaction import Transaction

_SEEN = sa.text("""
SELECT p.key, d.id, coalesce(d.version, 0) AS version, d.fingerprint IS DISTINCT FROM p.print AS differs,
       d.listed_in IS NOT NULL AS flagged,
       coalesce(d.listed_in = :run, false) OR EXISTS (
           SELECT FROM records r WHERE r.document_id = d.id AND r.version = d.version AND r.run_id = :run) AS again
FROM unnest(CAST(:keys AS text[]), CAST(:prints AS text[])) AS p (key, print)
LEFT JOIN documents d ON d.flow_id = :flow AND d.source_key = p.key
WHERE d.fingerprint IS DISTINCT FROM p.print OR d.listed_in IS NOT NULL
""")
_FLAG = sa.text("""
UPDATE documents SET listed_in = :run WHERE id IN (
    SELECT id FROM documents WHERE id = ANY(CAST(:documents AS uuid[])) AND listed_in IS DISTINCT FROM :run
    ORDER BY source_key FOR NO KEY UPDATE)
""")
_DOCUMENTS = sa.text("""
INSERT INTO documents (id, flow_id, source_key, identity, version, fingerprint)
SELECT p.id, :flow, p.key, p.identity, p.after_version + 1, p.print
FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:identities AS text[]), CAST(:prints AS text[]),
            CAST(:after_versions AS integer[]))
     AS p (id, key, identity, print, after_version)
ORDER BY p.key
ON CONFLICT (flow_id, source_key) DO UPDATE
SET version = excluded.version, fingerprint = excluded.fingerprint, last_seen = now(),
    identity = coalesce(excluded.identity, documents.identity)
WHERE documents.fingerprint <> excluded.fingerprint AND documents.version + 1 = excluded.version
RETURNING id, source_key, version, archived IS NOT NULL AS archived
""")
# What surely did not arrive is no reason for an older version to come first: what its source says now goes instead.
# Not EXISTS: of a document that has many versions Postgres would rather read all attempts there ever were.
_OLDER = sa.text(f"""
SELECT r.id, r.document_id, r.version, r.state, r.audit_head, r.run_id, r.lease_owner IS NOT NULL AS leased,
       (SELECT a.id FROM attempts a WHERE a.record_id = r.id
        AND {MAY_HAVE_ARRIVED.format(attempt="a")} LIMIT 1) IS NOT NULL AS attempted
FROM records r
WHERE r.document_id = ANY(CAST(:documents AS uuid[])) AND r.{NOT_ENDED}
ORDER BY r.id FOR UPDATE
""")  # noqa: S608  constant parts only
#: how many more records of the flow may be sent
_ROOM = """
SELECT greatest(0, f."window" - (SELECT count(*) FROM records q WHERE q.flow_id = f.id AND q.queued_until > now()))
FROM flows f WHERE f.id = :flow
"""
_RECORDS = sa.text(f"""
WITH given AS MATERIALIZED (
    SELECT p.*, count(*) FILTER (WHERE NOT p.held) OVER (ORDER BY p.place) AS free FROM unnest(
        CAST(:ids AS uuid[]), CAST(:documents AS uuid[]), CAST(:keys AS text[]), CAST(:versions AS integer[]),
        CAST(:held AS boolean[]), CAST(:correlations AS text[]), CAST(:payloads AS bytea[]), CAST(:heads AS bytea[]))
        WITH ORDINALITY AS p (id, document, key, version, held, correlation, sealed, head, place)
),
kept AS ({payloads.keep(payloads.SOURCE, "(SELECT id, now() AS created_at, sealed FROM given)")}),
{summaries.KEEP}
INSERT INTO records (id, document_id, flow_id, integration_id, run_id, source_key, version, state, hold, due_at,
                     queued_until, correlation_id, source_payload, audit_head)
SELECT p.id, p.document, :flow, :integration, :run, p.key, p.version, 'extracted',
       CASE WHEN p.held THEN 'version' WHEN NOT CAST(:acknowledged AS boolean) THEN 'source' END,
       CASE WHEN p.held THEN NULL WHEN CAST(:acknowledged AS boolean) THEN now()
            ELSE now() + CAST(:untold AS interval) END,
       CASE WHEN CAST(:acknowledged AS boolean) AND NOT p.held AND p.free <= ({_ROOM})
            THEN now() + CAST(:queued AS interval) END,
       p.correlation, {payloads.beside("p.sealed")}, p.head
FROM given p
RETURNING id, queued_until IS NOT NULL AS queued
""")  # noqa: S608  constant parts only
_QUEUE = sa.text(f"""
UPDATE records SET queued_until = now() + CAST(:queued AS interval)
WHERE id IN (
    SELECT p.id FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS p (id, place)
    ORDER BY p.place
    LIMIT ({_ROOM}))
RETURNING id
""")  # noqa: S608  constant parts only
# In the order of their keys, as everywhere: two who are told of the same documents wait for each other in turn.
_LOCK = sa.text("""
SELECT id FROM documents WHERE flow_id = :flow AND source_key = ANY(CAST(:keys AS text[]))
ORDER BY source_key FOR NO KEY UPDATE
""")
# Records are found through their documents: only those have an index on the source key. That a source knows is true of
# the version it listed, whoever holds it and whatever else it waits for; only what waited for just this may go on.
_TOLD = sa.text("""
UPDATE records r
SET acknowledged_at = now(), updated_at = now(), hold = CASE WHEN listed.waited THEN NULL ELSE r.hold END,
    due_at = CASE WHEN listed.waited THEN now() ELSE r.due_at END
FROM (
    SELECT r.id, coalesce(r.hold IN ('source', 'retry'), false) AND r.lease_owner IS NULL AS waited
    FROM documents d JOIN records r ON r.document_id = d.id AND r.version = d.version
    WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[])) AND r.state IN ('extracted', 'loaded')
      AND r.acknowledged_at IS NULL
    ORDER BY r.id FOR UPDATE OF r) listed
WHERE r.id = listed.id
RETURNING r.id, listed.waited AND r.state = 'extracted' AS ready
""")
_SOONER = sa.text("""
UPDATE records r SET due_at = least(r.due_at, now() + CAST(:wait AS interval))
FROM (
    SELECT r.id FROM documents d JOIN records r ON r.document_id = d.id AND r.version = d.version
    WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[])) AND r.hold = 'source'
      AND r.lease_owner IS NULL
    ORDER BY r.id FOR UPDATE OF r) listed
WHERE r.id = listed.id
""")
_WITHDRAWN = sa.text("""
SELECT r.id, r.source_key, r.state, r.version, r.audit_head FROM documents d JOIN records r ON r.document_id = d.id
WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[])) AND r.state = 'extracted'
  AND r.lease_owner IS NULL
ORDER BY r.id FOR UPDATE OF r
""")
_FILED = sa.text(f"""
SELECT d.source_key, d.identity, d.fingerprint, r.id AS record_id,
       d.target_id IS NOT NULL OR coalesce(r.state IN ('extracted', 'mapped', 'loaded', 'dead'), false) AS taken,
       CASE WHEN d.identity IS NULL THEN {payloads.of(payloads.SOURCE)} END AS payload
FROM documents d LEFT JOIN all_records r ON r.document_id = d.id AND r.version = d.version
WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[]))
""")  # noqa: S608  constant parts only
_NOW = sa.text("SELECT now()")


class LedgerExtraction:
    """Implements ports.Extraction in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def seen(self, run: RunClaim, prints: Sequence[tuple[str, str]]) -> dict[str, Seen]:
        """What is new or changed of these (source key, fingerprint), which the run lists now.

        What it has listed before is remembered with the document from the first time on that this happens.
        """
        if not prints:
            return {}
        rows = self._tx.rows(
            _SEEN,
            flow=run.flow_id,
            run=run.run_id,
            keys=[key for key, _ in prints],
            prints=[fingerprint for _, fingerprint in prints],
        )
        if flagged := [row.id for row in rows if row.flagged or (row.differs and row.again)]:
            self._tx.run(_FLAG, run=run.run_id, documents=flagged)
        return {row.key: Seen(version=row.version, twice=row.again) for row in rows if row.differs}

    def filed(self, flow_id: UUID, keys: Sequence[str]) -> dict[str, Filed]:
        """The documents the ledger has under these keys."""
        rows = self._tx.rows(_FILED, flow=flow_id, keys=list(keys)) if keys else []
        return {
            row.source_key: Filed(
                fingerprint=row.fingerprint,
                taken=row.taken,
                identity=row.identity,
                record_id=row.record_id,
                payload=row.payload,
            )
            for row in rows
        }

    def insert(self, run: RunClaim, rows: Sequence[Extracted], *, actor: str, acknowledged: bool = True) -> Stored:
        """Insert new versions; those that may be mapped at once are within the flow's window.

        A document of which a newer version has been read meanwhile keeps that one. An older version under way that
        nobody holds and that surely did not arrive is superseded. One that is held, or may have arrived, comes first:
        the new version waits until it has ended, or has turned out not to have arrived.
        """
        newest = {row.source_key: row for row in rows}
        if not newest:
            return Stored(new=0, ready=())
        documents = self._tx.rows(
            _DOCUMENTS,
            flow=run.flow_id,
            ids=[new_id() for _ in newest],
            keys=list(newest),
            identities=[row.identity for row in newest.values()],
            prints=[row.fingerprint for row in newest.values()],
            after_versions=[row.after_version for row in newest.values()],
        )
        at: dt.datetime = self._tx.value(_NOW)
        blocked = _make_way(self._tx, documents, actor=actor, at=at)
        made = [(newest[document.source_key], document) for document in documents]
        events = [
            trail.event(
                str(row.record_id),
                "record.extracted",
                actor=actor,
                at=at,
                detail={"flow": run.flow, "key": row.source_key, "version": document.version, "run": str(run.run_id)},
            )
            for row, document in made
        ]
        inserted = self._tx.rows(
            _RECORDS,
            flow=run.flow_id,
            integration=run.integration_id,
            run=run.run_id,
            ids=[row.record_id for row, _ in made],
            documents=[document.id for _, document in made],
            keys=[row.source_key for row, _ in made],
            versions=[document.version for _, document in made],
            held=[document.id in blocked for _, document in made],
            correlations=[row.correlation_id for row, _ in made],
            payloads=[row.payload for row, _ in made],
            heads=[event.hash_after(GENESIS) for event in events],
            acknowledged=acknowledged,
            untold=UNTOLD,
            queued=QUEUED,
            **summaries.given((row.record_id, row.summary, (row.source_key,)) for row, _ in made),
        )
        trail.insert(self._tx, [(event, GENESIS) for event in events])
        return Stored(new=len(made), ready=tuple(row.id for row in inserted if row.queued))

    def acknowledged(self, flow_id: UUID, keys: Sequence[str], reasons: Mapping[str, str], *, actor: str) -> list[UUID]:
        """The source was told of these documents; returns the records that may be mapped at once.

        What it does not leave to us (key -> why) is cancelled, unless a worker holds it.
        """
        self._tx.rows(_LOCK, flow=flow_id, keys=list(keys))
        if reasons:
            rows = self._tx.rows(_WITHDRAWN, flow=flow_id, keys=list(reasons))
            at: dt.datetime = self._tx.value(_NOW)
            for row in rows:
                versions.end(self._tx, [row], state=State.CANCELLED, why=reasons[row.source_key], actor=actor, at=at)
        ours = [key for key in keys if key not in reasons]
        acknowledged = self._tx.rows(_TOLD, flow=flow_id, keys=ours) if ours else []
        return queue(self._tx, flow_id, [row.id for row in acknowledged if row.ready])

    def untold(self, flow_id: UUID, keys: Sequence[str], wait: dt.timedelta) -> None:
        """The source may not know of these documents: it is asked about each after this wait, if not sooner."""
        self._tx.rows(_LOCK, flow=flow_id, keys=list(keys))
        self._tx.run(_SOONER, flow=flow_id, keys=list(keys), wait=wait)


def _make_way(tx: Transaction, documents: Sequence[sa.Row[Any]], *, actor: str, at: dt.datetime) -> set[UUID]:
    """Supersede what can be; returns the documents whose older version comes first."""
    again = [document.id for document in documents if document.version > 1]
    if not again:
        return set()
    archive.bring_back(tx, [document.id for document in documents if document.archived])
    older = tx.rows(_OLDER, documents=again)
    blocking = [row for row in older if row.leased or row.attempted]
    giving_way = [row for row in older if not (row.leased or row.attempted)]
    # What no run has read is a person's correction of what was read.
    for corrected, why in ((False, NEWER_READ), (True, f"{NEWER_READ}, which counts instead of the correction")):
        if some := [row for row in giving_way if (row.run_id is None) is corrected]:
            versions.supersede(tx, some, why=why, actor=actor, at=at)
    return {row.document_id for row in blocking}


def queue(tx: Transaction, flow_id: UUID, ready: list[UUID]) -> list[UUID]:
    """Mark these records as sent, as many as the flow's window has room for; returns those."""
    if not ready:
        return []
    queued = {row.id for row in tx.rows(_QUEUE, flow=flow_id, ids=ready, queued=QUEUED)}
    return [record_id for record_id in ready if record_id in queued]
