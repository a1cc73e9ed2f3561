"""A sandbox of Enterprise Edition over a real socket, and a client that knows nothing but XML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest
import requests
from lxml import etree

from sandbox.server import SandboxServer, running
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICES = "urn:schemas-qad-com:xml-services"
COMMON = "urn:schemas-qad-com:xml-services:common"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
HEADERS = {"Content-Type": 'text/xml;charset="utf-8"', "SOAPAction": '""'}


@dataclass(frozen=True)
class Answer:
    """What came back, read by namespace."""

    status: int
    body: bytes

    @property
    def root(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def result(self) -> str | None:
        return self.root.findtext(f".//{{{SERVICES}}}result")

    @property
    def fault(self) -> str:
        """The code of the fault without its prefix, and its sentence."""
        code, said = (self.root.findtext(f".//{{{SOAP}}}Fault/fault{part}") or "" for part in ("code", "string"))
        return f"{code.partition(':')[2]} {said}".strip()

    @property
    def complaints(self) -> list[dict[str, str]]:
        rows = self.root.iterfind(f".//{{{COMMON}}}dsExceptions/{{{COMMON}}}temp_err_msg")
        return [{etree.QName(cell).localname: cell.text or "" for cell in row} for row in rows]

    def said(self, part: str = "desc") -> str:
        return " ".join(one[f"tt_msg_{part}"] for one in self.complaints)

    def rows(self, table: str) -> list[dict[str, str]]:
        found = self.root.iter(f"{{{SERVICES}}}{table}")
        return [{etree.QName(cell).localname: cell.text or "" for cell in row if not len(cell)} for row in found]


def xml(fields: Mapping[str, Any]) -> str:
    """Elements of a mapping; a mapping inside is an element with elements, a list several of them."""
    several = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    return "".join(
        f"<{name}>{xml(one) if isinstance(one, dict) else escape(str(one))}</{name}>" for name, one in several
    )


@dataclass
class Qxi:
    """Somebody who may use every API of the receiver QADERP."""

    sandbox: SandboxServer

    def send(
        self, api: str, data: Mapping[str, Any], version: str = "ERP3_1", *, to: str = "QADERP", **context: str
    ) -> Answer:
        given = {"domain": "10USA", "version": version, "username": "mfg", "password": "qad-sandbox", **context}
        rows = "".join(
            f"<q:ttContext><q:propertyQualifier>QAD</q:propertyQualifier><q:propertyName>{name}</q:propertyName>"
            f"<q:propertyValue>{value}</q:propertyValue></q:ttContext>"
            for name, value in given.items()
        )
        return self.raw(
            f'<e:Envelope xmlns="{SERVICES}" xmlns:q="{COMMON}" xmlns:e="{SOAP}" xmlns:w="{WSA}"><e:Header><w:Action/>'
            f"<w:To>urn:services-qad-com:{to}</w:To><w:MessageID>urn:services-qad-com::7</w:MessageID></e:Header>"
            f"<e:Body><{api}><q:dsSessionContext>{rows}</q:dsSessionContext>{xml(data)}</{api}></e:Body></e:Envelope>"
        )

    def raw(self, envelope: str, path: str = "/qxi/services/QdocWebService", **headers: str) -> Answer:
        sent = {name: value for name, value in {**HEADERS, **headers}.items() if value}
        answer = requests.post(self.sandbox.url + path, envelope.encode(), headers=sent, timeout=HANG_SECONDS)
        return Answer(answer.status_code, answer.content)

    def invoice(self, *, lines: Mapping[str, Any] | None = None, **changed: str) -> Answer:
        return self.send("bcinvoice", {"BCInvoice": {"tCInvoice": {**INVOICE, **changed, **(lines or {})}}})

    def entry(self, **changed: Any) -> Answer:
        return self.send("bjournalentry", {"BJournalEntry": {"tPosting": {**ENTRY, **changed}}})

    def posted(self, **asked: str) -> list[dict[str, str]]:
        query = {"tt_domain": "10USA", **{f"tt_{name}": value for name, value in asked.items()}}
        answer = self.send("queryPostedInvoices", {"dsQuery": {"ttQuery": query}}, "CUST_1")
        assert answer.result == "success", answer.complaints
        return answer.rows("tCInvoice")

    def state(self, part: str) -> Any:
        return self.sandbox.state(part)[part]


INVOICE = {
    "CInvoicePostingDate": "2026-11-02",
    "CInvoiceType": "Invoice",
    "CInvoiceDate": "2026-11-01",
    "CInvoiceReference": "A 1",
    "CInvoiceOriginalCreditTC": "110.00",
    "tcCreditorCode": "S10001",
    "tcJournalCode": "APINV",
    "tcCurrencyCode": "USD",
    "CustomLong1": "corr-1",
}
ENTRY: dict[str, Any] = {
    "PostingDate": "2026-11-02",
    "tcJournalCode": "EXT",
    "PostingText": "Trip 7",
    "tcCurrencyCode": "USD",
    "CustomLong0": "key-1",
    "tPostingLine": [
        {"tcGLCode": "6900", "PostingLineDebitTC": "5.10"},
        {"tcGLCode": "2900", "PostingLineCreditTC": "5.10"},
    ],
}


@pytest.fixture
def qxi() -> Iterator[Qxi]:
    with running("qad-ee", seed=1, documents=12) as server:
        yield Qxi(server)


@pytest.fixture(scope="module")
def _server() -> Iterator[SandboxServer]:
    with running("qad-ee", seed=1, documents=12) as server:
        yield server


@pytest.fixture
def reader(_server: SandboxServer) -> Iterator[Qxi]:
    """A sandbox that a module shares; options are put back after each test, what is posted stays."""
    before = _server.set_options()
    yield Qxi(_server)
    _server.set_options(**before)
