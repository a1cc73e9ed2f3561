"""QAD and a supplier network: the real ledger, the simulated QAD, the web route, a network that does as it is told."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
import yaml

from connector.bootstrap import Application
from connector.config.settings import Settings
from connector.inbound.app import build
from connector.inbound.receiving import Inlet
from connector.operations.setup import applying
from connector.operations.work import receiving
from connector.vault import new_key
from connector.xml.reading import parse
from sandbox.server import running
from tests.console.receiver import Serving
from tests.http.misbehaving import misbehaving, says
from tests.journey.works import Works
from tests.systems.cxml import messages as xml
from tests.systems.cxml.messages import SECRET
from tests.waiting import HANG_SECONDS
from workers.demo import scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml import etree

    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Behaviour, Server

SIMULATED = {"CXML_SECRET": "cxml-buyer", "CXML_PARTNER_SECRET": "cxml-network"}
NOON = dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC)
CONNECTION, INTEGRATION = "acme-network", "acme-suppliers"
SECRETS = {"QAD_PASSWORD": "qad-sandbox", "CXML_SECRET": "our-secret", "CXML_PARTNER_SECRET": SECRET}
OK = says(
    200,
    b'<cXML payloadID="r" timestamp="2026-11-10T10:00:00Z"><Response><Status code="200" text="OK"/></Response></cXML>',
    Connection="close",
)


def message(number: str, order: str, supplier: str, payload_id: str, minute: int = 0, **how: str) -> bytes:
    """An invoice for an order, stamped so many minutes after noon."""
    named = f'<OrderReference orderID="{order}"><DocumentReference payloadID="o"/></OrderReference>'
    return xml.message(
        xml.invoice(number=number, order=named, **how),
        payload_id=payload_id,
        timestamp=(NOON + dt.timedelta(minutes=minute)).isoformat(),
        from_=f"VendorID:{supplier}",
    )


@dataclass
class Suppliers(Works):
    """An integration of kind qad-cxml; nothing moves unless a test moves it."""

    network: Server = field(kw_only=True)
    place: str = field(kw_only=True)

    @property
    def qad(self) -> SandboxServer:
        return self.sandboxes["qad"]

    def post(self, body: bytes, content_type: str = "text/xml; charset=UTF-8") -> tuple[int, str]:
        """Send us a message as the network does; the Status it is answered."""
        answer = requests.post(
            f"{self.place}/receive/{CONNECTION}",
            data=body,
            headers={"Content-Type": content_type},
            timeout=HANG_SECONDS,
        )
        status = parse(answer.content).find("Response/Status")
        assert status is not None
        return int(status.get("code") or 0), status.text or ""

    def brought(self, flow: str) -> list[tuple[str, str]]:
        """Poll a flow and take its records as far as they go; key and state of each that has one now."""
        self.read(flow)
        for row in self.rows(
            "SELECT r.id FROM records r JOIN flows f ON f.id = r.flow_id "
            "WHERE f.name = :name AND r.finished_at IS NULL ORDER BY r.source_key, r.version",
            name=flow,
        ):
            self.finish(row.id)
        return self.states(flow)

    def states(self, flow: str) -> list[tuple[str, str]]:
        """Key and state of every version, in their order."""
        found = self.rows(
            "SELECT r.source_key, r.state FROM records r JOIN flows f ON f.id = r.flow_id "
            "WHERE f.name = :name ORDER BY r.source_key, r.version",
            name=flow,
        )
        return [(row.source_key, row.state) for row in found]

    def heard(self, request: str) -> list[etree._Element]:
        """What the network was sent, by the element in the request."""
        roots = [parse(one.body) for one in self.network.heard if one.method == "POST"]
        return [root for root in roots if root.find(f"Request/{request}") is not None]

    @contextlib.contextmanager
    def another(self) -> Iterator[Suppliers]:
        """The same in another process, which knows nothing of what connections were."""
        application = Application(self.application.settings)
        try:
            yield Suppliers(application, self.sandboxes, network=self.network, place=self.place)
        finally:
            application.store.close()

    def answers(self, *behaviours: Behaviour) -> None:
        """How the network answers from now on."""
        self.network.on("/cxml", *behaviours)

    def posted(self) -> list[tuple[str, str]]:
        """Key and outcome of every write that reached QAD."""
        return [(one.key, one.outcome) for one in self.written(self.qad)]

    def payloads_named(self, roots: list[etree._Element]) -> list[str | None]:
        return [root.get("payloadID") for root in roots]


def _setup(qad: str, network: str, settings: dict[str, Any]) -> dict[str, Any]:
    flows = (
        "qad_orders_to_cxml",
        "qad_receipts_to_cxml",
        "cxml_confirmations_to_qad",
        "cxml_invoices_to_qad",
        "qad_payments_to_cxml",
    )
    partner = {
        "system": "cxml",
        "url": f"{network}/cxml",
        "identities": ["NetworkID:BUYER"],
        "partner": "NetworkID:NETWORK",
        "shared_secret": "env:CXML_SECRET",
        "partner_secret": "env:CXML_PARTNER_SECRET",
        "remembers_payload_ids": "yes",
        **settings,
    }
    books = scenario.connection("qad", qad, {"writes": True})
    integration = {
        "kind": "qad-cxml",
        "from": "acme-qad",
        "to": CONNECTION,
        "flows": {name: {"enabled": True, "schedule": "every 1d"} for name in flows},
        "crosswalks": {"ledgers": {"DEFAULT": "10USACO"}},
    }
    return {"connections": {"acme-qad": books, CONNECTION: partner}, "integrations": {INTEGRATION: integration}}


@contextlib.contextmanager
def open_suppliers(
    database_url: str,
    folder: Path,
    *,
    simulated: bool = False,
    documents: int = 8,
    broker_url: str = "redis://127.0.0.1:9/0",
    **settings: Any,
) -> Iterator[Suppliers]:
    """Start all of it; the network is ``simulated``, or does as it is told."""
    with contextlib.ExitStack() as stack:
        qad = stack.enter_context(running("qad", documents=documents))
        network = stack.enter_context(misbehaving())
        network.on("/cxml", OK)
        sandboxes = {"qad": qad}
        if simulated:
            sandboxes["cxml"] = stack.enter_context(running("cxml", documents=0))
            settings = {"url": f"{sandboxes['cxml'].url}/cxml", **settings}
        application = Application(
            Settings(
                database_url=database_url, broker_url=broker_url, master_keys=new_key(), data_dir=folder,
                allow_private_addresses=True,
            )
        )  # fmt: skip
        stack.callback(application.store.close)
        works = Suppliers(application, sandboxes, network=network, place="")
        secrets = SECRETS | SIMULATED if simulated else SECRETS
        given = {name: os.environ.get(name) for name in secrets}
        os.environ.update(secrets)
        try:
            applying.apply(works.operator, yaml.safe_dump(_setup(qad.url, network.url, settings)), file="setup.yaml")
        finally:
            for name, value in given.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        doors = receiving.Doors(works.operator)
        inlet = Inlet(opened=doors.opened, read_soon=doors.read_soon)
        app = build(keys=(), bring_forward=lambda *_: 0, ready=lambda: "", inlet=inlet)
        works.place = stack.enter_context(Serving(app)).url
        if simulated:
            works.sandboxes["cxml"].set_options(receiver_url=f"{works.place}/receive/{CONNECTION}")
        yield works
        assert application.store.verify() == []
