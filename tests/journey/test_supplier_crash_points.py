"""Whoever dies between a supplier network and QAD: the web process, and the workers on what it was sent.

The simulated network sends again what was not answered. `make crash-points` does the same to every flow, with the
programs of a deployment.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.domain.record import State
from connector.inbound import paths
from connector.points import COMMIT, MESSAGE
from sandbox.reconciliation import qad_cxml
from tests.fire.mortals import mortals
from tests.journey.deaths import ALL_TROUBLES, EVERYWHERE, Deaths, Victims
from tests.journey.suppliers import CONNECTION, Suppliers, open_suppliers
from tests.waiting import until
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from connector.embedded.redis import EmbeddedRedis
    from sandbox.server import SandboxServer
    from tests.fire.mortals import Mortals

INVOICES, ORDERS, RECEIPTS = "cxml_invoices_to_qad", "qad_orders_to_cxml", "qad_receipts_to_cxml"


@pytest.fixture(scope="module")
def suppliers(
    module_database_url: str, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Suppliers]:
    folder = tmp_path_factory.mktemp("mortal")
    with open_suppliers(module_database_url, folder, simulated=True, broker_url=redis_server.url()) as works:
        works.sandboxes["cxml"].set_options(retry_seconds=0.05, attempts=1000)
        for flow in (RECEIPTS, ORDERS):
            works.brought(flow)
        yield works
        for flow in (ORDERS, INVOICES):
            works.brought(flow)
        states = {name: works.sandboxes[name].state() for name in qad_cxml.SYSTEMS}
        assert [line for line in compared(qad_cxml.sides(**states)) if not line.clean] == []
        assert works.rows("SELECT reason FROM dead_letters") == []


@pytest.fixture
def network(suppliers: Suppliers) -> SandboxServer:
    return suppliers.sandboxes["cxml"]


@pytest.fixture(scope="module")
def mortal(suppliers: Suppliers) -> Iterator[Mortals]:
    with mortals(suppliers.application.settings) as born:
        yield born


class Billed(Victims):
    """Invoices that suppliers post, each for one death."""

    def _more(self, documents: int) -> None:
        bill(self.works.sandboxes["qad"], self.works.sandboxes["cxml"], documents)
        self.arrive()

    def arrive(self) -> None:
        """Wait until all that was sent is answered."""
        network = self.works.sandboxes["cxml"]
        until(lambda: {one["outcome"] for one in deliveries(network)} == {"delivered"}, "all is delivered")


def bill(qad: SandboxServer, network: SandboxServer, invoices: int) -> None:
    known = network.state("holds")["holds"]["orders"]
    received = sorted(set(qad.state("holds")["holds"]["receipts"]) & set(known))
    network.add_documents({"batch": {"invoices": invoices, "only": ["plain", "taxed"], "orders": received}})


def deliveries(network: SandboxServer) -> list[dict[str, object]]:
    found: list[dict[str, object]] = network.state("deliveries")["deliveries"]
    return found


def test_a_web_process_that_dies_anywhere_loses_nothing_that_is_sent_again_and_stores_nothing_twice(
    suppliers: Suppliers, network: SandboxServer, mortal: Mortals
) -> None:
    deaths, billed = Deaths(suppliers), Billed(suppliers, INVOICES)
    stored: list[int] = []

    def sent_to(web: str) -> None:
        network.set_options(receiver_url=f"{web}{paths.receive(CONNECTION)}")
        bill(suppliers.qad, network, 1)
        until(lambda: deliveries(network)[-1]["answers"], "it was tried")
        stored.append(kept())
        network.set_options(receiver_url=f"{suppliers.place}{paths.receive(CONNECTION)}")

    def kept() -> int:
        return int(suppliers.rows("SELECT count(*) AS n FROM received_messages")[0].n)

    def take(before: int, number: int) -> str | None:
        point = mortal.web(number, sent_to)
        stored[-1] -= before
        billed.arrive()
        assert kept() == before + 1
        return point

    deaths.of("web", kept, take, COMMIT)
    assert set(stored) == {0, 1}, "somebody died before it was stored, and somebody between that and the answer"


@pytest.mark.parametrize("flow", [INVOICES, ORDERS])
def test_whoever_dies_wherever_nothing_is_lost_nothing_is_twice_and_nothing_is_stuck(
    suppliers: Suppliers, mortal: Mortals, flow: str
) -> None:
    deaths = Deaths(suppliers)
    victims = (Billed if flow == INVOICES else Victims)(suppliers, flow)

    if flow == INVOICES:
        deaths.of("poll", victims.run, mortal.poll, COMMIT, MESSAGE)
    if flow == INVOICES and EVERYWHERE:
        suppliers.brought(flow)
        deaths.of("confirm", partial(victims.before, State.LOADED), partial(mortal.step, Step.CONFIRM), COMMIT, "POST ")
    # QAD is asked after a lost answer; the network is sent the same message again, which it may have taken
    troubles = {ORDERS: ("reset-after",), INVOICES: ()}[flow]
    for trouble in ALL_TROUBLES[:3] if EVERYWHERE else troubles:
        fresh: partial[UUID] = partial(victims.before, State.MAPPED, trouble)
        asks = flow == INVOICES and trouble == "reset-after"
        deaths.of(f"load {trouble}", fresh, partial(mortal.step, Step.LOAD), COMMIT, "GET " if asks else "POST ")
