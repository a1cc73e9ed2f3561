"""JAGGAER documents as this product sends them, and the spelling rules of its two product modules.

Seen in captured code: the invoice import, company profiles, string booleans, omitted absent values, wrapped lists, and
money as ``{currency, money}`` on the way in. Assumed, because nothing public describes them: purchase orders, values of
an accounting field, payment status, and on imported invoice lines the order tie and the accounting.

Bodies are plain dicts with Decimal amounts. Lines carry their accounting as ``[{"field", "value"}]`` under neutral
names; the target knows what the tenant calls each field.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector.reading.invoice_numbers import normalised
from connector.reading.values import present

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

Body = dict[str, Any]

#: body fields that are JSON numbers on the wire; stored payloads keep them as their exact digits
NUMBERS = frozenset({"money", "quantity", "taxCharge1", "shippingCharge", "handlingCharge"})
#: what the header of an invoice may add to its lines besides tax (seen where invoices are read)
CHARGES = ("shippingCharge", "handlingCharge")


class InvoiceType(StrEnum):
    """Spelled as JAGGAER lists them (the lower-case m is theirs)."""

    INVOICE = "Invoice"
    CREDIT_MEMO = "Credit memo"


class PaymentState(StrEnum):
    """Payable and InProcess were seen in JAGGAER's data; Paid is expected, PartiallyPaid assumed."""

    PAYABLE = "Payable"
    IN_PROCESS = "InProcess"
    PARTIALLY_PAID = "PartiallyPaid"
    PAID = "Paid"


class OrderChange(StrEnum):
    """What a purchase order message does to the order JAGGAER has (the words of its XML message)."""

    NEW = "new"
    UPDATE = "update"
    CANCEL = "cancel"


class OrderStatus(StrEnum):
    """Of an order and of its lines. Assumed; Close was seen as the AP status of an order on invoice lines."""

    OPEN = "Open"
    CLOSED = "Closed"
    CANCELLED = "Cancelled"


class CompanyStatus(StrEnum):
    """Whether a company may be used. ACTIVE was seen where profiles are read, INACTIVE is assumed."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


def invoice_key(*, supplier_number: str, invoice_number: str, invoice_type: InvoiceType, unit: str = "") -> str:
    """The natural key of an invoice and of its payment status: supplier, normalised number, type.

    ``unit``: the business unit as well, in a tenant where each may have its own invoice of a number.
    """
    key = f"{supplier_number}|{normalised(invoice_number)}|{invoice_type.value}"
    return f"{key}|{unit}" if unit else key


def boolean(value: bool) -> str:  # noqa: FBT001 - the one argument is the thing converted
    """JAGGAER writes booleans as text."""
    return "true" if value else "false"


def moment(day: dt.date | None) -> str | None:
    """JAGGAER writes a day as midnight UTC with milliseconds."""
    return f"{day.isoformat()}T00:00:00.000Z" if day else None


def amount(currency: str, money: Decimal) -> Body:
    """Money on the way into JAGGAER."""
    return {"currency": currency, "money": money}


def accounting(*, account: str, sub_account: str, cost_centre: str, project: str) -> list[Body]:
    """The accounting of a line under neutral field names, without the empty ones."""
    fields = {"account": account, "sub_account": sub_account, "cost_centre": cost_centre, "project": project}
    return [{"field": field, "value": value} for field, value in fields.items() if value]


def numbers_restored(value: object) -> object:
    """A stored body with its numbers as Decimal again, for writing it as JSON numbers."""
    if isinstance(value, Mapping):
        return {
            name: Decimal(inner) if name in NUMBERS and isinstance(inner, str) else numbers_restored(inner)
            for name, inner in value.items()
        }
    return [numbers_restored(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def company(info: Mapping[str, Any]) -> Body:
    """Create or update a company profile; ``info`` carries at least extCode and companyName. No mail is sent to it."""
    return {
        "operationCode": "CREATEUPDATE",
        "sendEMail": "false",
        "companyInfo": present({**info, "type": "SELLER"}),
    }


def account_value(*, value: str, description: str, active: bool) -> Body:
    """One value of the tenant's accounting field (assumed); the target adds the field's name."""
    return present({"value": value, "description": description, "active": boolean(active)})


def order(*, header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Body:
    """A purchase order (assumed, after JAGGAER's XML message)."""
    return {"header": present(header), "lineList": {"purchaseOrderLine": [present(line) for line in lines]}}


def invoice(*, header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Body:
    """An invoice for the import; the target wraps it in the tenant's casing."""
    return {"header": present(header), "lines": [present(line) for line in lines]}


def payment_status(
    *,
    supplier_number: str,
    invoice_number: str,
    invoice_type: InvoiceType,
    state: PaymentState,
    money: Body,
    day: dt.date | None,
    method: str,
    number: str,
    unit: str = "",
) -> Body:
    """What became of an invoice's payment (assumed); ``money`` is what was paid, or is on its way while InProcess."""
    return present(
        {
            "supplier": supplier(supplier_number),
            "supplierInvoiceNumber": invoice_number,
            "invoiceType": invoice_type.value,
            "businessUnit": business_unit(unit),
            "paymentStatus": state.value,
            "paymentDate": moment(day),
            "paymentMethod": method,
            "paymentNumber": number,
            "amount": money,
        }
    )


def supplier(number: str) -> Body:
    """The supplier of a document, by its number in the ERP."""
    return {"supplierNumber": number}


def terms(code: str | None) -> Body:
    """Payment terms by JAGGAER's standard code; empty when there are none."""
    return {"standardPaymentTermsCode": code} if code else {}


def business_unit(name: str | None) -> Body:
    """A business unit on the way in; reads answer it as bare text."""
    return {"internalName": name} if name else {}


def address(code: str) -> Body:
    """An address by its code; empty when there is none."""
    return {"address": {"addressCode": code}} if code else {}
