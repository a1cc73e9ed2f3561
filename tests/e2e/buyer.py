"""A buyer whose QAD and supplier network the product brings together: orders there, invoices posted at us."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from connector.inbound import paths
from sandbox.reconciliation import qad_cxml
from sandbox.server import running
from tests.e2e import books
from tests.e2e.plant import Tenant
from workers.demo import scenario, scenario_cxml
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from connector.domain.comparing import Compared
    from sandbox.server import SandboxServer
    from tests.e2e.plant import Plant

_NUMBERS = itertools.count(1)
#: how a delivery of the network ends
_ENDED = {"delivered", "refused", "given up"}
#: reasons for which a person is asked although nothing went wrong
_FOR_PEOPLE = {
    "supplier_asks",
    "enter_by_hand",
    "posted_before",
    "deleted_after_posting",
    # a delete that overtook its invoice, which waits for the same person
    "deleted_unknown",
    "invoice_number_missing",
}
#: sends invoices that the network knows nothing of when it is told how they ended
_STRANGER = "STRANGER"
#: however often its receiver is killed, the network sends again
_ATTEMPTS = 1000


@dataclass(frozen=True, kw_only=True)
class Buyer(Tenant):
    """A buyer with a QAD and a supplier network of its own."""

    qad: SandboxServer
    network: SandboxServer
    _paid: set[str] = field(default_factory=set)

    @property
    def connection(self) -> str:
        return f"{self.name}-network"

    def set_up(self, folder: Path, web: str, *, schedule: str) -> None:
        """Write everything into one file and apply it; the network posts to this web process."""
        network = {"ask_again_seconds": [1], "timeout_seconds": 2}
        connections = {
            f"{self.name}-qad": books.connection(self.qad.url, timeout_seconds=2),
            self.connection: scenario.connection("cxml", self.network.url, network),
        }
        integration = scenario_cxml.SCENARIO.integration() | {"from": f"{self.name}-qad", "to": self.connection}
        for flow in integration["flows"].values():
            flow["schedule"] = schedule
        file = folder / f"{self.name}.yaml"
        file.write_text(yaml.safe_dump({"connections": connections, "integrations": {self.name: integration}}))
        self.plant.ok("apply", str(file))
        receiver = f"{web}{paths.receive(self.connection)}"
        self.network.set_options(receiver_url=receiver, attempts=_ATTEMPTS, retry_seconds=0.5)

    def bill(self, invoices: int) -> bool:
        """Suppliers bill what was received, in every shape, answer orders and announce deliveries; not without any."""
        known = self.network.state("holds")["holds"]["orders"]
        received = sorted(set(self.qad.state("holds")["holds"]["receipts"]) & set(known))
        orders = sorted(number for number, one in known.items() if not one["deleted"])[:3]
        if not received:
            return False
        confirmed = [{"order": order, "type": "accept"} for order in orders]
        self.network.add_documents({"batch": {"invoices": invoices, "orders": received}})
        self.network.add_documents({"confirm": confirmed, "ship": orders})
        return True

    def pay(self) -> None:
        """QAD pays what it has posted."""
        posted = {one["reference"]: number for number, one in self.qad.state("holds")["holds"]["invoices"].items()}
        billed = self.network.state("expected")["expected"]["invoices"].values()
        ours = {posted[one["number"]] for one in billed if one["type"] == "invoice" and one["number"] in posted}
        self.qad.add_documents({"pay": sorted(ours - self._paid)})
        self._paid.update(ours)

    def delivered(self) -> bool:
        """Whether everything the network has sent was answered."""
        return all(one["outcome"] in _ENDED for one in self.network.state("deliveries")["deliveries"])

    def at_rest_since(self, moment: dt.datetime) -> bool:
        return self.delivered() and super().at_rest_since(moment)

    def letters(self) -> list[Any]:
        """Open dead letters, but those that ask a person for their judgement."""
        return [one for one in super().letters() if one.code not in _FOR_PEOPLE and _STRANGER not in one.source_key]

    def compared(self) -> list[Compared]:
        """What should be on each side, and what is, flow by flow."""
        return [
            line for line in compared(qad_cxml.sides(qad=self.qad.state(), cxml=self.network.state())) if line.expected
        ]

    def differences(self) -> list[Compared]:
        """Where something is missing, twice or wrong."""
        return [line for line in self.compared() if not line.clean]


@contextmanager
def a_buyer(plant: Plant, *, documents: int) -> Iterator[Buyer]:
    with (
        books.running_books(documents=documents) as qad,
        running("cxml", documents=0) as network,
        Buyer(plant=plant, name=f"buyer{next(_NUMBERS)}", qad=qad, network=network).staying() as buyer,
    ):
        yield buyer
