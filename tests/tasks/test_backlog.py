"""A backlog that nobody works off: what it costs Redis, and those who come after it.

20,000 records and queues of 1,000 messages show the same bounds as 200,000 and the queues of the product, which
LONG_TESTS=1 asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from connector.domain.journey import Step
from connector.pipeline.recover import MOST_RECORDS, send_records
from connector.store.beat import dispatching
from connector.store.connection import pacing
from connector.store.ledger import Ledger
from connector.store.work.settling import QUEUED
from connector.vault import EnvelopeVault, new_key, parse_keys
from tasks.dispatch import CeleryDispatcher
from tasks.names import QUEUES
from tests.e2e.plant import LONG
from tests.store.scene import Scene
from workers.schedule import LONGEST_QUEUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Celery

CUSTOMERS = 10
BACKLOG = 200_000 if LONG else 20_000
LONGEST = LONGEST_QUEUE if LONG else 1000
#: half of them are to be mapped, half to be loaded
WAITING_QUEUES = ("map", "load")
BYTES_A_MESSAGE = 2000
#: enough to fill both queues, and some more
TURNS = 2 * LONGEST // MOST_RECORDS + 4


@pytest.fixture
def customers(database_url: str) -> Iterator[list[Scene]]:
    """Customers who share the backlog, and a last one who has none."""
    ledger, vault = Ledger(database_url), EnvelopeVault(parse_keys(new_key()))
    scenes = [Scene.set_up(ledger, vault, prefix=f"{number}-") for number in range(CUSTOMERS + 1)]
    # A connection of the test's own: no statement of the product is as long as these.
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute(
            """INSERT INTO documents (id, flow_id, source_key, version, fingerprint)
               SELECT gen_random_uuid(), f.id, 'DOC-' || n, 1, 'x' FROM flows f
               JOIN integrations i ON i.id = f.integration_id, generate_series(1, CAST(%(each)s AS integer)) n
               WHERE i.id <> %(spared)s""",
            {"each": BACKLOG // (2 * CUSTOMERS), "spared": scenes[-1].integration_id},
        )
        connection.execute(
            """INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, due_at,
                                    correlation_id, audit_head)
               SELECT gen_random_uuid(), d.id, f.id, f.integration_id, d.source_key, 1,
                      CASE f.name WHEN 'invoices' THEN 'mapped' ELSE 'extracted' END, now(), 'c', decode('00', 'hex')
               FROM documents d JOIN flows f ON f.id = d.flow_id"""
        )
    yield scenes
    ledger.close()


def test_redis_stays_small_and_nobody_waits_behind_the_backlog_of_others(
    customers: list[Scene], app: Celery, redis_url: str
) -> None:
    spared = customers[-1]
    ledger = spared.ledger
    assert spared.ask("SELECT count(*) AS n FROM records")[0].n == BACKLOG

    def turns(beat: CeleryDispatcher, times: int) -> None:
        """Half a minute and a turn of beat, again and again, while no worker runs."""
        for _ in range(times):
            spared.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
            send_records(ledger.recovery, beat)

    def waiting() -> dict[str, int]:
        return {queue: client.llen(f"ml-connector:{queue}") for queue in QUEUES}

    def full(longest: int) -> bool:
        return all(longest <= waiting()[queue] <= longest + MOST_RECORDS for queue in WAITING_QUEUES)

    with redis.Redis.from_url(redis_url) as client:
        before = client.info("memory")["used_memory"]
        most = before + len(WAITING_QUEUES) * (LONGEST + MOST_RECORDS) * BYTES_A_MESSAGE

        turns(CeleryDispatcher(app, longest_queue=LONGEST, most_records=1), TURNS)
        assert full(LONGEST), waiting()
        assert client.info("memory")["used_memory"] < most
        kept = waiting()

        turns(CeleryDispatcher(app, longest_queue=LONGEST, most_records=1), 5)  # beat began anew
        assert waiting() == kept

        client.flushall()
        turns(CeleryDispatcher(app, longest_queue=LONGEST // 5, most_records=1), TURNS // 3)
        assert full(LONGEST // 5), waiting()
        assert client.info("memory")["used_memory"] < most

    [invoice] = spared.read(("INV-1", "one"))
    spared.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
    sent = [due.record_id for due in ledger.recovery.due_records(MOST_RECORDS)]
    assert invoice in sent[: 2 * CUSTOMERS + 1], "it goes with the first turn"
    spared.map(invoice)
    spared.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
    assert invoice in [due.record_id for due in ledger.recovery.due_records(MOST_RECORDS)[: 2 * CUSTOMERS + 1]]
    assert spared.claim(invoice, Step.LOAD) is not None

    few = BACKLOG // 400  # of so small a backlog as 20,000 the whole is read sooner than 500 are looked up
    given = {"queued": QUEUED, "kept": pacing.KEPT, "a_process": 0, "lives": dispatching.LIVES, "beside": None}
    plan = spared.ask(f"EXPLAIN {dispatching._DUE_RECORDS.text}", most=few, **given)
    assert [line for (line,) in plan if "Seq Scan on records" in line] == [], "it looks at the next ones only"
