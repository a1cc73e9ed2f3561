"""A buyer that writes its documents as text: an order, changed where a test wants it, and a status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
from lxml import etree

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

HEADER = (
    '<Header><From><Credential domain="NetworkId"><Identity>BUYER</Identity></Credential></From>'
    '<To><Credential domain="NetworkId"><Identity>S1</Identity></Credential></To>'
    '<Sender><Credential domain="NetworkId"><Identity>BUYER</Identity><SharedSecret>cxml-buyer</SharedSecret>'
    "</Credential><UserAgent>test</UserAgent></Sender></Header>"
)
ITEM = (
    '<ItemOut quantity="10" lineNumber="1"><ItemID><SupplierPartID>X1</SupplierPartID></ItemID><ItemDetail>'
    '<UnitPrice><Money currency="USD">2.10</Money></UnitPrice><Description xml:lang="en">Bolt</Description>'
    '<UnitOfMeasure>EA</UnitOfMeasure><Classification domain="UNSPSC">31161600</Classification></ItemDetail></ItemOut>'
)
TOTAL = '<Total><Money currency="USD">21.00</Money></Total>'
BILL_TO = '<BillTo><Address><Name xml:lang="en">Buyer</Name></Address></BillTo>'
MOMENT = "2026-11-01T10:00:00+00:00"

#: one that is made up at the network
ORDER = {
    "order": "PO1",
    "supplier": "S1",
    "lines": [{"quantity": "10", "price": "2.50"}, {"quantity": "4", "price": "20"}],
}


@dataclass(frozen=True)
class Answer:
    http: int
    code: int
    sentence: str


@dataclass(frozen=True)
class Buyer:
    """Sends to a network, and asks it what it holds."""

    server: SandboxServer

    def post(self, body: str, content_type: str = "text/xml") -> requests.Response:
        url = f"{self.server.url}/cxml"
        return requests.post(url, data=body.encode(), headers={"Content-Type": content_type}, timeout=HANG_SECONDS)

    def send(self, body: str) -> Answer:
        response = self.post(body)
        status = etree.fromstring(response.content).find("Response/Status")
        assert status is not None
        return Answer(response.status_code, int(status.attrib["code"]), status.text or "")

    def state(self, part: str) -> Any:
        return self.server.state(part)[part]

    def order(self, number: str = "PO1") -> Any:
        return self.state("holds")["orders"][number]

    def do(self, **deeds: Any) -> Any:
        return self.server.add_documents(deeds)


def cxml(request: str, payload: str, *, mode: str = "production") -> str:
    start = f'<cXML payloadID="{payload}" timestamp="{MOMENT}">{HEADER}'
    return f'{start}<Request deploymentMode="{mode}">{request}</Request></cXML>'


def order(payload: str = "1@buyer", kind: str = "new", version: str = "1", after: str = "", number: str = "PO1") -> str:
    """An order; ``after`` is the payloadID that it says it follows."""
    reference = f'<DocumentReference payloadID="{after}"/>' if after else ""
    attributes = f'orderID="{number}" orderDate="{MOMENT}" type="{kind}" orderVersion="{version}"'
    header = f"<OrderRequestHeader {attributes}>{TOTAL}{BILL_TO}{reference}</OrderRequestHeader>"
    return cxml(f"<OrderRequest>{header}{ITEM}</OrderRequest>", payload)


def status(kind: str, *, of: str, payload: str = "s1@buyer", part: str = "", by_number: bool = False) -> str:
    """What a supplier is told of an invoice, which is named by a payloadID or by its number."""
    amount = f'<PartialAmount><Money currency="USD">{part}</Money></PartialAmount>' if part else ""
    named = f'<InvoiceIDInfo invoiceID="{of}"/>' if by_number else ""
    reference = "" if by_number else f'<DocumentReference payloadID="{of}"/>'
    said = f'<InvoiceStatus type="{kind}">{named}{amount}</InvoiceStatus>'
    return cxml(f'<StatusUpdateRequest>{reference}<Status code="200" text="OK"/>{said}</StatusUpdateRequest>', payload)
