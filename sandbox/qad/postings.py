"""The state endpoint's view of what clients posted: the other side of a reconciliation with the books of QAD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.qad.keys import posting_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.qad.books import Books
    from sandbox.qad.documents import Invoice
    from sandbox.qad.entries import Entry


def holds(ledgers: Iterable[Books]) -> dict[str, dict[str, Any]]:
    """Return invoices and journal entries by natural key, each with ``copies``: how often it is in the books.

    The key of an invoice is ``entity|supplier|REFERENCE|TYPE``, of an entry what the client put into its key field, or
    else its text. Money is text.
    """
    books = list(ledgers)
    invoices = [one for ledger in books for one in ledger.invoices if one.posted is not None]
    entries = [one for ledger in books for one in ledger.entries]
    return {
        "supplier_invoices": _counted((key_of_invoice(one), _invoice(one)) for one in invoices),
        "journal_entries": _counted((key_of_entry(one), _entry(one)) for one in entries),
    }


def key_of_invoice(invoice: Invoice) -> str:
    """Return the natural key of a posted invoice."""
    return posting_key(invoice.entity, invoice.supplier, invoice.reference, invoice.kind)


def key_of_entry(entry: Entry) -> str:
    """Return the natural key of a journal entry."""
    return entry.key or entry.text


def _counted(pairs: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The newest of each key, with how many there are."""
    found: dict[str, dict[str, Any]] = {}
    for key, facts in pairs:
        copies = found[key]["copies"] + 1 if key in found else 1
        found[key] = {**facts, "copies": copies}
    return found


def _invoice(one: Invoice) -> dict[str, Any]:
    posted = one.posted
    return {
        "entity": one.entity,
        "number": f"{one.year}/{one.daybook}/{one.voucher}",
        "posting_date": one.posted_on.isoformat(),
        "invoice_date": one.invoiced_on.isoformat(),
        "supplier": one.supplier,
        "reference": one.reference,
        "type": one.kind,
        "description": one.description,
        "currency": one.currency,
        "total": str(one.total),
        "tax": str(one.tax),
        "status_code": one.status_code,
        "taxable": posted.taxable if posted else None,
        "comment": posted.comment if posted else "",
        "correlation": posted.correlation if posted else "",
        "orders": list(posted.orders) if posted else [],
        "taxes": [
            {"code": tax.code, "account": tax.account, "base": str(tax.base), "amount": str(tax.amount)}
            for tax in (posted.taxes if posted else ())
        ],
        "lines": [
            {
                "account": line.account,
                "sub_account": line.sub_account,
                "cost_centre": line.cost_centre,
                "project": line.project,
                "amount": str(line.amount),
                "description": line.description,
                "order": line.order,
                "order_line": line.order_line,
                "receiver": line.receiver,
                "quantity": str(line.quantity),
            }
            for line in one.lines
        ],
    }


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "entity": one.entity,
        "number": f"{one.year}/{one.daybook}/{one.voucher}",
        "posting_date": one.posted_on.isoformat(),
        "daybook": one.daybook,
        "text": one.text,
        "reference": one.reference,
        "correlation": one.correlation,
        "currency": one.currency,
        "total": str(one.debit),
        "owed": str(one.owed),
        "lines": [
            {
                "account": line.account,
                "sub_account": line.sub_account,
                "cost_centre": line.cost_centre,
                "project": line.project,
                "currency": line.currency,
                "debit": str(line.debit),
                "credit": str(line.credit),
                "text": line.text,
                "supplier": line.supplier,
                "party_type": line.party_type,
                "party": line.party,
            }
            for line in one.lines
        ],
        "payments": [{"status": paid.status, "amount": str(paid.amount)} for paid in one.payments],
    }
