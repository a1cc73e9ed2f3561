"""Systems that ask us to slow down or are away, a document that kills its workers, a flood: with real workers.

With ``LONG_TESTS=1`` in the environment an outage lasts a minute, there is one of another kind, and a million documents
make the flood.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from connector.domain.journey import MOST_CRASHES
from connector.embedded.places import free_port
from connector.store.connection.state import FIRST_PAUSE
from connector.store.postgres.engine import open_single
from sandbox.server import SandboxServer, running
from tests.e2e.conftest import WORKERS
from tests.e2e.plant import HANGS, LONG, ORDERS, SUPPLIERS, Customer, new_customer
from tests.privileged import url_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.plant import Plant

PROCESSES = len(WORKERS)
#: requests a second that the rate-limited system allows
ALLOWED = 5
#: failures in a row that open the breaker, as the documentation says
OPENS_AT = 5
#: for how long at least nobody asks a system that is away
PAUSE_SECONDS = FIRST_PAUSE.total_seconds()
OUTAGE_SECONDS = 60 if LONG else 0
#: messages of one flow on the queues
WINDOW = 200
BACKLOG = 1_000_000
COMPANIES = "/companyprofiles"


@pytest.fixture
def plant(four_workers: Plant) -> Plant:
    """Nothing but what a test does goes wrong, because tries are counted here."""
    return four_workers


def target(customer: Customer) -> Any:
    """The connection that the customer's documents go to."""
    [row] = customer.ask("SELECT * FROM connections WHERE name = %(name)s", name=f"{customer.name}-j1")
    return row


def read(customer: Customer, *flows: str) -> None:
    """Read these sources completely."""
    for flow in flows:
        customer.plant.ok("flow", "run", customer.flow(flow))


def arrived(customer: Customer) -> bool:
    """Every supplier of QAD's is there, and was written once."""
    written: dict[str, int] = customer.jaggaer.state("counts")["counts"]["companies"]
    return written == dict.fromkeys(customer.qad.state("expected")["expected"]["companies"], 1)


def records(customer: Customer) -> list[Any]:
    """All of the customer's records."""
    return customer.ask("SELECT * FROM records WHERE flow_id IN (SELECT id FROM mine)")


@pytest.mark.skipif(not LONG, reason="takes most of a minute: `make outage`")
def test_a_rate_limit_is_kept_by_all_workers_together_and_forgotten_when_it_is_lifted(
    plant: Plant, tmp_path: Path
) -> None:
    with new_customer(plant, documents=5) as customer:
        customer.qad.add_documents({"generate": {"suppliers": 45}})
        limit = {"kind": "429", "match": {"path": "/j1p/"}, "per_second": ALLOWED, "retry_after": 1}
        customer.jaggaer.set_faults(limit)
        customer.set_up(tmp_path)
        (tmp_path / "one.yaml").write_text("most_requests_at_once: 1\n")
        plant.ok("connection", "rotate", f"{customer.name}-j1", "--config", str(tmp_path / "one.yaml"))
        read(customer, SUPPLIERS)
        plant.until(lambda: target(customer).pace, "it was slowed down")
        shown = ("connection", "show", f"{customer.name}-j1")  # paused at first, as long as it asks for
        plant.until(lambda: "for all workers" in plant.ok(*shown), "the pause is over")
        plant.until(customer.quiet, "all was loaded under the limit")

        assert arrived(customer)
        refused = customer.jaggaer.state("faults")["faults"]["429"]
        [load] = customer.ask(
            """SELECT count(DISTINCT actor) AS workers FROM attempts a JOIN records r ON r.id = a.record_id
               WHERE r.flow_id IN (SELECT id FROM mine) AND a.answer = 'accepted'"""
        )
        assert load.workers == PROCESSES
        # From 10 a second to less than is allowed takes a few rounds, each with what was under way at once.
        assert refused <= 4 * PROCESSES
        # And not to much less: a pace at which nothing is refused becomes faster, however slow this machine is.
        slow = target(customer).pace
        assert slow > ALLOWED / 3

        customer.jaggaer.set_faults()
        customer.qad.add_documents({"generate": {"suppliers": 15}})
        read(customer, SUPPLIERS)
        plant.until(customer.quiet, "more was loaded without a limit")
        assert target(customer).pace > slow
        customer.ask("UPDATE connections SET paced_at = now() - interval '10 minutes' RETURNING 1")
        customer.qad.add_documents({"generate": {"suppliers": 1}})
        read(customer, SUPPLIERS)
        plant.until(customer.quiet, "one more was loaded")
        assert target(customer).pace is None
        assert arrived(customer)


