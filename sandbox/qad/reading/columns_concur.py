"""Browses for what Concur is told and what comes from there: cost objects, receipts, postings and their payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.qad.reading.shape import PAYMENT, Shape, names, no_lines, payment, seconds, sides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.qad.documents import CostObject, Delivery, Invoice, Received
    from sandbox.qad.entries import Entry
    from sandbox.qad.reading.shape import Cell

# Assumed, like everything a customer would make a browse of his own for: cost objects of three kinds in one list.
_COST_OBJECT: Final = names(
    "CostObject", "Kind Code Description IsActive Company CostCentre LastModifiedDate LastModifiedTime"
)


def _cost_object(of: CostObject) -> tuple[Cell, ...]:
    changed = (of.modified.date().isoformat(), seconds(of.modified))
    return (of.kind, of.code, of.description, of.active, of.company, of.cost_centre, *changed)


# An assumed browse over the receiver history; all fields but the quantity are documented.
_DELIVERY: Final = names("prh_hist", "prh_nbr prh_vend")
_RECEIVED: Final = names("prh_hist", "prh_receiver prh_line prh_part prh_um prh_rcp_date prh_rcvd")


def _delivery(of: Delivery) -> tuple[Cell, ...]:
    return (of.order, of.supplier)


def _received(of: Received) -> tuple[Cell, ...]:
    return (of.receiver, of.line, of.item, of.unit, of.on.isoformat(), of.quantity)


# Assumed: payments of what was posted as a journal entry, by the reference the entry carries.
_EXPENSE: Final = names("Expense", "Reference EmployeeCode Currency Total")


def _expense(of: Entry) -> tuple[Cell, ...]:
    return (of.reference, of.employee, of.currency, of.owed)


# Two assumed browses to search what was posted, one row for each posting.
_POSTED_INVOICE: Final = names(
    "CInvoice",
    "tcCompanyCode tcCreditorCode CInvoiceReference CInvoiceType tcCurrencyCode CInvoiceOriginalCreditTC"
    " CInvoiceOriginalDebitTC tcJournalCode CInvoicePostingYear CInvoiceVoucher CInvoicePostingDate CustomLong1",
)


def _posted_invoice(of: Invoice) -> tuple[Cell, ...]:
    return (
        *(of.entity, of.supplier, of.reference, of.kind, of.currency, *sides(of)),
        *(of.daybook, of.year, of.voucher, of.posted_on.isoformat(), of.posted.correlation if of.posted else ""),
    )


_ENTRY: Final = names(
    "Posting",
    "tcCompanyCode tcJournalCode PostingYear PostingVoucher PostingDate PostingText tcCurrencyCode"
    " PostingDebitTotalTC CustomShort0 CustomLong0 CustomLong1",
)


def _entry(of: Entry) -> tuple[Cell, ...]:
    return (
        *(of.entity, of.daybook, of.year, of.voucher, of.posted_on.isoformat(), of.text, of.currency, of.debit),
        *(of.reference, of.key, of.correlation),
    )


SHAPES: Final[Mapping[str, Shape]] = {
    "cost_objects": Shape(
        header_names=_COST_OBJECT,
        line_names=(),
        header=_cost_object,
        line=no_lines,
        lines=no_lines,
        indexed=("CostObject.Code",),
    ),
    "receipts": Shape(
        header_names=_DELIVERY, line_names=_RECEIVED, header=_delivery, line=_received, lines=lambda of: of.lines
    ),
    "expense_payments": Shape(
        header_names=_EXPENSE, line_names=PAYMENT, header=_expense, line=payment, lines=lambda of: of.payments
    ),
    "supplier_invoices": Shape(
        header_names=_POSTED_INVOICE,
        line_names=(),
        header=_posted_invoice,
        line=no_lines,
        lines=no_lines,
        indexed=("CInvoice.CInvoiceReference", "CInvoice.tcCreditorCode", "CInvoice.CustomLong1"),
    ),
    "journal_entries": Shape(
        header_names=_ENTRY,
        line_names=(),
        header=_entry,
        line=no_lines,
        lines=no_lines,
        indexed=("Posting.PostingText", "Posting.CustomShort0", "Posting.CustomLong0", "Posting.CustomLong1"),
    ),
}

BROWSES: Final[Mapping[str, str]] = {
    "cost_objects": "urn:browse:mfg:xxgl02",
    "receipts": "urn:browse:mfg:xxpo01",
    "expense_payments": "urn:browse:mfg:xxap03",
    "supplier_invoices": "urn:browse:mfg:xxap04",
    "journal_entries": "urn:browse:mfg:xxgl03",
}
