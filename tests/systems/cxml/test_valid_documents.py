"""Whatever a DTD allows is taken or refused with one sentence, and no amount is another one than was meant."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from connector.domain.errors import Malformed
from connector.domain.exchange import Query
from connector.domain.flow import Mapped
from connector.domain.gate import Known
from connector.domain.outcome import Bury, Reject, Skip, Wait
from connector.registry import flows
from connector.systems.cxml.system import SYSTEM
from tests.fuzzing import survives
from tests.inboxes import InboxInMemory
from tests.systems.cxml import messages as xml
from tests.systems.cxml.conftest import Connection
from tests.systems.cxml.published import Documents, dtd

if TYPE_CHECKING:
    from connector.domain.outcome import Outcome

FLOWS = {flow.source.entity: flow for flow in flows("qad-cxml").values() if flow.source.system == "cxml"}
WITHOUT_DTDS = "The published DTDs of cXML are not here: CXML_DTDS names no folder with {} in it."
NO_WAIT = {"receipt_required": False}


def became(body: bytes) -> Mapped | Outcome | str:
    """What a message comes to, when every code is known; the sentence where it is refused or cannot be understood."""
    message = survives(SYSTEM.receiver(Connection()), body, {"content-type": ("text/xml",)})
    assert message is not None
    if not message.entity:
        return message.problem
    inbox = InboxInMemory()
    inbox.keep(message, body)
    source: Any = SYSTEM.source(Connection(inbox=inbox))
    (row,) = (row for page in source.pages(Query(entity=message.entity)) for row in page.rows)
    flow, options = FLOWS[message.entity], NO_WAIT if message.entity == "invoices" else {}
    try:
        document = flow.parse(row.payload)
    except Malformed as error:
        return error.message
    known = Known(codes=dict.fromkeys(flow.needs(document, options).codes, "10023"))
    return flow.map(document, known, options)


def posted(document: str) -> dict[str, Any]:
    found = became(xml.message(document))
    assert isinstance(found, Mapped), found
    return dict(found.body)


HEADER_ONLY = "<InvoiceDetailHeaderIndicator isHeaderInvoice='yes'/><InvoiceDetailLineIndicator/>"
IN_LINES = (
    '<InvoiceDetailHeaderIndicator/><InvoiceDetailLineIndicator isTaxInLine="yes" isShippingInLine="yes" '
    'isDiscountInLine="yes" isAccountingInLine="yes" isPriceAdjustmentInLine="yes" isSpecialHandlingInLine="yes"/>'
)
REFERENCE = '<DocumentReference payloadID="0@supplier"/>'
TAX = '<Tax>{money}<Description xml:lang="en">Tax</Description>{details}</Tax>'


def money(amount: str) -> str:
    return f'<Money currency="USD">{amount}</Money>'


def tax(amount: str, details: str = "") -> str:
    return TAX.format(money=money(amount), details=details)


def whole(subtotal: str, tax_: str, net: str, between: str = "") -> str:
    """A summary."""
    return (
        xml.money("SubtotalAmount", subtotal)
        + tax(tax_)
        + between
        + xml.money("NetAmount", net)
        + xml.money("DueAmount", net)
    )


def order_summary(subtotal: str) -> str:
    """What a header invoice says of an order."""
    amount = xml.money("SubtotalAmount", subtotal)
    return f'<InvoiceDetailOrderSummary invoiceLineNumber="1">{amount}</InvoiceDetailOrderSummary>'


SERVICE = (
    '<InvoiceDetailServiceItem invoiceLineNumber="1"{quantity}><InvoiceDetailServiceItemReference lineNumber="1">'
    '<Classification domain="UNSPSC">8</Classification><Description xml:lang="en">Repair</Description>'
    "</InvoiceDetailServiceItemReference>{subtotal}"
    '<Period startDate="2026-11-01T00:00:00+00:00" endDate="2026-11-02T00:00:00+00:00"/>{rate}'
    "</InvoiceDetailServiceItem>"
)
RATE = f"<UnitRate>{money('20.00')}<UnitOfMeasure>HUR</UnitOfMeasure></UnitRate>"
PRICED = f"<UnitOfMeasure>HUR</UnitOfMeasure><UnitPrice>{money('7')}</UnitPrice>"
SERVED = SERVICE.format(quantity="", subtotal=xml.money("SubtotalAmount", "21.00"), rate="")
BY_RATE = SERVICE.format(quantity="", subtotal=xml.money("SubtotalAmount", "21.00"), rate=RATE)
BY_HOUR = SERVICE.format(quantity=' quantity="3"', subtotal=xml.money("SubtotalAmount", "21.00"), rate=PRICED)
CREDITED = xml.INVOICE_LINE.replace('quantity="10"', 'quantity="-10"').replace(">21.00<", ">-21.00<")
CONTACTS = "".join(f'<Contact role="{one}"><Name xml:lang="en">n</Name></Contact>' for one in ("shipFrom", "shipTo"))
CHARGED = xml.INVOICE_LINE.replace(
    "</SubtotalAmount>",
    f"</SubtotalAmount>{tax('1.68')}<InvoiceDetailLineSpecialHandling>{money('1.00')}"
    f"</InvoiceDetailLineSpecialHandling><InvoiceDetailLineShipping><InvoiceDetailShipping>{CONTACTS}</InvoiceDetailShipping>"
    f"{money('2.00')}</InvoiceDetailLineShipping>{xml.money('GrossAmount', '25.68')}"
    f"<InvoiceDetailDiscount>{money('0.68')}</InvoiceDetailDiscount>{xml.money('NetAmount', '25.00')}"
    f'<Distribution><Accounting name="a"><AccountingSegment id="1"><Name xml:lang="en">GL</Name>'
    '<Description xml:lang="en">d</Description></AccountingSegment></Accounting>'
    '<Charge><Money currency="EUR">99</Money></Charge></Distribution>',
)
#: (attributes, indicator, what stands in the header, tag, lines, summary) and what QAD is told: type, total, per line
RIGHT: dict[str, tuple[dict[str, str], tuple[str, str, list[str]]]] = {
    "standard": ({}, ("INVOICE", "25.00", ["21.00"])),
    "service": ({"lines": SERVED, "summary": whole("21.00", "0", "21.00")}, ("INVOICE", "21.00", ["21.00"])),
    "service by a rate": ({"lines": BY_RATE, "summary": whole("21.00", "0", "21.00")}, ("INVOICE", "21.00", ["21.00"])),
    "service by the hour": (
        {"lines": BY_HOUR, "summary": whole("21.00", "1.00", "22.00")},
        ("INVOICE", "22.00", ["21.00"]),
    ),
    "everything in the lines": ({"indicator": IN_LINES, "lines": CHARGED}, ("INVOICE", "25.00", ["21.00"])),
    "header invoice": (
        {
            "indicator": HEADER_ONLY,
            "tag": "InvoiceDetailHeaderOrder",
            "lines": order_summary("30.00"),
            "summary": whole("30.00", "3.00", "33.00"),
        },
        ("INVOICE", "33.00", ["30.00"]),
    ),
    "credit memo": (
        {
            "attributes": 'purpose="creditMemo"',
            "indicator": HEADER_ONLY,
            "tag": "InvoiceDetailHeaderOrder",
            "lines": order_summary("-30.00"),
            "summary": whole("-30.00", "-3.00", "-33.00"),
        },
        ("CREDITNOTE", "33.00", ["30.00"]),
    ),
    "debit memo": (
        {
            "attributes": 'purpose="debitMemo"',
            "indicator": HEADER_ONLY,
            "tag": "InvoiceDetailHeaderOrder",
            "lines": order_summary("30.00"),
            "summary": whole("30.00", "3.00", "33.00"),
        },
        ("INVOICE", "33.00", ["30.00"]),
    ),
    "line level credit memo": (
        {
            "attributes": 'purpose="lineLevelCreditMemo"',
            "inside": REFERENCE,
            "lines": CREDITED,
            "summary": whole("-21.00", "-1.68", "-22.68"),
        },
        ("CREDITNOTE", "22.68", ["21.00"]),
    ),
    "line level debit memo": (
        {
            "attributes": 'purpose="lineLevelDebitMemo"',
            "inside": REFERENCE,
            "summary": whole("21.00", "0", "21.00"),
        },
        ("INVOICE", "21.00", ["21.00"]),
    ),
    "two lines": (
        {
            "lines": xml.INVOICE_LINE + SERVED.replace('LineNumber="1"', 'LineNumber="2"'),
            "summary": whole("42.00", "0", "42.00"),
        },
        ("INVOICE", "42.00", ["21.00", "21.00"]),
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_its_amounts_are_those_that_were_sent(case: str) -> None:
    parts, (kind, total, amounts) = RIGHT[case]
    body = posted(xml.invoice(**parts))
    assert (body["invoice_type"], body["total"]) == (kind, Decimal(total))
    assert [line["amount"] for line in body["lines"]] == [Decimal(one) for one in amounts]


INCLUDED = tax(
    "1.56", f'<TaxDetail category="vat" isIncludedInPrice="yes">{xml.money("TaxAmount", "1.56")}</TaxDetail>'
)
TAXED_WITHIN = (
    xml.money("SubtotalAmount", "21.00") + INCLUDED + xml.money("NetAmount", "21.00") + xml.money("DueAmount", "21.00")
)
DEDUCTION = (
    "<Modifications><Modification><AdditionalDeduction><DeductionAmount>" + money("1.00") + "</DeductionAmount>"
    "</AdditionalDeduction></Modification></Modifications>"
)
MODIFIED = xml.INVOICE_LINE.replace("2.10</Money></UnitPrice>", f"3.10</Money>{DEDUCTION}</UnitPrice>")
CHARGES = whole("21.00", "0", "26.00", xml.money("TotalCharges", "5.00"))
NO_NUMBER = '<OrderReference><DocumentReference payloadID="o1"/></OrderReference>'
EUROS = xml.SUMMARY.replace('ShippingAmount><Money currency="USD"', 'ShippingAmount><Money currency="EUR"')
STOPPED: dict[str, tuple[dict[str, str], type[Any], str]] = {
    "tax within prices": ({"summary": TAXED_WITHIN}, Bury, "has TaxDetail with isIncludedInPrice"),
    "a modified price": ({"lines": MODIFIED}, Bury, "has Modifications"),
    "charges": ({"summary": CHARGES}, Bury, "has TotalCharges"),
    "an order without a number": ({"order": NO_NUMBER}, Reject, "an OrderReference that has no orderID"),
    "two currencies": ({"summary": EUROS}, Reject, "has amounts in USD and in EUR"),
    "for information": ({"attributes": 'isInformationOnly="yes"'}, Skip, "is for information only"),
    "a credit memo above zero": ({"attributes": 'purpose="creditMemo"'}, Reject, "not below zero"),
}


@pytest.mark.parametrize("case", STOPPED)
def test_what_cannot_be_posted_is_stopped_with_a_sentence(case: str) -> None:
    parts, kind, said = STOPPED[case]
    stopped = became(xml.message(xml.invoice(**parts)))
    assert isinstance(stopped, kind), stopped
    assert said in stopped.reason


def test_an_order_that_is_named_beside_an_agreement_is_waited_for() -> None:
    agreement = '<MasterAgreementIDInfo agreementID="A1"/><OrderIDInfo orderID="PO7"/>'
    assert posted(xml.invoice(order=agreement))["order_numbers"] == ["PO7"]


@pytest.mark.skipif(dtd("InvoiceDetail.dtd") is None, reason=WITHOUT_DTDS.format("InvoiceDetail.dtd"))
@pytest.mark.parametrize("case", [*RIGHT, *STOPPED])
def test_these_documents_are_valid_by_the_published_dtd(case: str) -> None:
    parts = {**{name: one[0] for name, one in RIGHT.items()}, **{name: one[0] for name, one in STOPPED.items()}}[case]
    rules = etree.DTD(str(dtd("InvoiceDetail.dtd")))
    assert rules.validate(etree.fromstring(xml.invoice(**parts))), rules.error_log


@pytest.mark.parametrize(
    ("name", "roots"),
    [
        ("InvoiceDetail.dtd", ["InvoiceDetailRequest"]),
        ("Fulfill.dtd", ["ConfirmationRequest", "ShipNoticeRequest"]),
        ("cXML.dtd", ["StatusUpdateRequest", "OrderRequest"]),
    ],
)
def test_whatever_a_dtd_allows_is_taken_or_refused_with_a_sentence(name: str, roots: list[str]) -> None:
    path = dtd(name)
    if path is None:
        pytest.skip(WITHOUT_DTDS.format(name))
    documents = Documents(path, random.Random(17))  # noqa: S311 - documents, no secret
    for number in range(60):
        made = documents.make(roots[number % len(roots)])
        assert documents.dtd.validate(made), documents.dtd.error_log
        found = became(xml.message(etree.tostring(made, encoding="unicode")))
        if isinstance(found, str):
            assert not found or (found.isprintable() and found.endswith("."))
        else:
            assert isinstance(found, (Mapped, Bury, Reject, Skip, Wait))
