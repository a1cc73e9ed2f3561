from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.exchange import Outgoing
from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.systems.jaggaer.system import SYSTEM
from sandbox.server import running
from tests.http.misbehaving import Server, misbehaving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.domain.token import Token
    from connector.ports import Target
    from sandbox.server import SandboxServer

TOKEN_PATH = "/auth/realms/J1p-integrations/protocol/openid-connect/token"


@dataclass
class Shelf:
    """The shared token, without a database."""

    stored: Token | None = None

    def current(self) -> Token | None:
        return self.stored

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        if self.stored is None or self.stored == stale:
            self.stored = fetch(self.stored)
        return self.stored


@dataclass
class Connection:
    """An open connection, without a ledger."""

    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    secret: str = "jaggaer-sandbox"
    tokens: Shelf = field(default_factory=Shelf)
    name: str = "acme-jaggaer"
    allow_private_addresses: bool = True
    outbound: Outbound = NOTHING_SAID

    @property
    def config(self) -> Mapping[str, Any]:
        return {
            "base_url": self.url,
            "token_url": self.url + TOKEN_PATH,
            "client_id": "ml-connector",
            **self.settings,
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        return {"client_secret": self.secret}

    def target(self) -> Target:
        return SYSTEM.target(self)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running("jaggaer", documents=0) as server:
        yield server


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as server:
        yield server


@pytest.fixture
def connection(sandbox: SandboxServer) -> Connection:
    return Connection(url=sandbox.url)


@pytest.fixture
def target(connection: Connection) -> Target:
    return connection.target()


def outgoing(entity: str, key: str, body: Mapping[str, Any]) -> Outgoing:
    return Outgoing(entity=entity, key=key, body=body, correlation_id="c0ffee")


def company(number: str = "V1001", **info: str) -> Outgoing:
    fields = {"extCode": number, "companyName": "Acme", "type": "SELLER", "status": "ACTIVE", **info}
    return outgoing("companies", number, {"operationCode": "CREATEUPDATE", "sendEMail": "false", "companyInfo": fields})


def account(value: str = "4000", description: str = "Materials", active: str = "true") -> Outgoing:
    return outgoing("account_values", value, {"value": value, "description": description, "active": active})


def order(
    number: str = "PO1", *, change: str = "new", status: str = "Open", quantity: str = "10", supplier: str = "V1001"
) -> Outgoing:
    header = {
        "poNumber": number,
        "type": change,
        "status": status,
        "supplier": {"supplierNumber": supplier},
        "currency": "USD",
    }
    line = {
        "lineNumber": 1,
        "item": {"description": "Bolt", "unitOfMeasure": "EA"},
        "quantity": quantity,
        "unitPrice": {"currency": "USD", "money": "2.10"},
        "accounting": [{"field": "account", "value": "4000"}, {"field": "cost_centre", "value": "120"}],
    }
    return outgoing("orders", number, {"header": header, "lineList": {"purchaseOrderLine": [line]}})


def invoice(
    number: str = "ACME-77", *, total: str = "21.00", currency: str = "USD", kind: str = "Invoice", **header: Any
) -> Outgoing:
    head = {
        "supplierInvoiceNumber": number,
        "invoiceType": kind,
        "supplier": {"supplierNumber": "V1001"},
        "businessUnit": {"internalName": "0001"},
        "terms": {"standardPaymentTermsCode": "Net 30"},
        "invoiceDate": "2026-11-01T00:00:00.000Z",
        "grandTotal": {"currency": currency, "money": total},
        **header,
    }
    sign = "-" if kind == "Credit memo" else ""
    line = {
        "lineNumber": 1,
        "ocrItem": {"description": "Bolt", "unitOfMeasure": "EA"},
        "quantity": f"{sign}10",
        "unitPrice": {"currency": currency, "money": "2.10"},
        "poNumber": "PO1",
        "poLineNumber": "1",
        "accounting": [{"field": "account", "value": "4000"}, {"field": "cost_centre", "value": "120"}],
    }
    return outgoing("invoices", f"V1001|{number}|{kind}", {"header": head, "lines": [line]})


def payment(status: str = "Paid", money: str = "21.00", number: str = "ACME-77") -> Outgoing:
    return outgoing(
        "payment_status",
        f"V1001|{number}|Invoice",
        {
            "supplier": {"supplierNumber": "V1001"},
            "supplierInvoiceNumber": number,
            "invoiceType": "Invoice",
            "paymentStatus": status,
            "paymentDate": "2026-11-15T00:00:00.000Z",
            "paymentMethod": "EFT",
            "paymentNumber": "2026/EFT/7",
            "amount": {"currency": "USD", "money": money},
        },
    )


@pytest.fixture
def prepared(target: Target) -> Target:
    """A tenant that has what an invoice refers to."""
    for document in (company(), account(), order()):
        target.write(document)
    return target
