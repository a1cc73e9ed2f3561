"""Several workers and clocks at once, and workers that are told to stop in the middle of their work."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.e2e.conftest import WORKERS
from tests.e2e.plant import FLOWS, new_customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.plant import Customer, Plant


def busy(customer: Customer) -> int:
    """How many processes have tried to load something."""
    found = customer.ask(
        """SELECT DISTINCT a.actor FROM attempts a JOIN records r ON r.id = a.record_id
           WHERE r.flow_id IN (SELECT id FROM mine)"""
    )
    return len(found)


def test_two_clocks_and_four_workers_do_nothing_twice(four_workers: Plant, tmp_path: Path) -> None:
    plant = four_workers
    with new_customer(plant, documents=10, latency_ms=10) as customer:
        customer.set_up(tmp_path, schedule="every 2s")
        customer.settled_since(plant.now())
        customer.settled_since(plant.now())
        while busy(customer) < len(WORKERS):  # each of them takes part
            customer.qad.add_documents({"generate": {"suppliers": 20}})
            customer.settled_since(plant.now())

        customer.reconciled()
        writes = [(write["entity"], write["key"]) for write in customer.jaggaer.state("writes")["writes"]]
    assert len(writes) == len(set(writes))
    twice = customer.ask(
        """SELECT e.subject, e.name FROM audit_events e JOIN records r ON r.id::text = e.subject
           WHERE r.flow_id IN (SELECT id FROM mine)
             AND e.name IN ('record.mapped', 'record.done', 'attempt.sent') GROUP BY 1, 2 HAVING count(*) > 1"""
    )
    assert twice == []
    slots = customer.ask("SELECT flow_id, slot FROM runs WHERE flow_id IN (SELECT id FROM mine) AND slot IS NOT NULL")
    assert len(slots) == len(set(slots)) >= 2 * len(FLOWS)
    at_once = customer.ask(
        """SELECT a.id FROM runs a JOIN runs b ON b.flow_id = a.flow_id AND b.id > a.id AND a.only_key IS NULL
           AND b.only_key IS NULL AND (a.started_at, a.finished_at) OVERLAPS (b.started_at, b.finished_at)
           WHERE a.flow_id IN (SELECT id FROM mine)"""
    )
    assert at_once == []


def test_workers_told_to_stop_finish_what_they_do_and_lose_nothing(four_workers: Plant, tmp_path: Path) -> None:
    plant = four_workers
    with new_customer(plant, documents=10, latency_ms=150) as customer:
        customer.set_up(tmp_path, schedule="every 3s")
        began = plant.now()
        held = "SELECT id FROM records WHERE state = 'mapped' AND lease_owner IS NOT NULL"
        plant.until(lambda: len(plant.ask(held)) >= 3, "three workers load at the same time")
        told = [plant.stack._supervisor._children[f"worker-{name}"].process for name in WORKERS[:3]]

        for process in told:
            assert process is not None
            process.send_signal(signal.SIGTERM)
        plant.until(lambda: all(process is not None and process.poll() is not None for process in told), "they stopped")
        assert [process.returncode for process in told if process is not None] == [0, 0, 0]
        kept = plant.ask(
            """SELECT r.id FROM records r WHERE r.lease_owner IS NOT NULL
               AND NOT EXISTS (SELECT FROM workers w WHERE w.id = r.lease_owner)"""
        )
        assert kept == []
        customer.settled_since(began)

        customer.reconciled()
        assert customer.dead() == {}
        lost = customer.ask(
            """SELECT e.name FROM audit_events e JOIN records r ON r.id::text = e.subject
               WHERE r.flow_id IN (SELECT id FROM mine) AND e.name = 'record.rescued'"""
        )
        assert lost == []
        unanswered = customer.ask(
            """SELECT a.answer FROM attempts a JOIN records r ON r.id = a.record_id
               WHERE r.flow_id IN (SELECT id FROM mine) AND a.answer IS DISTINCT FROM 'accepted'"""
        )
        assert unanswered == []
