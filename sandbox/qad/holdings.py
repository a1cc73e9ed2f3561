"""The state endpoint's view of the books: counts, main facts, and the codes that need a crosswalk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.qad.expected import goes, payment_status
from sandbox.qad.keys import key_of

if TYPE_CHECKING:
    from sandbox.qad.books import Books
    from sandbox.qad.documents import Invoice
    from sandbox.qad.tenant import Tenant


def counts(tenant: Tenant) -> dict[str, int]:
    """How many documents of each kind there are; postings of all entities, the rest of the first."""
    books = tenant.books
    return {
        "suppliers": len(books.suppliers),
        "accounts": len(books.accounts),
        "orders": len(books.orders),
        "receipts": len(books.receipts),
        "invoices": len(books.invoices),
        "payments": books.payments,
        "cost_objects": len(books.cost_objects),
        "supplier_invoices": sum(one.posted is not None for all_ in tenant.ledgers.values() for one in all_.invoices),
        "journal_entries": sum(len(all_.entries) for all_ in tenant.ledgers.values()),
        "business_documents": sum(map(len, books.business_documents.values())),
    }


def holds(books: Books) -> dict[str, dict[str, Any]]:
    """Return the main facts by QAD's own key; money as strings."""
    return {
        "suppliers": {
            one.code: {
                "name": one.name,
                "active": one.active,
                "currency": one.currency,
                "credit_terms": one.terms,
                "remit_to": one.remit is not None,
                "street2": one.street2,
                "phone": one.phone,
                "tax_id": one.tax_id,
            }
            for one in books.suppliers
        },
        "accounts": {one.code: {"description": one.description, "active": one.active} for one in books.accounts},
        "cost_objects": {
            f"{one.kind}|{one.code}": {"description": one.description, "active": one.active}
            for one in books.cost_objects
        },
        "receipts": {
            one.order: [
                {"receiver": line.receiver, "line": line.line, "quantity": str(line.quantity)} for line in one.lines
            ]
            for one in books.deliveries
        },
        "orders": {
            one.number: {
                "supplier": one.supplier,
                "status": one.status,
                "currency": one.currency,
                "lines": len(one.lines),
                "total": str(sum(line.ordered * line.price for line in one.lines)),
                "received": [str(line.received) for line in one.lines],
            }
            for one in books.orders
        },
        "invoices": {one.invoice_id: _invoice(one) for one in books.invoices},
        "payments": {
            one.invoice_id: [
                {"number": f"{p.year}/{p.instrument}/{p.number}", "status": p.status, "amount": str(p.amount)}
                for p in one.payments
            ]
            for one in books.settled
        },
    }


def _invoice(invoice: Invoice) -> dict[str, Any]:
    return {
        "key": key_of(invoice),
        "supplier": invoice.supplier,
        "reference": invoice.reference,
        "type": invoice.kind,
        "currency": invoice.currency,
        "total": str(invoice.total),
        "tax": str(invoice.tax),
        "status_code": invoice.status_code,
        "hold": str(invoice.hold),
        "payment_locked": invoice.payment_locked,
        "matched": invoice.matched,
        "goes": goes(invoice),
        "order": invoice.order,
        "accounts": [line.account for line in invoice.lines],
        "payment_status": payment_status(invoice),
    }


def codes(books: Books) -> dict[str, list[str]]:
    """Every code in use that means something else in the other system."""
    return {
        "payment_terms": sorted({one.terms for one in books.suppliers} | {one.terms for one in books.invoices}),
        "business_units": sorted({one.entity for one in books.invoices}),
        "units": sorted({line.unit for one in books.orders for line in one.lines}),
        "currencies": sorted({one.currency for one in books.suppliers}),
    }
