"""cXML messages as others write them: by hand, without our own writer."""

from __future__ import annotations

SECRET = "network-secret"

CREDENTIAL = '<Credential domain="{domain}"><Identity>{identity}</Identity>{secret}</Credential>'


def credential(name: str, secret: str | None = None) -> str:
    """A Credential; without a secret there is no SharedSecret."""
    domain, _, identity = name.partition(":")
    shown = "" if secret is None else f"<SharedSecret>{secret}</SharedSecret>"
    return CREDENTIAL.format(domain=domain, identity=identity, secret=shown)


def message(
    document: str,
    *,
    payload_id: str = "1.1@supplier",
    timestamp: str = "2026-11-10T10:00:00+00:00",
    from_: str = "DUNS:123456789",
    to: str = "NetworkID:BUYER",
    sender: str = "NetworkID:NETWORK",
    secret: str | None = SECRET,
    mode: str = "production",
    doctype: str = '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.071/InvoiceDetail.dtd">',
) -> bytes:
    """A message as a network sends it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        f'<cXML payloadID="{payload_id}" timestamp="{timestamp}" xml:lang="en"><Header>'
        f"<From>{credential(from_)}</From><To>{credential(to)}</To>"
        f"<Sender>{credential(sender, secret)}<UserAgent>Network 1</UserAgent></Sender></Header>"
        f'<Request deploymentMode="{mode}">{document}</Request></cXML>'
    ).encode()


def money(tag: str, amount: str, currency: str = "USD") -> str:
    return f'<{tag}><Money currency="{currency}">{amount}</Money></{tag}>'


INVOICE_LINE = (
    '<InvoiceDetailItem invoiceLineNumber="1" quantity="10"><UnitOfMeasure>EA</UnitOfMeasure>'
    '<UnitPrice><Money currency="USD">2.10</Money></UnitPrice>'
    '<InvoiceDetailItemReference lineNumber="1"><ItemID><SupplierPartID>X1</SupplierPartID></ItemID>'
    '<Description xml:lang="en">Bolt</Description></InvoiceDetailItemReference>'
    '<SubtotalAmount><Money currency="USD">21.00</Money></SubtotalAmount></InvoiceDetailItem>'
)
SUMMARY = (
    money("SubtotalAmount", "21.00")
    + '<Tax><Money currency="USD">1.68</Money><Description xml:lang="en">Sales tax</Description>'
    '<TaxDetail category="sales" percentageRate="8"><TaxableAmount><Money currency="USD">21.00</Money></TaxableAmount>'
    '<TaxAmount><Money currency="USD">1.68</Money></TaxAmount></TaxDetail></Tax>'
    + money("SpecialHandlingAmount", "1.00")
    + money("ShippingAmount", "2.00")
    + money("GrossAmount", "25.68")
    + money("InvoiceDetailDiscount", "0.68")
    + money("NetAmount", "25.00")
    + money("DueAmount", "25.00")
)


def invoice(
    *,
    number: str = "INV-1",
    attributes: str = 'purpose="standard" operation="new"',
    inside: str = "",
    indicator: str = "<InvoiceDetailHeaderIndicator/><InvoiceDetailLineIndicator/>",
    order: str = '<OrderReference orderID="PO1"><DocumentReference payloadID="o1"/></OrderReference>',
    lines: str = INVOICE_LINE,
    tag: str = "InvoiceDetailOrder",
    summary: str = SUMMARY,
) -> str:
    """An InvoiceDetailRequest."""
    return (
        f'<InvoiceDetailRequest><InvoiceDetailRequestHeader invoiceID="{number}" '
        f'invoiceDate="2026-11-09T00:00:00+00:00" {attributes}>{indicator}{inside}</InvoiceDetailRequestHeader>'
        f"<{tag}><InvoiceDetailOrderInfo>{order}</InvoiceDetailOrderInfo>{lines}</{tag}>"
        f"<InvoiceDetailSummary>{summary}</InvoiceDetailSummary></InvoiceDetailRequest>"
    )


CONFIRMATION = (
    '<ConfirmationRequest><ConfirmationHeader type="detail" noticeDate="2026-11-10T10:00:00+00:00" confirmID="C1"/>'
    '<OrderReference orderID="PO1"><DocumentReference payloadID="o1"/></OrderReference>'
    '<ConfirmationItem quantity="10" lineNumber="1"><UnitOfMeasure>EA</UnitOfMeasure>'
    '<ConfirmationStatus quantity="10" type="detail" deliveryDate="2026-12-01T00:00:00+00:00">'
    "<UnitOfMeasure>EA</UnitOfMeasure></ConfirmationStatus></ConfirmationItem></ConfirmationRequest>"
)
SHIP_NOTICE = (
    '<ShipNoticeRequest><ShipNoticeHeader shipmentID="S1" noticeDate="2026-11-10T10:00:00+00:00"/>'
    '<ShipNoticePortion><OrderReference orderID="PO1"><DocumentReference payloadID="o1"/></OrderReference>'
    '<ShipNoticeItem quantity="4" lineNumber="1"><UnitOfMeasure>EA</UnitOfMeasure></ShipNoticeItem>'
    "</ShipNoticePortion></ShipNoticeRequest>"
)
STATUS = (
    '<StatusUpdateRequest><DocumentReference payloadID="1-new-abc.mlc-1@ml-connector"/>'
    '<Status code="550" text="Unable to reach">No answer</Status></StatusUpdateRequest>'
)
