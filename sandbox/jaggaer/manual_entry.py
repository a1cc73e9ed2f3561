"""What people entered in the tenant before, or behind the back of, any import: ``POST /_sandbox/documents``.

Nothing here is counted in the journal: it did not come through the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from sandbox.jaggaer.tenant import (
    CREDIT_MEMO,
    FIRST_COMPANY_ID,
    INVOICE_TYPES,
    Company,
    FieldValue,
    Invoice,
    InvoiceLine,
    Tenant,
    now,
)
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Callable

_INVOICE: Final = frozenset(
    {
        *("supplierNumber", "supplierName", "supplierInvoiceNumber", "invoiceType", "currency", "total", "tax"),
        *(
            "invoiceDate",
            "dueDate",
            "businessUnit",
            "workflowStatus",
            "paymentStatus",
            "matchStatus",
            "source",
            "lines",
        ),
    }
)
_LINE: Final = frozenset({"description", "quantity", "unitPrice", "unit", "poNumber", "poLineNumber", "accounting"})
_COMPANY: Final = frozenset({"extCode", "companyName", "type", "isoCountry", "currency", "status"})
_VALUE: Final = frozenset({"internalName", "value", "description", "active"})


def enter(tenant: Tenant, body: Mapping[str, Any], *, account_field: str) -> dict[str, int]:
    """Enter ``{"entity": ..., "documents": [...]}``; answer how many. Raise SandboxMistakeError, with nothing entered.

    invoices: ``supplierNumber``, ``currency``, ``total`` (negative for a Credit memo), and whatever else of _INVOICE;
    lines: ``quantity``, ``unitPrice``, and whatever else of _LINE, accounting as ``{"Account": "4000"}``.
    companies: ``extCode``, ``companyName``. account_values: ``value``.
    """
    entity, documents = body.get("entity"), body.get("documents")
    enterers: dict[str, Callable[[Mapping[str, Any]], Callable[[], None]]] = {
        "invoices": lambda document: _invoice(tenant, document),
        "companies": lambda document: _company(tenant, document),
        "account_values": lambda document: _value(tenant, document, account_field),
    }
    if entity not in enterers or not isinstance(documents, list):
        raise SandboxMistakeError(
            'The JAGGAER sandbox takes {"entity": E, "documents": [...]} where E is one of ' + ", ".join(enterers) + "."
        )
    if not all(isinstance(document, Mapping) for document in documents):
        raise SandboxMistakeError("Each of the documents must be an object.")
    steps = [enterers[entity](document) for document in documents]
    before = dict(tenant.invoices)
    try:
        for step in steps:
            step()
    except SandboxMistakeError:
        tenant.invoices.clear()
        tenant.invoices.update(before)
        raise
    return {"entered": len(steps)}


def _invoice(tenant: Tenant, document: Mapping[str, Any]) -> Callable[[], None]:
    _only(document, _INVOICE, "An invoice")
    total = _amount(document, "total")
    kind = str(document.get("invoiceType", CREDIT_MEMO if total < 0 else "Invoice"))
    if kind not in INVOICE_TYPES:
        raise SandboxMistakeError(f"An invoice's invoiceType is one of {', '.join(INVOICE_TYPES)}, not {kind}.")
    supplier = _text(document, "supplierNumber")
    lines = document.get("lines") or [{"quantity": 1, "unitPrice": total}]
    read: dict[str, Any] = {
        "type": kind,
        "supplier_number": supplier,
        "supplier_name": str(document.get("supplierName", supplier)),
        "supplier_invoice_number": _maybe(document, "supplierInvoiceNumber"),
        "currency": _text(document, "currency"),
        "total": total,
        "tax": _amount(document, "tax") if "tax" in document else Decimal(0),
        "source": str(document.get("source", "Manual")),
        "invoice_date": str(document.get("invoiceDate", now())),
        "due_date": _maybe(document, "dueDate"),
        "last_update": now(),
        "workflow_status": str(document.get("workflowStatus", "Completed")),
        "payment_status": str(document.get("paymentStatus", "Payable")),
        "match_status": str(document.get("matchStatus", "Unmatched")),
        "business_unit": _maybe(document, "businessUnit"),
        "lines": tuple(_line(number, line) for number, line in enumerate(lines, start=1)),
    }

    def enter_invoice() -> None:
        invoice = Invoice(invoice_id=tenant.next_invoice_id(), **read)
        if invoice.key in tenant.invoices:
            raise SandboxMistakeError(f"The tenant has the invoice {invoice.key} already (supplier, number, type).")
        tenant.invoices[invoice.key] = invoice

    return enter_invoice


def _line(number: int, line: object) -> InvoiceLine:
    if not isinstance(line, Mapping):
        raise SandboxMistakeError("Each line of an invoice must be an object.")
    _only(line, _LINE, "An invoice line")
    accounting = line.get("accounting") or {}
    if not isinstance(accounting, Mapping):
        raise SandboxMistakeError('The accounting of a line is an object: {"Account": "4000"}.')
    return InvoiceLine(
        number=number,
        description=str(line.get("description", f"Line {number}")),
        unit=str(line.get("unit", "EA")),
        quantity=_amount(line, "quantity"),
        unit_price=_amount(line, "unitPrice"),
        order_number=_maybe(line, "poNumber"),
        order_line=_maybe(line, "poLineNumber"),
        splits=({str(name): str(value) for name, value in accounting.items()},) if accounting else (),
    )


def _company(tenant: Tenant, document: Mapping[str, Any]) -> Callable[[], None]:
    _only(document, _COMPANY, "A company")
    info = {"type": "SELLER", "status": "ACTIVE", **{name: _text(document, name) for name in document}}
    ext_code = _text(info, "extCode")
    _text(info, "companyName")

    def enter_company() -> None:
        number = FIRST_COMPANY_ID + len(tenant.companies)
        tenant.companies.setdefault(ext_code, Company(bravo_id=str(number), info=info))

    return enter_company


def _value(tenant: Tenant, document: Mapping[str, Any], account_field: str) -> Callable[[], None]:
    _only(document, _VALUE, "An account value")
    name, value = str(document.get("internalName", account_field)), _text(document, "value")
    entered = FieldValue(
        field=name,
        value=value,
        description=str(document.get("description", "")),
        active=document.get("active", "true") in {True, "true"},
    )

    def enter_value() -> None:
        tenant.field_values[name, value] = entered

    return enter_value


def _only(document: Mapping[str, Any], names: frozenset[str], what: str) -> None:
    if unknown := sorted(set(document) - names):
        raise SandboxMistakeError(f"{what} has no field {', '.join(unknown)}; it has {', '.join(sorted(names))}.")


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise SandboxMistakeError(f"{name} must be a text that is not empty, not {value!r}.")
    return value


def _maybe(document: Mapping[str, Any], name: str) -> str | None:
    return None if document.get(name) is None else str(document[name])


def _amount(document: Mapping[str, Any], name: str) -> Decimal:
    try:
        amount = Decimal(str(document.get(name)))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise SandboxMistakeError(f"{name} must be an amount, as a number or as a text, not {document.get(name)!r}.")
    return amount
