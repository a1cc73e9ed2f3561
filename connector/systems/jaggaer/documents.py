"""JAGGAER documents as this product sends them, and the spelling rules of its two product modules.

Seen in captured code: the invoice import, company profiles, string booleans, omitted absent values, wrapped lists, and
money as ``{currency, money}`` on the way in. Assumed, because nothing public describes them: purchase orders, values of
an accounting field, payment status, and on imported invoice lines the order tie and the accounting.

Bodies are plain dicts with Decimal amounts. Lines carry their accounting as ``[{"field", "value"}]`` under neutral
names; the target knows what the tenant calls each field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

Body = dict[str, Any]

#: body fields that are JSON numbers on the wire; stored payloads keep them as their exact digits
NUMBERS = frozenset({"money", "quantity", "taxCharge1"})


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


class Accounting(StrEnum):
    """Neutral names of the splittable accounting fields of a line."""

    ACCOUNT = "account"
    SUB_ACCOUNT = "sub_account"
    COST_CENTRE = "cost_centre"
    PROJECT = "project"


def normalised_number(number: str) -> str:
    """A supplier's invoice number as it is compared: NFKC, no white space, nothing invisible, capitals."""
    text = unicodedata.normalize("NFKC", number)
    visible = "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")
    # capitals can bring back what NFKC folds, so fold once more
    return unicodedata.normalize("NFKC", visible.upper())


def invoice_key(*, supplier_number: str, invoice_number: str, invoice_type: InvoiceType) -> str:
    """The natural key of an invoice and of its payment status: supplier, normalised number, type."""
    return f"{supplier_number}|{normalised_number(invoice_number)}|{invoice_type.value}"


def boolean(value: bool) -> str:  # noqa: FBT001 - the one argument is the thing converted
    """JAGGAER writes booleans as text."""
    return "true" if value else "false"


def moment(day: dt.date | None) -> str | None:
    """JAGGAER writes a day as midnight UTC with milliseconds."""
    return f"{day.isoformat()}T00:00:00.000Z" if day else None


def amount(currency: str, money: Decimal) -> Body:
    """Money on the way into JAGGAER."""
    return {"currency": currency, "money": money}


def present(body: Mapping[str, Any]) -> Body:
    """Drop what is absent at this level: JAGGAER omits empty values, it has no null."""
    return {name: value for name, value in body.items() if value not in (None, "", {}, [])}


def accounting(values: Iterable[tuple[Accounting, str]]) -> list[Body]:
    """The accounting of a line, field by field, without the empty ones."""
    return [{"field": field.value, "value": value} for field, value in values if value]


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


def supplier(number: str) -> Body:
    """The supplier of a document, by its number in the ERP."""
    return {"supplierNumber": number}


def terms(code: str | None) -> Body:
    """Payment terms by JAGGAER's standard code; empty when there are none."""
    return {"standardPaymentTermsCode": code} if code else {}
