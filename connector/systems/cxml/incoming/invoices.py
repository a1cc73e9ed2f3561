"""An InvoiceDetailRequest as a payload: its texts under our names, amounts in one spelling, nothing judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.reading.values import present
from connector.systems.cxml.documents import identity
from connector.systems.cxml.documents.invoices import Operation, Purpose
from connector.systems.cxml.incoming.reading import Amounts, attribute, number, only, switched
from connector.xml.reading import NotReadable, children, local, text

if TYPE_CHECKING:
    from lxml import etree

    from connector.systems.cxml.incoming.envelope import Envelope

    Body = dict[str, Any]

#: they change what is to be paid, and are not read; those of a price are called Modifications
_UNREAD = (
    "Modifications",
    "InvoiceHeaderModifications",
    "InvoiceDetailSummaryLineItemModifications",
    "InvoiceItemModifications",
    "TotalCharges",
    "TotalAllowances",
)
_LINES = ("InvoiceDetailItem", "InvoiceDetailServiceItem", "InvoiceDetailOrderSummary")
_ORDERS = ("InvoiceDetailOrder", "InvoiceDetailHeaderOrder")
_NAMING_AN_ORDER = ("OrderReference", "OrderIDInfo")
#: it takes tax out of a price, so nothing adds up as it does elsewhere
_INCLUDED = "isIncludedInPrice"


def key(envelope: Envelope) -> str:
    """The source key; raises NotReadable where the invoice has no number to be known by."""
    header = _header(envelope.request)
    found = attribute(header, "invoiceID")
    if not found:
        raise NotReadable("has an InvoiceDetailRequestHeader without invoiceID")
    supplier, purpose = str(envelope.from_[0]), _purpose(header)
    information = switched(header, "isInformationOnly")
    return identity.invoice_key(supplier, found, purpose, information=information)


def reference(envelope: Envelope) -> str:
    """The payloadID of the invoice that is taken back; empty where none is, and of a memo.

    What a memo refers to may be the invoice that it corrects, which nobody has taken back.
    """
    header = _header(envelope.request)
    standard = _purpose(header) == Purpose.STANDARD
    return _referred(header) if standard and attribute(header, "operation") == Operation.DELETE else ""


def payload(envelope: Envelope, *, attachments: int = 0) -> Body:
    """The document; raises NotReadable for what stands in it twice."""
    request, amounts, header = envelope.request, Amounts(), _header(envelope.request)
    indicator = only(header, "InvoiceDetailLineIndicator")
    orders = [_order(one, amounts) for one in request if local(one) in _ORDERS]
    summary = only(request, "InvoiceDetailSummary")
    whole = {
        **_charges(summary, amounts),
        "deposit": amounts.of(summary, "DepositAmount"),
        "due": amounts.of(summary, "DueAmount"),
    }
    currency, *others = amounts.currencies or [""]
    return {
        "source_key": key(envelope),
        "supplier": [{"domain": one.domain, "identity": one.identity} for one in envelope.from_],
        "buyer": [{"domain": one.domain, "identity": one.identity} for one in envelope.to],
        "invoice_number": attribute(header, "invoiceID"),
        "invoice_date": attribute(header, "invoiceDate"),
        "purpose": attribute(header, "purpose"),
        "operation": attribute(header, "operation"),
        "information_only": switched(header, "isInformationOnly"),
        "header_invoice": switched(only(header, "InvoiceDetailHeaderIndicator"), "isHeaderInvoice"),
        "tax_in_lines": switched(indicator, "isTaxInLine"),
        "shipping_in_lines": switched(indicator, "isShippingInLine"),
        "special_handling_in_lines": switched(indicator, "isSpecialHandlingInLine"),
        "discount_in_lines": switched(indicator, "isDiscountInLine"),
        "refers": only(header, "DocumentReference") is not None,
        **present({"refers_to": _referred(header)}),
        "currency": currency,
        "other_currencies": others,
        "unread": _unread(request),
        "attachments": str(attachments),
        "orders": orders,
        "summary": present(whole),
    }


def _header(request: etree._Element) -> etree._Element:
    found = only(request, "InvoiceDetailRequestHeader")
    if found is None:
        raise NotReadable("is an InvoiceDetailRequest without InvoiceDetailRequestHeader")
    return found


def _purpose(header: etree._Element) -> str:
    return attribute(header, "purpose") or Purpose.STANDARD.value


def _referred(header: etree._Element) -> str:
    return attribute(only(header, "DocumentReference"), "payloadID")


def _order(element: etree._Element, amounts: Amounts) -> Body:
    info = only(element, "InvoiceDetailOrderInfo")
    named = (attribute(only(info, name), "orderID") for name in _NAMING_AN_ORDER)
    lines = [_line(one, amounts) for one in element if local(one) in _LINES]
    number_, reference = next(filter(None, named), ""), only(only(info, "OrderReference"), "DocumentReference")
    # the DTD lets a reference name the message alone
    only_by = {} if number_ or reference is None else {"order_message": attribute(reference, "payloadID")}
    return {"order_number": number_, **only_by, "lines": lines}


def _line(item: etree._Element, amounts: Amounts) -> Body:
    reference = only(item, "InvoiceDetailItemReference")
    if reference is None:
        reference = only(item, "InvoiceDetailServiceItemReference")
    basis = only(item, "PriceBasisQuantity")
    return present(
        {
            "line_number": attribute(item, "invoiceLineNumber"),
            "order_line": attribute(reference, "lineNumber"),
            "part": text(only(only(reference, "ItemID"), "SupplierPartID")),
            "description": _description(reference),
            "unit_of_measure": text(only(item, "UnitOfMeasure")),
            "quantity": number(attribute(item, "quantity")),
            "unit_price": amounts.of(item, "UnitPrice"),
            "price_quantity": number(attribute(basis, "quantity")),
            "price_conversion": number(attribute(basis, "conversionFactor")),
            **_charges(item, amounts, of_line=True),
        }
    )


def _description(reference: etree._Element | None) -> str:
    """The first of its languages."""
    found = [] if reference is None else children(reference, "Description")
    return text(found[0]) if found else ""


def _charges(parent: etree._Element | None, amounts: Amounts, *, of_line: bool = False) -> Body:
    tax = only(parent, "Tax")
    details = [] if tax is None else children(tax, "TaxDetail")
    return {
        "subtotal": amounts.of(parent, "SubtotalAmount"),
        "tax": amounts.of(tax, ""),
        "tax_details": [_detail(one, amounts) for one in details],
        "special_handling": amounts.of(
            parent, "InvoiceDetailLineSpecialHandling" if of_line else "SpecialHandlingAmount"
        ),
        "shipping": amounts.of(parent, "InvoiceDetailLineShipping" if of_line else "ShippingAmount"),
        "gross": amounts.of(parent, "GrossAmount"),
        "discount": amounts.of(parent, "InvoiceDetailDiscount"),
        "net": amounts.of(parent, "NetAmount"),
    }


def _detail(element: etree._Element, amounts: Amounts) -> Body:
    return present(
        {
            "category": attribute(element, "category"),
            "rate": number(attribute(element, "percentageRate")),
            "amount": amounts.of(element, "TaxAmount"),
            "withheld": switched(element, "isWithholdingTax"),
        }
    )


def _unread(request: etree._Element) -> list[str]:
    found = [name for name in _UNREAD if next(request.iter(name), None) is not None]
    included = any(switched(one, _INCLUDED) for one in request.iter("TaxDetail"))
    return [*found, *([f"TaxDetail with {_INCLUDED}"] if included else [])]
