"""Messages written out, and a client that knows nothing but HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests
from lxml import etree

from sandbox.server import SandboxServer, running

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUTER = "apps/Router"
SUPPLIERS, ORDERS, INVOICES = (f"{ROUTER}/{path}Import" for path in ("TSMSupplierXML", "POXML", "BuyerInvoiceOcr"))


@dataclass
class Answer:
    """What came back, with its texts stripped."""

    http: int
    root: etree._Element

    def text(self, path: str) -> str:
        return (self.root.findtext(f".//{path}") or "").strip()

    def texts(self, path: str) -> list[str]:
        return [(one.text or "").strip() for one in self.root.iterfind(f".//{path}")]

    @property
    def status(self) -> tuple[str, str]:
        return self.text("StatusCode"), self.text("StatusText")


@dataclass
class Client:
    """Somebody with the shared secret."""

    sandbox: SandboxServer
    secret: str = "jaggaer-xml-sandbox"

    def raw(self, path: str, body: str) -> requests.Response:
        return requests.post(f"{self.sandbox.url}/{path}", data=body.encode(), timeout=30)

    def send(self, path: str, message: str, version: str, content: str) -> Answer:
        who = f"<Authentication><Identity>AcmeOrg</Identity><SharedSecret>{self.secret}</SharedSecret></Authentication>"
        head = f"<Header><MessageId>m-1</MessageId><Timestamp>2026-11-28T00:00:00Z</Timestamp>{who}</Header>"
        answer = self.raw(path, f'<{message} version="{version}">{head}{content}</{message}>')
        return Answer(http=answer.status_code, root=etree.fromstring(answer.content))

    def suppliers(self, *suppliers: str) -> Answer:
        inside = "".join(f"<Supplier>{one}</Supplier>" for one in suppliers)
        content = f"<SupplierRequestMessage>{inside}</SupplierRequestMessage>"
        return self.send(SUPPLIERS, "SupplierSyncMessage", "1.0", content)

    def order(self, *, attributes: str = "", before: str = "", supplier: str = "V1", line: str = "") -> Answer:
        head = f"{before}<PONumber>PO1</PONumber><Supplier><SupplierNumber>{supplier}</SupplierNumber></Supplier>"
        item = "<Item><Description>Bolt</Description><ProductType>Form</ProductType></Item>"
        price = '<LineCharges><UnitPrice><Money currency="EUR">2.50</Money></UnitPrice></LineCharges>'
        lines = line or f'<POLine linenumber="1">{item}<Quantity>4</Quantity>{price}</POLine>'
        content = f"<PurchaseOrder><POHeader{attributes}>{head}</POHeader>{lines}</PurchaseOrder>"
        return self.send(ORDERS, "PurchaseOrderMessage", "3.0", content)

    def invoice(
        self, *, number: str = "A-1", total: str = "10.00", account: str = "4000", supplier: str = "V1"
    ) -> Answer:
        head = (
            f"<SupplierInvoiceNumber>{number}</SupplierInvoiceNumber><InvoiceType>Invoice</InvoiceType>"
            f'<InvoiceDate>2026-11-01</InvoiceDate><GrandTotal><Money currency="EUR">{total}</Money></GrandTotal>'
            f"<Supplier><SupplierNumber>{supplier}</SupplierNumber></Supplier>"
        )
        code = f'<CustomFieldValue name="Account"><Value>{account}</Value></CustomFieldValue>'
        group = "SplittableFieldSetGroup"
        split = "<SplittableFieldIndexSet><SplittableFieldIndex>{}</SplittableFieldIndex></SplittableFieldIndexSet>"
        line = (
            '<BuyerInvoiceLine lineNumber="1"><Quantity>4</Quantity><UnitPrice><Money currency="EUR">2.50</Money>'
            f"</UnitPrice><{group}>{split.format(code)}</{group}></BuyerInvoiceLine>"
        )
        content = f"<BuyerInvoiceOcr><BuyerInvoiceHeader>{head}</BuyerInvoiceHeader>{line}</BuyerInvoiceOcr>"
        return self.send(INVOICES, "BuyerInvoiceOcrMessage", "1.0", content)


def supplier(number: str, **more: str) -> str:
    rest = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return f"<ERPNumber>{number}</ERPNumber><Name>Acme</Name>{rest}"


@pytest.fixture
def client() -> Iterator[Client]:
    """An organisation that has supplier V1."""
    with running("jaggaer-xml", documents=0) as server:
        client = Client(server)
        client.suppliers(supplier("V1"))
        yield client
