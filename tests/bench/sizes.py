"""What much of anything costs: a large ledger, many records in one process, many that are due while nobody works."""

from __future__ import annotations

import statistics
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import redis

from connector.bootstrap import application
from connector.store.audit.seals import MOST
from connector.store.ledger import SEALS_AT_ONCE
from tests.bench.deployment import deployment
from tests.bench.figures import Figure
from tests.bench.spending import children_of, memory_of
from tests.bench.transfers import rates
from tests.e2e.plant import INVOICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.bench.deployment import Bench
    from tests.bench.session import Session

_MEGABYTE = 1_000_000
#: records after which the memory of a process is what it is compared with
_FEW = 1000
#: records a second at which a very long backlog is given up
_SLOWEST = 50
_CLEANING = "SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
#: Redis grows no more, PostgreSQL cleans nothing up
_STILL_SECONDS = 5.0
_FLOW = """
SELECT f.id, f.integration_id FROM flows f JOIN integrations i ON i.id = f.integration_id
WHERE i.name = %(company)s AND f.name = %(flow)s
"""
_DOCUMENTS = """
INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id, target_key, loaded_version,
                       loaded_fingerprint, bound)
SELECT uuidv7(interval '-10 days' + n * interval '1 ms'), %(flow)s, 'OLD-' || n, 1, 'x', 'T' || n, 'K' || n, 1, 'x', 'x'
FROM generate_series(1, %(number)s) n
"""
_RECORDS = """
INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, correlation_id, audit_head,
                     due_at, created_at, updated_at, finished_at)
SELECT d.id, d.id, d.flow_id, %(integration)s, d.source_key, 1, %(state)s, 'mlc-' || d.id, 'x', %(due)s,
       now() - interval '9 days', now() - interval '9 days', %(finished)s
FROM documents d WHERE d.flow_id = %(flow)s AND d.source_key LIKE 'OLD-%%'
"""
_PAYLOADS = """
INSERT INTO payloads (record_id, kind, created_at, sealed)
SELECT r.id, k.kind, r.created_at, convert_to(repeat('sealed', 100), 'UTF8')
FROM records r CROSS JOIN (VALUES ('source'), ('target')) k (kind)
WHERE r.flow_id = %(flow)s AND r.source_key LIKE 'OLD-%%'
"""
_ATTEMPTS = """
INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, answered_at, answer, actor)
SELECT id, id, document_id, 1, source_key, 'x', now(), now(), 'accepted', 'w' FROM records WHERE flow_id = %(flow)s
"""
_EVENTS = """
INSERT INTO audit_events (subject, name, actor, at, hash, previous)
SELECT r.id, 'record.extracted', 'bench', now(), 'x', 'x' FROM records r, generate_series(1, %(events)s)
WHERE r.flow_id = %(flow)s
"""
#: a housekeeping that left events for the next one
_SEALED_MANY = f"sealed {SEALS_AT_ONCE * MOST} events"
#: both ledgers are worked in so often, in turn: what else the machine has to do is then the same for both
_PAIRS = 5


