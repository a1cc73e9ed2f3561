"""What should reach JAGGAER, reckoned from the truth and not from any answer: the other side of a reconciliation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.qad.keys import key_of

if TYPE_CHECKING:
    from sandbox.qad.books import Books
    from sandbox.qad.documents import Invoice


def goes(invoice: Invoice) -> bool:
    """Whether the invoice has cleared the three-way match and may be paid; paid ones still go."""
    return (
        invoice.receiver_matching
        and invoice.status_code == "AP-RMALLOC"
        and invoice.matched
        and not invoice.initial
        and invoice.approved
        and not invoice.payment_locked
        and invoice.hold == 0
    )


def payment_status(invoice: Invoice) -> str | None:
    """Return what JAGGAER should be told, or None while there is nothing to tell.

    Money that left counts, money that is on its way comes next; a void or bounced payment takes its effect back; a
    payment that is only planned is no news.
    """
    statuses = {payment.status for payment in invoice.payments}
    if invoice.paid > 0:
        return "Paid" if invoice.balance <= 0 else "PartiallyPaid"
    if "For Collection" in statuses:
        return "InProcess"
    return "Payable" if statuses & {"Void", "Bounced"} else None


def expected(books: Books) -> dict[str, Any]:
    """Everything that should be on the other side when all is done; credit notes have negative amounts there.

    ``cancelled_orders`` never need to go; if they do, they go as cancelled. What a client posted is its own business.
    """
    going = [invoice for invoice in books.invoices if goes(invoice) and invoice.posted is None]
    return {
        "companies": [supplier.code for supplier in books.suppliers],
        "account_values": [account.code for account in books.accounts],
        "orders": [order.number for order in books.orders if order.status != "X"],
        "cancelled_orders": [order.number for order in books.orders if order.status == "X"],
        "invoices": {
            key_of(invoice): {
                "invoice_id": invoice.invoice_id,
                "amount": str(-invoice.total if invoice.kind == "CREDITNOTE" else invoice.total),
                "currency": invoice.currency,
                "date": invoice.invoiced_on.isoformat(),
                "lines": len(invoice.lines),
                "costs": sum(not line.order for line in invoice.lines),
                "order": invoice.order,
            }
            for invoice in going
        },
        "payment_status": {key_of(one): status for one in going if (status := payment_status(one)) is not None},
    }
