"""A ledger that has worked for long, and not evenly: nearly everything is of one flow, and done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from connector.domain.audit import GENESIS
from tests.privileged import url_of

if TYPE_CHECKING:
    from tests.store.scene import Scene

#: the document of the busy flow that changed again and again
OFTEN_CHANGED = "OFTEN-CHANGED"
#: what all that wait are waiting for, in the quiet flow
AWAITED = "AWAITED"

# Every record has one event, hashed as `audit verify` hashes it.
_AT = "2026-11-20T12:00:00.000000+00:00"
_HEAD = f"""
CREATE FUNCTION pg_temp.head(id uuid) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\\x{GENESIS.hex()}' || convert_to(
        '{{"actor":"filling","at":"{_AT}","detail":{{}},"name":"record.extracted","subject":"' || id || '"}}', 'UTF8'))
$$
"""
_EVENTS = f"""
INSERT INTO audit_events (subject, name, actor, at, hash, previous)
SELECT r.id, 'record.extracted', 'filling', '{_AT}', r.audit_head, '\\x{GENESIS.hex()}' FROM records r ORDER BY r.id
"""  # noqa: S608  constant parts only
# Ids in the order of age, as the product makes them.
_ID = "uuidv7(interval '-10 days' + n * interval '1 ms')"
_DOCUMENTS = f"""
INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id, target_key, loaded_version,
                       loaded_fingerprint)
SELECT {_ID}, :flow, :prefix || n, 1, 'x', 'T' || n, 'K' || n, 1, 'x' FROM generate_series(1, :number) n
"""  # noqa: S608  constant parts only
_DONE = """
INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, correlation_id, audit_head,
                     target_id, created_at, updated_at, finished_at)
SELECT d.id, d.id, d.flow_id, :integration, d.source_key, 1,
       CASE hashtext(d.source_key) % 200 WHEN 0 THEN 'skipped' WHEN 1 THEN 'dead' ELSE 'done' END,
       'mlc-' || d.id, pg_temp.head(d.id), d.target_id, now() - interval '9 days', now() - interval '9 days',
       now() - interval '9 days'
FROM documents d WHERE d.flow_id = :flow ORDER BY d.id
"""
_PAYLOADS = """
INSERT INTO payloads (record_id, kind, created_at, sealed)
SELECT r.id, k.kind, r.created_at, :sealed FROM records r CROSS JOIN (VALUES ('source'), ('target')) k (kind)
WHERE k.kind = 'source' OR r.target_id IS NOT NULL ORDER BY r.id
"""
_ATTEMPTS = """
INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, answered_at, answer, actor)
SELECT r.id, r.id, r.document_id, r.version, r.source_key, 'x', now(), now(), 'accepted', 'w' FROM records r
"""
_VERSIONS = f"""
WITH often AS (
    INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id, loaded_version)
    VALUES (uuidv7(), :flow, :key, :number, 'x', 'T', :number) RETURNING id
)
INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, correlation_id, audit_head,
                     created_at, updated_at, finished_at)
SELECT v.id, often.id, :flow, :integration, :key, n, CASE WHEN n = :number THEN 'done' ELSE 'superseded' END,
       'mlc-' || n, pg_temp.head(v.id), now() - interval '9 days', now() - interval '9 days',
       now() - interval '9 days'
FROM often, (SELECT n, {_ID} AS id FROM generate_series(1, :number) n) v
"""  # noqa: S608  constant parts only
_WAITING = """
WITH waiting AS (
    INSERT INTO documents (id, flow_id, source_key, version, fingerprint)
    SELECT uuidv7(n * interval '1 us'), :flow, 'WAITS-' || n, 1, 'x' FROM generate_series(1, :number) n
    RETURNING id, source_key
)
INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, hold, gate, why, waits_for,
                     reread, waiting_since, due_at, correlation_id, audit_head, created_at, begun_at,
                     updated_at)
SELECT w.id, w.id, :flow, :integration, w.source_key, 1, 'extracted', 'gate', 'a supplier', 'not there yet',
       ARRAY[:subject], hashtext(w.source_key) % 5 = 0, now() - interval '1 hour', now() + interval '1 hour',
       'mlc-' || w.id, pg_temp.head(w.id), now() - interval '1 hour', now() - interval '1 hour',
       now() - interval '1 hour'