def large_ledger(session: Session) -> Iterator[Figure]:
    """The same backlog moves in a ledger that has done next to nothing and in one that has done much, in turn."""
    little, records = session.bench, session.records // 2
    with deployment() as much:
        events = max(1, session.audit // session.ledger)
        _fill(much, session.ledger, state="done", due=None, finished=True, events=events)
        _moved(little, records)  # what a process does for the first time, it does for both before anything is compared
        _moved(much, records)
        pairs = [(_moved(little, records), _moved(much, records)) for _ in range(_PAIRS)]
    finished = f"{session.ledger:,} finished records and {events * session.ledger:,} events against an empty ledger"
    yield Figure(
        what=f"records/s with {finished}",
        value=_middle(large["speed"] / empty["speed"] for empty, large in pairs),
        unit="times",
        must=0.95,
        moonshot=1.0,
        more_is_better=True,
        detail={"pairs": pairs},
    )
    for what in ("cpu_ms", "postgres_ms", "wal_bytes"):
        ratio = _middle(large[what] / empty[what] for empty, large in pairs)
        yield Figure(what=f"... {_COUNTED[what]}", value=ratio, unit="times")


_COUNTED = {"cpu_ms": "CPU a record", "postgres_ms": "CPU of PostgreSQL a record", "wal_bytes": "WAL a record"}


def _moved(bench: Bench, records: int) -> dict[str, float]:
    """Move a backlog; returns records a second, and what each cost."""
    taken, spent = bench.company(invoices=records).moved(records)
    each = spent.a_record(records)
    cost = {"cpu_ms": each["cpu_ms"], "postgres_ms": each["cpu_ms_by_kind"]["postgres"], "wal_bytes": each["wal_bytes"]}
    return {"speed": rates(taken)["to_the_last"], **cost}


def _middle(ratios: Iterable[float]) -> float:
    return statistics.median(ratios)


def memory(session: Session) -> Iterator[Figure]:
    """A process that loads has loaded some of a customer, and then as many more as a backlog has."""
    bench, records = session.bench, session.records // 2
    first = min(_FEW, max(20, records // 10))
    company = bench.company(invoices=first)
    company.moved(first)
    before = _memory(bench)
    company.tell(invoices=first + records)
    company.moved(first + records, seconds=max(300.0, records / _SLOWEST))
    after = _memory(bench)
    yield Figure(
        what="worker memory after many records against a few",
        value=after / before,
        unit="times",
        must=1.1,
        detail={"few": first, "many": first + records, "before": before, "after": after},
    )


def _memory(bench: Bench) -> int:
    main = next(status.pid for status in bench.status() if status.name == "worker-load")
    return max(map(memory_of, children_of(main or 0)))


def broker(session: Session) -> Iterator[Figure]:
    """Much is due, and nobody works: what is not on a queue waits in the ledger."""
    session.leave()
    with deployment(only=()) as bench:
        _fill(bench, session.due, state="extracted", due="now", finished=False)
        with redis.Redis.from_url(bench.meter.broker_url) as client:
            most, since = 0, time.monotonic()
            while time.monotonic() - since < _STILL_SECONDS:
                bench.stack.tend()
                told: dict[str, Any] = client.info("memory")  # type: ignore[assignment]  # not awaited here
                if told["used_memory"] > 1.01 * most:
                    most, since = told["used_memory"], time.monotonic()
                time.sleep(0.1)
    yield Figure(
        what=f"broker with {session.due:,} records due",
        value=most / _MEGABYTE,
        unit="MB",
        must=64,
    )


def _vacuumed(connection: psycopg.Connection[Any]) -> None:
    """Wait until PostgreSQL has nothing to clean up by itself: it would while something else is measured."""
    connection.execute("ALTER SYSTEM SET autovacuum_naptime = 1")
    connection.execute("SELECT pg_reload_conf()")
    since = time.monotonic()
    while time.monotonic() - since < _STILL_SECONDS:
        time.sleep(0.5)
        if connection.execute(_CLEANING).fetchone():
            since = time.monotonic()
    connection.execute("ALTER SYSTEM RESET autovacuum_naptime")
    connection.execute("SELECT pg_reload_conf()")


def _fill(bench: Bench, number: int, *, state: str, due: str | None, finished: bool, events: int = 0) -> None:
    """Put so many records into the ledger, of a company of their own."""
    company = bench.stranger()
    company.set_up()
    found = bench.plant.ask(_FLOW, company=company.name, flow=INVOICES)[0]
    values = {
        "flow": found.id,
        "integration": found.integration_id,
        "number": number,
        "state": state,
        "due": due,
        "finished": "now" if finished else None,
        "events": events,
    }
    with psycopg.connect(bench.meter.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in (_DOCUMENTS, _RECORDS, _PAYLOADS, *((_ATTEMPTS, _EVENTS) if finished else ())):
            connection.execute(statement, values)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        _vacuumed(connection)
    # What housekeeping has long done in such a ledger is not done while something else is measured.
    with closing(application(bench.stack.settings)) as keeping:
        while keeping.store.housekeeping().startswith(_SEALED_MANY):
            bench.stack.tend()
