"""A process is killed at every point of every step of every flow, and nothing is lost, twice or stuck.

Points are not listed here: whatever commits, asks a system or sends a message passes one (`connector.points`), so a new
step has its points without being told.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.embedded.programs import beat
from connector.store.ledger import Ledger
from tests.e2e.company import a_company
from tests.e2e.plant import new_customer, worker
from tests.e2e.starting import under_fire
from tests.fire.striker import Plan, direction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.company import Company
    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Customer, Plant, Tenant

#: no document is struck three times, so there must be enough for all points of a step
DOCUMENTS = 40
#: `make crash-points` strikes at each point of every flow, not of every direction only
EVERY_FLOW = "FIRE_EVERY_FLOW" in os.environ
PATIENCE = 1500 if EVERY_FLOW else 240
REPORTS = dict.fromkeys(("expenses", "invoices", "cash_advances"), 30) if EVERY_FLOW else {"expenses": 30}
MORE = {"suppliers": 6, "orders": 6, "invoices": 10, "payments": 8}
MOST_ROUNDS = 6
DOUBTS = [
    {"kind": kind, "match": {"method": method}, "rate": 0.15}
    for kind in ("reset-before", "reset-after")
    for method in ("POST", "PUT", "PATCH")
]
#: Whoever fetches a token passes points of its own. It is renewed half a minute before its end: here for each request.
TOKEN_SECONDS = 30
#: Where nobody dies any more, documents are acknowledged together, and none of them by itself: unless that fails.
UNTOLD = {"kind": "reset-before", "match": {"method": "POST", "path": "acknowledgements"}, "count": 1}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return Plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def plant(start_plant: StartPlant, plan: Plan) -> Iterator[Plant]:
    struck = [under_fire(program, FIRE_PLAN=str(plan.directory)) for program in (worker("all", processes=4), beat())]
    programs = [*struck, replace(beat(), name="beat-2")]  # what the first one leaves undone, the second one finds
    with start_plant(programs, certain=True) as started:
        yield started


def test_whoever_dies_wherever_nothing_is_lost_nothing_is_twice_and_nothing_is_stuck(
    plant: Plant, plan: Plan, tmp_path: Path
) -> None:
    ledger = Ledger(plant.stack.settings.database_url)

    def over(tenant: Tenant, moment: dt.datetime) -> bool:
        ledger.recovery.rescue(dt.timedelta(seconds=10))  # as every beat does every few seconds
        return tenant.at_rest_since(moment)

    with new_customer(plant, documents=DOCUMENTS) as customer, a_company(plant, documents=DOCUMENTS) as company:
        for qad in (customer.qad, company.qad):
            qad.add_documents({"generate": {"suppliers": 20}})
        for system in (customer.qad, customer.jaggaer, company.qad, company.concur):
            system.set_options(expires_in=TOKEN_SECONDS)
        company.concur.add_documents({"generate": REPORTS})
        company.receive_everything()
        if EVERY_FLOW:
            make_doubts(customer, company)
        customer.set_up(tmp_path, schedule="every 2s")
        company.set_up(tmp_path)
        for rounds_left in reversed(range(MOST_ROUNDS)):
            for event in (lambda: None, company.reimburse_employees):  # only what was posted can be paid
                event()
                for tenant in (customer, company):
                    plant.until(partial(over, tenant, plant.now()), f"{tenant.name} settled", seconds=PATIENCE)
            if not spared(plan) or not rounds_left:
                break
            plan.spare_nobody()  # whoever came by last had been struck twice already
            make_doubts(customer, company, UNTOLD)
            new_accounts = [{"code": f"9{rounds_left}{number}"} for number in range(6)]
            customer.qad.add_documents({"entity": "accounts", "documents": new_accounts})
            for qad in (customer.qad, company.qad):
                qad.add_documents({"generate": MORE})
            company.concur.add_documents({"generate": REPORTS})
            company.receive_everything()

        customer.reconciled()
        assert company.differences() == []
        assert customer.dead() == company.dead() == {}
        assert plant.ask("SELECT id FROM records WHERE lease_owner IS NOT NULL") == []
        assert plant.ask("SELECT id FROM attempts WHERE answered_at IS NULL OR answer = 'unknown'") == []
    ledger.close()
    assert spared(plan) == set()


def make_doubts(customer: Customer, company: Company, *more: dict[str, object]) -> None:
    """Some points are passed only by a document that is in doubt, and killing makes too few of them."""
    for system in (customer.jaggaer, company.qad, company.concur):
        system.set_faults(*more, *DOUBTS)


def spared(plan: Plan) -> set[str]:
    """Points where nobody died, although somebody came by or should have. At a question (GET) that may happen."""
    return {place for place in (_at_least() | plan.places("seen")) - plan.places("struck") if " GET " not in place}


def _at_least() -> set[str]:
    """Every step begins and ends with a commit."""
    return {
        f"{name if EVERY_FLOW else direction(name)}/{step}/{side} commit {number}"
        for name, flow in registry.flows().items()
        for step in ("poll", "map", "load", *(["confirm"] if flow.confirms else []))
        for side in ("before", "after")
        for number in (1, 2)
    }