@contextmanager
def never_reached(plant: Plant) -> Iterator[Customer]:
    """A customer whose JAGGAER refuses every connection, until somebody starts it where it should be."""
    with running("qad", documents=5) as qad:
        nowhere = SandboxServer(url=f"http://127.0.0.1:{free_port()}")
        yield Customer(plant=plant, name="refused", qad=qad, jaggaer=nowhere)


def outage(customer: Customer, tmp_path: Path) -> None:
    """Documents come while the target is away, and wait."""
    plant = customer.plant
    customer.qad.add_documents({"generate": {"suppliers": 40}})
    customer.set_up(tmp_path)
    began = time.monotonic()
    read(customer, SUPPLIERS)
    plant.until(lambda: target(customer).failures >= OPENS_AT, "the breaker opened")
    unread = "SELECT 1 FROM records WHERE state = 'extracted' AND flow_id IN (SELECT id FROM mine)"
    plant.until(lambda: time.monotonic() > began + OUTAGE_SECONDS and not customer.ask(unread), "the outage is over")
    waiting = records(customer)
    assert len(waiting) > 40
    assert {record.state for record in waiting} == {"mapped"}
    burnt = sum(record.tries for record in waiting)
    # Of each process those that told it of the outage, and those that found out whether the target works again.
    assert burnt <= OPENS_AT * PROCESSES + 1 + (time.monotonic() - began) // PAUSE_SECONDS
    assert {record.tries for record in waiting} <= {0, 1, 2, 3}
    plant.until(lambda: untouched(customer) == {"connection"}, "what was not tried waits for its connection")


def untouched(customer: Customer) -> set[str | None]:
    """What holds the records that were never tried, but those that somebody has in hand at the moment."""
    return {one.hold for one in records(customer) if not one.tries and one.lease_owner is None}


def test_a_target_that_answers_503_for_a_while_burns_no_tries(plant: Plant, tmp_path: Path) -> None:
    with new_customer(plant, documents=5) as customer:
        customer.jaggaer.set_faults({"kind": "503"})
        outage(customer, tmp_path)
        assert customer.jaggaer.state("counts")["counts"].get("companies", {}) == {}
        customer.jaggaer.set_faults()
        plant.forward()
        plant.until(customer.quiet, "everything went through")
        assert arrived(customer)
        assert customer.dead() == {}
        assert target(customer).failures == 0


@pytest.mark.skipif(not LONG, reason="takes another half a minute: `make outage`")
def test_a_target_that_refuses_connections_for_a_while_burns_no_tries(plant: Plant, tmp_path: Path) -> None:
    with never_reached(plant) as customer:
        outage(customer, tmp_path)
        with running("jaggaer", documents=0, port=urlsplit(customer.jaggaer.url).port or 0):
            plant.until(customer.quiet, "everything went through")
            assert arrived(customer)
        assert customer.dead() == {}


def crash(customer: Customer, key: str, times: int) -> None:
    """Kill whoever waits for the answer about this document; it is found at once, as it would be in some seconds."""
    plant, found = customer.plant, list[Any]()
    holding = """SELECT w.id, w.pid FROM records r JOIN workers w ON w.id = r.lease_owner
                 WHERE r.source_key = %(key)s AND r.state = 'mapped'"""
    # Other rules let go of the answers that these hold back: only of the neighbours', whoever waited for ours is dead.
    customer.jaggaer.set_faults({"kind": "slow", "match": {"path": COMPANIES}, "seconds": 2 * HANGS})

    def somebody() -> bool:
        found[:] = plant.ask(holding, key=key)
        return bool(found) and key in customer.jaggaer.state("counts")["counts"]["companies"]

    plant.until(somebody, f"somebody to kill for the {times}. time")
    os.kill(found[0].pid, signal.SIGKILL)
    crashes = "SELECT 1 FROM records WHERE source_key = %(key)s AND crashes = %(times)s"

    def noticed() -> bool:
        plant.forward()
        return bool(plant.ask(crashes, key=key, times=times))

    plant.until(noticed, "its death was noticed")


def answers(customer: Customer, key: str) -> list[str | None]:
    """How the attempts at this document ended."""
    found = customer.ask(
        """SELECT a.answer FROM attempts a JOIN records r ON r.id = a.record_id
           WHERE r.source_key = %(key)s AND r.flow_id IN (SELECT id FROM mine) ORDER BY a.number""",
        key=key,
    )
    return [row.answer for row in found]


