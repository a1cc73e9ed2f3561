"""A process is killed at every point of every step of every flow, and nothing is lost, twice or stuck.

Points are not listed here: whatever commits, asks a system or sends a message passes one (`connector.points`), so a new
step has its points without being told. `tests/journey/test_crash_points.py` does it in a minute, without Celery.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.config import PREFIX
from connector.embedded.places import free_port
from connector.embedded.programs import beat, console
from tests.e2e.books import ADAPTIVE, INTERFACE
from tests.e2e.buyer import a_buyer
from tests.e2e.company import a_company
from tests.e2e.plant import new_customer, worker
from tests.e2e.starting import under_fire
from tests.fire.striker import Plan
from workers.demo import scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.domain.flow import Flow
    from tests.e2e.buyer import Buyer
    from tests.e2e.company import Company
    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Customer, Plant, Tenant

#: `make crash-points` asked for it
CRASH_POINTS = "CRASH_POINTS" in os.environ
pytestmark = pytest.mark.skipif(not CRASH_POINTS, reason="takes minutes: `make crash-points`")

KINDS = {one.kind for one in scenario.scenarios()}
#: no document is struck three times, so there must be enough for all points of a step
DOCUMENTS = 40
REPORTS = dict.fromkeys(("expenses", "invoices", "cash_advances"), 30)
MORE = {"suppliers": 6, "orders": 6, "invoices": 10, "payments": 8}
#: seldom enough that a machine with much to do comes to rest between two polls
SCHEDULE = "every 5s"
#: what suppliers bill each time, and how many orders they may bill
BILLED, ORDERED = 25, 30
#: so often in a row may nobody die anywhere new, before it is said where somebody came by and was not struck
MOST_FRUITLESS = 6
#: of requests, so many; where questions are posted, too, a step is made of many of them
_SHARE = 0.15 if INTERFACE == ADAPTIVE else 0.05
DOUBTS = [
    {"kind": kind, "match": {"method": method}, "rate": _SHARE}
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
def port() -> int:
    """Where what is posted arrives."""
    return free_port()


@pytest.fixture(scope="module")
def plant(start_plant: StartPlant, plan: Plan, port: int) -> Iterator[Plant]:
    receiving = {"FIRE_PLAN": str(plan.directory), f"{PREFIX}RECEIVE_DOCUMENTS": "true"}
    struck = [under_fire(program, **receiving) for program in (worker("all", processes=4), beat(), console(port))]
    programs = [*struck, replace(beat(), name="beat-2")]  # what the first one leaves undone, the second one finds
    with start_plant(programs, certain=True) as started:
        yield started


def test_whoever_dies_wherever_nothing_is_lost_nothing_is_twice_and_nothing_is_stuck(
    plant: Plant, plan: Plan, port: int, tmp_path: Path
) -> None:
    with (
        new_customer(plant, documents=DOCUMENTS) as customer,
        a_company(plant, documents=DOCUMENTS) as company,
        a_buyer(plant, documents=DOCUMENTS) as buyer,
    ):
        for qad in (customer.qad, company.qad):
            qad.add_documents({"generate": {"suppliers": 20}})
        buyer.qad.add_documents({"generate": {"orders": ORDERED}})
        for system in (customer.qad, customer.jaggaer, company.qad, company.concur):
            system.set_options(expires_in=TOKEN_SECONDS)
        company.concur.add_documents({"generate": REPORTS})
        company.receive_everything()
        make_doubts(customer, company, buyer)
        customer.set_up(tmp_path, schedule=SCHEDULE)
        company.set_up(tmp_path, schedule=SCHEDULE)
        buyer.set_up(tmp_path, f"http://127.0.0.1:{port}", schedule=SCHEDULE)
        settle(customer, company, buyer)
        strike_the_rest(plan, customer, company, buyer)

        customer.reconciled()
        assert company.differences() == buyer.differences() == []
        assert {line.flow for line in buyer.compared()} == set(registry.flows("qad-cxml")) - {"qad_receipts_to_cxml"}
        assert [letter for tenant in (customer, company, buyer) for letter in tenant.letters()] == []
        assert plant.ask("SELECT id FROM records WHERE lease_owner IS NOT NULL") == []
        assert plant.ask("SELECT id FROM attempts WHERE answered_at IS NULL OR answer = 'unknown'") == []


def settle(*tenants: *tuple[Customer, Company, Buyer]) -> None:
    """Everything comes to its end, then again and again: only what is known can be billed, what was posted be paid."""
    _, company, buyer = tenants

    def bill() -> None:
        buyer.bill(BILLED)

    def pay() -> None:
        company.reimburse_employees()
        buyer.pay()

    for event in (lambda: None, bill, pay):
        event()
        moment = buyer.plant.now()
        everybody: tuple[Tenant, ...] = tenants
        for tenant in everybody:
            tenant.settled_since(moment)


def strike_the_rest(plan: Plan, customer: Customer, company: Company, buyer: Buyer) -> None:
    """Bring more, until somebody has died at every point: whoever came by last had been struck twice already.

    Where nobody comes by any more, as at the third commit of who was disturbed in the second, nobody can be struck.
    """
    fruitless = new = 0
    since = time.time()
    while before := spared(plan):
        if fruitless == MOST_FRUITLESS:
            assert not (owed := before & (_at_least() | plan.places("seen", since=since))), sorted(owed)
            return
        plan.spare_nobody()
        make_doubts(customer, company, buyer, UNTOLD)
        accounts = [{"code": f"9{new}{number}"} for number in range(6)]
        customer.qad.add_documents({"entity": "accounts", "documents": accounts})
        company.qad.add_documents({"entity": "cost_centres", "documents": accounts})
        for qad in (customer.qad, company.qad, buyer.qad):
            qad.add_documents({"generate": MORE})
        company.concur.add_documents({"generate": REPORTS})
        company.receive_everything()
        settle(customer, company, buyer)
        new += 1
        fruitless += 1
        if spared(plan) != before:
            fruitless, since = 0, time.time()


def make_doubts(customer: Customer, company: Company, buyer: Buyer, *more: dict[str, object]) -> None:
    """Some points are passed only by a document that is in doubt, and killing makes too few of them."""
    for system in (customer.jaggaer, company.qad, company.concur, buyer.qad, buyer.network):
        system.set_faults(*more, *DOUBTS)


def spared(plan: Plan) -> set[str]:
    """Points where nobody died, although somebody came by or should have. At a question (GET) that may happen."""
    return {place for place in (_at_least() | plan.places("seen")) - plan.places("struck") if " GET " not in place}


def _at_least() -> set[str]:
    """Every step begins and ends with a commit, and whatever is posted is committed before it is answered."""
    web = {f"-/web/{side} commit of {asker}" for side in ("before", "after") for asker in ("_take", "read_soon")}
    return web | {
        f"{name}/{step}/{side} commit {number}"
        for name, flow in registry.flows().items()
        if flow.kind in KINDS and flow.sends
        for step in _steps(flow)
        for side in ("before", "after")
        for number in (1, 2)
    }


def _steps(flow: Flow[Any]) -> Iterator[str]:
    yield "poll"
    if flow.source.entity == "suppliers" and INTERFACE == ADAPTIVE:  # each takes a read of its own
        yield "extract"
    yield from ("map", "load")
    if flow.confirms:
        yield "confirm"
