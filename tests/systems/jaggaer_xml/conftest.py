from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.exchange import Outgoing
from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.systems.jaggaer_xml.system import SYSTEM
from sandbox.server import running
from tests.http.misbehaving import Server, misbehaving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.systems.jaggaer_xml.target import JaggaerXmlTarget
    from sandbox.server import SandboxServer

SECRET = "jaggaer-xml-sandbox"
INVOICES = "apps/Router/BuyerInvoiceOcrImport"
ADDRESS = {"lines": ["Kilnweg 4", "Gate 3"], "city": "Hohenlinde", "postal_code": "40001", "country": "DE"}
GOLDEN = Path(__file__).parents[2] / "flows" / "qad_jaggaer" / "golden"


@dataclass
class Connection:
    """An open connection, without a ledger."""

    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    secret: str = SECRET
    name: str = "acme-indirect"
    allow_private_addresses: bool = True
    outbound: Outbound = NOTHING_SAID

    @property
    def config(self) -> Mapping[str, Any]:
        return {"base_url": self.url, "identity": "AcmeOrg", "invoice_path": INVOICES, **self.settings}

    @property
    def secrets(self) -> Mapping[str, str]:
        return {"shared_secret": self.secret}

    def target(self) -> JaggaerXmlTarget:
        return SYSTEM.target(self)  # type: ignore[arg-type, return-value]  # what is used of a connection


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running("jaggaer-xml", documents=0) as server:
        yield server


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as server:
        yield server


@pytest.fixture
def connection(sandbox: SandboxServer) -> Connection:
    return Connection(url=sandbox.url, settings={"addresses": {"10-100": ADDRESS}})


@pytest.fixture
def target(connection: Connection) -> JaggaerXmlTarget:
    return connection.target()


def golden(entity: str, flow: str, name: str) -> Outgoing:
    """What a flow makes of a document, as the ledger stores it."""
    mapped = canonical.loads((GOLDEN / flow / f"{name}.target.json").read_text())
    return Outgoing(entity=entity, key=mapped["key"], body=mapped["body"], correlation_id=f"mlc-{name}")


def supplier(number: str = "10023", **info: str) -> Outgoing:
    fields = {"extCode": number, "companyName": f"Harrow {number} & Co", "type": "SELLER", **info}
    body = {"operationCode": "CREATEUPDATE", "sendEMail": "false", "companyInfo": fields}
    return Outgoing(entity="companies", key=number, body=body, correlation_id=f"mlc-{number}")


NEW = golden("orders", "qad_orders_to_jaggaer", "new")
CHANGED = golden("orders", "qad_orders_to_jaggaer", "changed-is-an-update")
CANCELLED = golden("orders", "qad_orders_to_jaggaer", "cancelled")
MATCHED = golden("invoices", "qad_invoices_to_jaggaer", "matched")
CREDIT = golden("invoices", "qad_invoices_to_jaggaer", "credit-note-is-a-credit-memo-with-negative-totals")
