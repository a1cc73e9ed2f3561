"""Supplier invoices with their receiver matching, as QAD has them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from connector.domain import summary
from connector.domain.summary import Summary
from connector.reading import fields
from connector.reading.field_types import AsWritten, Code, Currency, Key, Position, Prose
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import MOST_LINES, AmountIfRead, AmountOrNone, CodeIfRead, Day, Flag

_NOTHING = Decimal(0)


class InvoiceType(StrEnum):
    """``CInvoiceType``: INVOICE was seen in code, the others are assumed."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDITNOTE"
    INVOICE_CORRECTION = "INVOICECORRECTION"
    CREDIT_NOTE_CORRECTION = "CREDITNOTECORRECTION"
    PREPAYMENT = "PREPAYMENT"
    ADJUSTMENT = "ADJUSTMENT"


#: what people call each
CALLED = {
    InvoiceType.INVOICE: summary.INVOICE,
    InvoiceType.CREDIT_NOTE: summary.CREDIT_MEMO,
    InvoiceType.INVOICE_CORRECTION: f"{summary.INVOICE} correction",
    InvoiceType.CREDIT_NOTE_CORRECTION: f"{summary.CREDIT_MEMO} correction",
    InvoiceType.PREPAYMENT: "prepayment",
    InvoiceType.ADJUSTMENT: "adjustment",
}
TypeOfInvoice = Annotated[InvoiceType, BeforeValidator(fields.one_of(InvoiceType))]


class InvoiceLine(Document):
    """Table APMatchingLn: what of which order line and receiver this invoice bills, and its accounting.

    Amounts of credit notes may be positive or negative. An unmatched line has no order and no receiver yet. Cost lines
    (table tAPMatchingCostCIAPM: freight and other charges) have only an account and an amount.
    """

    line: Position
    order_number: Code = ""
    order_line: Code = ""
    receiver: CodeIfRead = None
    item: Code = ""
    description: Prose = ""
    quantity: AmountOrNone = _NOTHING
    unit_price: AmountOrNone = _NOTHING
    unit_of_measure: Code = ""
    amount: AmountOrNone = _NOTHING
    account: Code = ""
    sub_account: Code = ""
    cost_centre: Code = ""
    project: Code = ""

    @property
    def is_cost(self) -> bool:
        """Whether it charges something that was never ordered or received; Progress shows no number as zero."""
        ordered = self.order_number or self.receiver or self.item or self.order_line.strip("0")
        return bool(self.amount and self.account) and not ordered


InvoiceLines = Annotated[tuple[InvoiceLine, ...], Field(max_length=MOST_LINES), AfterValidator(fields.each_line_once)]


class SupplierInvoice(Document):
    """Table CInvoice with its receiver matching. The flags have no default: guessing one could pay an invoice."""

    TITLE = "supplier invoice"
    KEY = "invoice_id"

    invoice_id: Key
    entity: Code = ""
    posting_year: Code = ""
    daybook: Code = ""
    voucher: Code = ""
    supplier_code: Key
    reference: AsWritten = ""
    invoice_type: TypeOfInvoice
    description: Prose = ""
    invoice_date: Day = None
    posting_date: Day = None
    due_date: Day = None
    currency: Currency
    #: the total of an invoice stands in credit, of a credit note in debit
    credit_total: AmountOrNone
    debit_total: AmountOrNone
    tax_total: AmountOrNone = _NOTHING
    #: the invoice status code ("reason")
    status_code: CodeIfRead = None
    initial: Flag
    approved: Flag
    payment_locked: Flag
    receiver_matching: Flag
    allocation_status: CodeIfRead = None
    hold_amount: AmountIfRead = None
    order_number: Code = ""
    credit_terms: Code = ""
    matching_status: CodeIfRead = None
    lines: InvoiceLines = ()

    def summarised(self) -> Summary:
        """The supplier's own number, and QAD's: year, daybook and voucher."""
        voucher = f"{self.posting_year}/{self.daybook}/{self.voucher}" if self.voucher else ""
        orders = (self.order_number, *(line.order_number for line in self.lines))
        return Summary(
            kind=CALLED[self.invoice_type],
            number=self.reference or self.invoice_id,
            party=self.supplier_code,
            date=self.invoice_date or self.posting_date,
            amount=self.credit_total - self.debit_total,
            currency=self.currency,
            references=summary.named(voucher=voucher, purchase_order=orders),
        )
