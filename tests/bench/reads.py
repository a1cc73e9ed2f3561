"""What reading a source costs: documents that take a read each, many that are new, many that are unchanged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg

from tests.bench.deployment import deployment
from tests.bench.figures import Figure
from tests.bench.transfers import SLOW
from tests.e2e.plant import INVOICES, SUPPLIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.deployment import Bench, Company
    from tests.bench.session import Session
    from tests.bench.spending import Spent

#: documents that take a read each: as many as the target is about, for a few take as long to begin with
_ASKED_FOR = 2000
_RUNS = """
SELECT count(*) AS open FROM runs r JOIN flows f ON f.id = r.flow_id JOIN integrations i ON i.id = f.integration_id
WHERE i.name = %(company)s AND f.name = %(flow)s AND r.status <> 'done'
"""
#: as they are in the ledger, with the same indexes
_TABLES = ("documents", "records", "payloads", "summaries", "search_terms", "audit_events")


def one_by_one(session: Session) -> Iterator[Figure]:
    """Each supplier takes a read of its own, and each answer 100 ms."""
    bench = session.bench
    company = bench.company(invoices=0, suppliers=_ASKED_FOR, detail=True, seconds=SLOW)
    spent = _polled(bench, company, SUPPLIERS)
    company.tell(seconds=0.0)
    company.wait_for(_ASKED_FOR, SUPPLIERS)
    yield Figure(
        what=f"first read of {_ASKED_FOR:,} documents that take a read each, 100 ms",
        value=spent.seconds,
        unit="s",
        must=15,
        moonshot=8,
        detail={"documents": _ASKED_FOR, **_cost(spent, _ASKED_FOR)},
    )


def polled(session: Session) -> Iterator[Figure]:
    """Everything in the source is new: a poll of it, against COPY of the same rows; then everything is unchanged."""
    session.leave()
    documents = 50 * session.records  # as many as the target is about: of a few, the start of the worker takes most
    with deployment(only=("poll",)) as bench:
        company = bench.company(invoices=documents, suppliers=0)  # nobody would send them
        company.tell(suppliers=20)
        spent = _polled(bench, company)
        seconds, copied = spent.seconds, _copied(bench.meter.database_url)
        yield Figure(
            what="first poll of new documents against COPY of the same rows",
            value=copied / seconds,
            unit="times",
            must=0.15,
            moonshot=0.3,
            more_is_better=True,
            detail={"documents": documents, "poll": seconds, "copy": copied, **_cost(spent, documents)},
        )
        yield _unchanged(bench, company, documents)


def _unchanged(bench: Bench, company: Company, documents: int) -> Figure:
    again = _polled(bench, company)
    return Figure(
        what="reading an unchanged document again",
        value=1000 * again.seconds / documents,
        unit="ms",
        must=0.1,
        detail={"documents": documents, "seconds": again.seconds, **_cost(again, documents)},
    )


def _cost(spent: Spent, documents: int) -> dict[str, Any]:
    each = spent.a_record(documents)
    return {name: each[name] for name in ("cpu_ms", "cpu_ms_by_kind", "wal_bytes", "redis_commands")}


def _polled(bench: Bench, company: Company, flow: str = INVOICES) -> Spent:
    before = bench.meter.now()
    company.run(flow)
    _read(company, flow)
    return bench.meter.now() - before


def _read(company: Company, flow: str) -> None:
    """Wait until all runs of a flow have come to their end."""
    plant = company.bench.plant
    while plant.ask(_RUNS, company=company.name, flow=flow)[0].open:
        company.bench.stack.tend()
        time.sleep(0.02)


def _copied(url: str) -> float:
    """Return the seconds that COPY takes to put all rows of the ledger into tables like those that they are in."""
    seconds = 0.0
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for table in _TABLES:
            with connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as out:  # noqa: S608 our tables
                rows = b"".join(out)
            connection.execute(f"CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
            began = time.monotonic()
            with connection.cursor().copy(f"COPY copied_{table} FROM STDIN") as into:
                into.write(rows)
            seconds += time.monotonic() - began
            connection.execute(f"DROP TABLE copied_{table}")
    return seconds
