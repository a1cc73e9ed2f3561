"""What the tenant holds, told so that a reconciliation can compare it: by natural key, amounts as plain texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.jaggaer.totals import rounded
from sandbox.jaggaer.wire import plain

if TYPE_CHECKING:
    from sandbox.jaggaer.tenant import Company, FieldValue, Invoice, InvoiceLine, Order, Tenant


def state(tenant: Tenant, *, account_field: str) -> dict[str, Any]:
    """Return ``documents``, ``holds``, ``writes``, ``counts`` and ``creates``.

    ``counts`` counts, by natural key, the attempts that reached the duplicate check: what was created and what was
    turned away as a duplicate. ``creates`` counts only what was created; for a key it is never more than 1.
    """
    holds = _holds(tenant, account_field)
    writes = tenant.journal.writes()
    return {
        "documents": {entity: len(held) for entity, held in holds.items()},
        "holds": holds,
        "writes": writes,
        "counts": tenant.journal.counts(),
        "creates": _creates(writes),
    }


def _creates(writes: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    creates: dict[str, Counter[str]] = defaultdict(Counter)
    for write in writes:
        if write["outcome"] == "created":
            creates[write["entity"]][write["key"]] += 1
    return {entity: dict(counted) for entity, counted in creates.items()}


def _holds(tenant: Tenant, account_field: str) -> dict[str, dict[str, Any]]:
    paid = {key: invoice for key, invoice in tenant.invoices.items() if invoice.payment is not None}
    return {
        "companies": {key: _company(company) for key, company in tenant.companies.items()},
        "account_values": {
            value.value if value.field == account_field else f"{value.field}|{value.value}": _field_value(value)
            for value in tenant.field_values.values()
        },
        "orders": {key: _order(order) for key, order in tenant.orders.items()},
        "invoices": {key: _invoice(invoice, account_field) for key, invoice in tenant.invoices.items()},
        "payment_status": {key: _payment(invoice) for key, invoice in paid.items()},
    }


def _company(company: Company) -> dict[str, Any]:
    return {"bravoId": company.bravo_id, **company.info}


def _field_value(value: FieldValue) -> dict[str, Any]:
    return {"internalName": value.field, "description": value.description, "active": value.active}


def _order(order: Order) -> dict[str, Any]:
    return {
        "purchaseOrderId": order.order_id,
        "supplierNumber": order.supplier_number,
        "currency": order.currency,
        "status": order.status,
        "messages": order.messages,
        "lines": [
            {
                "lineNumber": line.number,
                "quantity": plain(line.quantity),
                "unitPrice": plain(line.unit_price),
            }
            for line in order.lines
        ],
    }


def _invoice(invoice: Invoice, account_field: str) -> dict[str, Any]:
    paid = invoice.payment.amount if invoice.payment is not None else Decimal(0)
    return {
        "invoiceId": invoice.invoice_id,
        "supplierNumber": invoice.supplier_number,
        "supplierInvoiceNumber": invoice.supplier_invoice_number,
        "invoiceType": invoice.type,
        "source": invoice.source,
        "date": invoice.invoice_date[:10],
        "currency": invoice.currency,
        "total": plain(invoice.total),
        "tax": plain(invoice.tax),
        "businessUnit": invoice.business_unit,
        "workflowStatus": invoice.workflow_status,
        "paymentStatus": invoice.payment_status,
        "paidAmount": plain(paid),
        "lines": [_line(line, invoice.currency, account_field) for line in invoice.lines],
    }


def _line(line: InvoiceLine, currency: str, account_field: str) -> dict[str, Any]:
    return {
        "lineNumber": line.number,
        "poNumber": line.order_number,
        "poLineNumber": line.order_line,
        "quantity": plain(line.quantity),
        "unitPrice": plain(line.unit_price),
        "amount": plain(rounded(line.amount, currency)),
        "accounts": [split[account_field] for split in line.splits if account_field in split],
        "accounting": [dict(split) for split in line.splits],
    }


def _payment(invoice: Invoice) -> dict[str, Any]:
    payment = invoice.payment
    assert payment is not None  # noqa: S101  the caller only asks for invoices with a payment
    return {
        "invoiceId": invoice.invoice_id,
        "paymentStatus": payment.status,
        "paidAmount": plain(payment.amount),
        "currency": payment.currency,
        "paymentDate": payment.date,
        "paymentMethod": payment.method,
        "paymentNumber": payment.number,
    }