FROM waiting w ORDER BY w.id
"""
#: what documents are called: numbers of their own, and one of a hundred suppliers
_SUMMARIES = """
INSERT INTO summaries (record_id, kind, number, party, amount, currency)
SELECT r.id, 'supplier invoice', r.source_key, 'P' || hashtext(r.source_key) % 100, hashtext(r.source_key) % 1000, 'EUR'
FROM records r ORDER BY r.id
"""
_TERMS = """
INSERT INTO search_terms (term, record_id)
SELECT DISTINCT n.term, s.record_id FROM summaries s JOIN records r ON r.id = s.record_id
  CROSS JOIN LATERAL (VALUES (s.number), (s.party), (r.target_id)) n (term) WHERE n.term IS NOT NULL
"""
_LETTERS = """
INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion, resolved_at, resolution, resolved_by)
SELECT uuidv7(), r.id, r.flow_id, 'refused', 'They said no.', 'Correct it.', now(), 'requeued', 'operator:a'
FROM records r WHERE r.flow_id = :flow AND r.state = 'done' LIMIT :number
"""
_OPEN_LETTERS = """
INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
SELECT uuidv7(), r.id, r.flow_id, 'refused', 'They said no.', 'Correct it.' FROM records r WHERE r.state = 'dead'
"""
# Complete reads long ago, and since then only single documents, of which somebody tells; more than can be read.
_RUNS = """
INSERT INTO runs (id, flow_id, slot, reason, status, only_key, created_at, started_at, finished_at, due_at)
SELECT uuidv7(n * interval '1 us'), :flow, now() - interval '9 days' + n * interval '1 second', 'schedule', 'done',
       NULL, now() - interval '9 days', now() - interval '9 days', now() - interval '9 days', now() - interval '9 days'
FROM generate_series(1, :number) n
UNION ALL
SELECT uuidv7(n * interval '1 us'), :flow, NULL, 'demand', 'done', 'TOLD-' || n, now() - interval '1 day',
       now() - interval '1 day', now() - interval '1 day', now() - interval '1 day'
FROM generate_series(1, :number) n
UNION ALL
SELECT uuidv7(n * interval '1 us'), :flow, NULL, 'demand', 'queued', 'TOLD-' || n, now() - interval '1 minute',
       NULL, NULL, now() - interval '1 minute' + n * interval '1 us'
FROM generate_series(1, :number) n
"""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What stands in the ledger by now."""

    done: int
    versions: int
    waiting: int


def fill(
    scene: Scene,
    *,
    records: int,
    sealed: bytes,
    versions: int | None = None,
    waiting: int | None = None,
) -> Filled:
    """Make so many records: of 100 1 is in the quiet flow, 2 are of one document, and 5 wait, unless said otherwise.

    The suppliers are the quiet flow, the invoices the busy one.

    ``sealed`` stands where a document does.
    """
    versions = records // 50 if versions is None else versions
    waiting = records // 20 if waiting is None else waiting
    done = records - versions - waiting
    quietly = done // 100
    busy, quiet = scene.invoices, scene.suppliers
    common = {"integration": scene.integration_id}
    # Not the product's: that one loses patience. A vacuum does not take for seen by all what is not on the disk yet.
    lasting = {"options": "-c synchronous_commit=on"}
    patient = sa.create_engine(url_of(scene.ledger.engine.url), poolclass=NullPool, connect_args=lasting)
    with patient.begin() as connection:

        def run(statement: str, **values: object) -> None:
            connection.execute(sa.text(statement), values)

        connection.exec_driver_sql(_HEAD)
        for flow, number in ((quiet, quietly), (busy, done - quietly)):
            run(_DOCUMENTS, flow=flow, prefix="OLD-", number=number)
            run(_DONE, flow=flow, **common)
        run(_VERSIONS, flow=busy, key=OFTEN_CHANGED, number=versions, **common)
        run(_ATTEMPTS)
        run(_WAITING, flow=busy, number=waiting, subject=f"link:suppliers:{AWAITED}", **common)
        run(_PAYLOADS, sealed=sealed)
        run(_SUMMARIES)
        run(_TERMS)
        connection.exec_driver_sql(_EVENTS)
        run(_LETTERS, flow=busy, number=records // 50)
        run(_OPEN_LETTERS)
        run(_RUNS, flow=busy, number=records // 40)
    with patient.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    return Filled(done=done, versions=versions, waiting=waiting)