def test_a_document_that_kills_its_worker_three_times_is_left_to_a_person(plant: Plant, tmp_path: Path) -> None:
    poison, neighbour = "POISON", "NEIGHBOUR"
    with new_customer(plant, documents=5, patience=int(HANGS)) as customer:
        customer.set_up(tmp_path)
        read(customer, SUPPLIERS)
        plant.until(customer.quiet, "nobody works on anything else")
        suppliers = [{"code": code, "name": code, "country": "US"} for code in (poison, neighbour)]
        customer.qad.add_documents({"entity": "suppliers", "documents": suppliers})
        read(customer, SUPPLIERS)
        for times in range(1, MOST_CRASHES + 1):
            crash(customer, poison, times)
        customer.jaggaer.set_faults()
        plant.until(customer.quiet, "the others went on")
        states = {record.source_key: record.state for record in records(customer)}
        assert (states.pop(poison), states[neighbour], set(states.values())) == ("dead", "done", {"done"})
        assert customer.dead() == {"worker_crashed": 1}

        [letter] = plant.json("dead", "list")
        tried = answers(customer, poison)
        read(customer, SUPPLIERS)
        moment = plant.now()
        looked = "SELECT 1 FROM workers WHERE kind = 'beat' AND heartbeat_at > %(moment)s + interval '3 s'"
        plant.until(lambda: plant.ask(looked, moment=moment), "beat looked for what is due, and for the dead")
        assert answers(customer, poison) == tried, "nobody tries again before a person says so"

        assert customer.jaggaer.state("counts")["counts"]["companies"][poison] == 1, "its first request had arrived"
        plant.ok("dead", "requeue", letter["id"])
        plant.until(customer.quiet, "it was requeued")
        assert answers(customer, poison) == ["adopted"]
        assert arrived(customer), "it was asked about, and not sent again"
        assert customer.dead() == {}


@contextmanager
def flood(customer: Customer) -> Iterator[None]:
    """A backlog in each queue: documents to map without end, and a target that takes its time to be loaded."""
    customer.ask(
        """INSERT INTO documents (id, flow_id, source_key, version, fingerprint)
           SELECT gen_random_uuid(), f.id, 'FLOOD-' || n, 1, 'x'
           FROM flows f JOIN integrations i ON i.id = f.integration_id, generate_series(1, %(backlog)s::integer) n
           WHERE i.name = %(me)s AND f.name = %(flow)s RETURNING NULL AS nothing""",
        flow=ORDERS,
        backlog=BACKLOG,
    )
    customer.ask(
        """INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, due_at,
                                correlation_id, audit_head, source_payload)
           SELECT gen_random_uuid(), d.id, f.id, f.integration_id, d.source_key, 1, 'extracted', now(), 'c',
                  decode(repeat('00', 32), 'hex'), ''
           FROM documents d JOIN flows f ON f.id = d.flow_id WHERE d.source_key LIKE 'FLOOD-%%'
           RETURNING NULL AS nothing"""
    )
    customer.jaggaer.set_faults({"kind": "slow", "match": {"method": "POST", "path": COMPANIES}, "seconds": 0.3})
    customer.qad.add_documents({"generate": {"suppliers": 300}})
    read(customer, SUPPLIERS)
    yield
    # What nobody has touched was invented here, and its audit trail would be found wanting.
    with open_single(url_of(customer.plant.stack.settings.database_url)).begin() as owner:
        owner.execute(
            sa.text(
                "DELETE FROM records WHERE source_key LIKE 'FLOOD-%' AND audit_head = decode(repeat('00', 32), 'hex')"
            )
        )


@pytest.mark.skipif(not LONG, reason="takes most of a minute: `make outage`")
def test_a_flood_of_one_customer_does_not_hold_up_the_single_invoice_of_another(plant: Plant, tmp_path: Path) -> None:
    with new_customer(plant, documents=10) as spared, new_customer(plant, documents=5) as flooded:
        spared.set_up(tmp_path, schedule="every 2s")
        spared.settled_since(plant.now())
        flooded.set_up(tmp_path)
        with flood(flooded):
            out = "SELECT 1 FROM records WHERE queued_until > now() AND flow_id IN (SELECT id FROM mine)"
            plant.until(lambda: len(flooded.ask(out)) >= WINDOW, "its documents fill the queues")

            before = set(spared.qad.state("expected")["expected"]["invoices"])
            spared.qad.add_documents({"generate": {"invoices": 3}})
            new = set(spared.qad.state("expected")["expected"]["invoices"]) - before
            plant.until(lambda: new & set(spared.jaggaer.state("holds")["holds"]["invoices"]), "its invoice arrived")
            left = "SELECT count(*) AS n FROM moving WHERE hold IS NULL AND flow_id IN (SELECT id FROM mine)"
            assert flooded.ask(left)[0].n > BACKLOG / 2, "the flood is not over"
