"""Columns of the browses we simulate, by ``table.field``. Each entity's names and where they come from stand together.

Rows of one document repeat the columns of its header, as a browse over joined tables does. An invoice without matched
lines, or an order without lines, still has one row: its line columns are null (a left join).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.qad.reading import columns_concur as concur
from sandbox.qad.reading.shape import PAYMENT, Shape, names, no_lines, payment, seconds, sides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.qad.documents import Account, Invoice, InvoiceLine, Order, OrderLine, Supplier
    from sandbox.qad.reading.shape import Cell

# Browse ad014: the code is seen in code, the columns are those of the classic tables vd_mstr and ad_mstr.
_SUPPLIER: Final = [
    *names("vd_mstr", "vd_addr vd_sort vd_type vd_curr vd_cr_terms vd_mod_date"),
    *names("ad_mstr", "ad_name ad_line1 ad_line2 ad_city ad_state ad_zip ad_ctry ad_phone"),
]


def _supplier(of: Supplier) -> tuple[Cell, ...]:
    return (
        *(of.code, of.search_name, of.type_code, of.currency, of.terms, of.modified.date().isoformat()),
        *(of.name, of.street1, of.street2, of.city, of.state, of.postal_code, of.country, of.phone),
    )


# An assumed browse over the documented fields of GL.
_ACCOUNT: Final = names(
    "GL",
    "GLCode GLDescription GLTypeCode GLIsActive GLIsCostCentreAccount GLIsProjectAccount"
    " LastModifiedDate LastModifiedTime",
)


def _account(of: Account) -> tuple[Cell, ...]:
    return (
        *(of.code, of.description, of.type_code, of.active, of.cost_centre, of.project),
        *(of.modified.date().isoformat(), seconds(of.modified)),
    )


# Browse ca009: the code is seen in code, the columns are those of po_mstr and pod_det.
_ORDER: Final = names(
    "po_mstr",
    "po_nbr po_vend po_ord_date po_due_date po_curr po_stat po_cr_terms po_ship po_bill po_buyer po_rmks po_rev"
    " po_mod_date",
)
_ORDER_LINE: Final = names(
    "pod_det",
    "pod_line pod_part pod_desc pod_qty_ord pod_qty_rcvd pod_um pod_pur_cost pod_due_date pod_status pod_site"
    " pod_acct pod_sub pod_cc pod_project",
)


def _order(of: Order) -> tuple[Cell, ...]:
    return (
        *(of.number, of.supplier, of.ordered_on.isoformat(), of.due_on.isoformat(), of.currency, of.status),
        *(of.terms, of.ship_to, of.bill_to, of.buyer, of.remarks, of.revision, of.modified.date().isoformat()),
    )


def _order_line(of: OrderLine) -> tuple[Cell, ...]:
    return (
        *(of.line, of.item, of.description, of.ordered, of.received, of.unit, of.price, of.due_on.isoformat()),
        *(of.status, of.site, of.account, of.sub_account, of.cost_centre, of.project),
    )


# An assumed browse over documented fields of CInvoice and APMatching; the line columns are assumed.
_INVOICE: Final = names(
    "CInvoice",
    "CInvoice_ID tcCompanyCode CInvoicePostingYear tcJournalCode CInvoiceVoucher tcCreditorCode CInvoiceReference"
    " CInvoiceType CInvoiceDescription CInvoiceDate CInvoicePostingDate CInvoiceDueDate tcCurrencyCode"
    " CInvoiceOriginalCreditTC CInvoiceOriginalDebitTC CInvoiceVatTC tcReasonCode CInvoiceIsInitialStatus"
    " CInvoiceIsInvoiceApproved CInvoiceIsLockPayment CInvoiceIsLogisticMatching CInvoiceAllocationStatus"
    " CInvoiceHoldAmountTC CInvoiceIsOpen CInvoicePoNbr tcNormalPaymentConditionCode LastModifiedDate LastModifiedTime",
)
_INVOICE_LINE: Final = [
    "APMatching.APMatchingStatus",
    *names(
        "APMatchingLn",
        "LineNumber PurchaseOrderNumber PurchaseOrderLineNumber ReceiverNumber ItemCode Description MatchQty"
        " MatchUnitPrice UnitOfMeasure AmountTC GLCode DivisionCode CostCentreCode ProjectCode",
    ),
]


def _invoice(of: Invoice) -> tuple[Cell, ...]:
    return (
        *(int(of.invoice_id), of.entity, of.year, of.daybook, of.voucher, of.supplier, of.reference, of.kind),
        *(of.description, of.invoiced_on.isoformat(), of.posted_on.isoformat(), of.due_on.isoformat(), of.currency),
        *(*sides(of), of.tax, of.status_code, of.initial, of.approved, of.payment_locked, of.receiver_matching),
        *(of.allocation, of.hold, of.balance != 0, of.order, of.terms),
        *(of.modified.date().isoformat(), seconds(of.modified)),
    )


def _matched_lines(of: Invoice) -> list[InvoiceLine]:
    return [line for line in of.lines if line.matching != "none"]


def _invoice_line(of: InvoiceLine) -> tuple[Cell, ...]:
    return (
        "FINISHED" if of.matching == "FINISHED" else "",
        *(of.line, of.order, of.order_line, of.receiver, of.item, of.description, of.quantity, of.price, of.unit),
        *(of.amount, of.account, of.sub_account, of.cost_centre, of.project),
    )


# An assumed browse over documented fields of CInvoice and CDocument: one row per invoice and payment.
_PAID_INVOICE: Final = names(
    "CInvoice",
    "CInvoice_ID tcCompanyCode tcCreditorCode CInvoiceReference CInvoiceType tcCurrencyCode CInvoiceOriginalCreditTC"
    " CInvoiceOriginalDebitTC CInvoiceBalanceTC CInvoiceIsOpen",
)


def _paid_invoice(of: Invoice) -> tuple[Cell, ...]:
    return (
        *(int(of.invoice_id), of.entity, of.supplier, of.reference, of.kind, of.currency),
        *(*sides(of), of.balance, of.balance != 0),
    )


SHAPES: Final[Mapping[str, Shape]] = {
    "suppliers": Shape(header_names=_SUPPLIER, line_names=(), header=_supplier, line=no_lines, lines=no_lines),
    "accounts": Shape(header_names=_ACCOUNT, line_names=(), header=_account, line=no_lines, lines=no_lines),
    "orders": Shape(
        header_names=_ORDER, line_names=_ORDER_LINE, header=_order, line=_order_line, lines=lambda of: of.lines
    ),
    "invoices": Shape(
        header_names=_INVOICE, line_names=_INVOICE_LINE, header=_invoice, line=_invoice_line, lines=_matched_lines
    ),
    "payments": Shape(
        header_names=_PAID_INVOICE,
        line_names=PAYMENT,
        header=_paid_invoice,
        line=payment,
        lines=lambda of: of.payments,
    ),
    **concur.SHAPES,
}

BROWSES: Final[Mapping[str, str]] = {
    "suppliers": "urn:browse:mfg:ad014",
    "accounts": "urn:browse:mfg:xxgl01",
    "orders": "urn:browse:mfg:ca009",
    "invoices": "urn:browse:mfg:xxap01",
    "payments": "urn:browse:mfg:xxap02",
    **concur.BROWSES,
}
LOOKUP: Final = "urn:browse:custom:lookupBrowseFields"
