"""QAD documents under our own names, and the only door a payload comes in by: ``parse``.

The names are ours; which QAD column fills which is in ``entities.yaml``. The meaning of the columns is documented (QAD
Financials and purchasing) unless a field says otherwise. Payloads come from JSON: amounts as Decimal, int or their
exact digits as text, never float; dates as ISO text. An empty text and a missing one mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from connector import fields
from connector.domain.errors import Malformed
from connector.systems.qad.document_fields import (
    MOST_LINES,
    Amount,
    AmountIfRead,
    AmountOrNone,
    AsWritten,
    Code,
    CodeIfRead,
    Currency,
    Day,
    Document,
    Flag,
    Key,
    Position,
    Private,
    Prose,
    SetFlag,
)

_NOTHING = Decimal(0)


class RemitTo(Document):
    """Where the supplier wants its money sent; personal data for sole traders."""

    name: Prose = ""
    street1: Prose = ""
    city: Prose = ""
    state: Code = ""
    postal_code: Private = ""
    country: Code = ""


class Supplier(Document):
    """Table Creditor with its business relation and head office address."""

    TITLE = "supplier"
    KEY = "supplier_code"

    supplier_code: Key
    name: Prose = ""
    search_name: Prose = ""
    active: Flag
    currency: Code = ""
    credit_terms: Code = ""
    supplier_type: Code = ""
    street1: Prose = ""
    street2: Prose = ""
    street3: Prose = ""
    city: Prose = ""
    state: Code = ""
    postal_code: Private = ""
    country: Code = ""
    phone: Prose = ""
    email: Prose = ""
    tax_id: Private = ""
    remit_to: RemitTo | None = None


class GLAccount(Document):
    """Table GL: one account of the chart of accounts."""

    TITLE = "GL account"
    KEY = "account"

    account: Key
    description: Prose = ""
    account_type: Code = ""
    active: Flag
    cost_centre_required: SetFlag = False
    project_required: SetFlag = False


class OrderStatus(StrEnum):
    """``po_stat`` and ``pod_status``: blank or O is open (the classic blank: assumed), C closed, X cancelled."""

    OPEN = "O"
    CLOSED = "C"
    CANCELLED = "X"


Status = Annotated[OrderStatus, BeforeValidator(fields.one_of(OrderStatus, blank=OrderStatus.OPEN))]


class OrderLine(Document):
    """Table pod_det. The price may be finer than the currency's decimals."""

    line: Position
    item: Code = ""
    description: Prose = ""
    quantity_ordered: Amount
    quantity_received: AmountOrNone = _NOTHING
    unit_of_measure: Code = ""
    unit_price: Amount
    due_date: Day = None
    status: Status = OrderStatus.OPEN
    site: Code = ""
    account: Code = ""
    sub_account: Code = ""
    cost_centre: Code = ""
    project: Code = ""


OrderLines = Annotated[tuple[OrderLine, ...], Field(max_length=MOST_LINES), AfterValidator(fields.each_line_once)]


class PurchaseOrder(Document):
    """Table po_mstr with its lines."""

    TITLE = "purchase order"
    KEY = "order_number"

    order_number: Key
    supplier_code: Key
    order_date: Day = None
    due_date: Day = None
    currency: Currency
    status: Status = OrderStatus.OPEN
    credit_terms: Code = ""
    ship_to: Code = ""
    bill_to: Code = ""
    buyer: Code = ""
    remarks: Prose = ""
    revision: Code = ""
    lines: OrderLines = ()


class InvoiceType(StrEnum):
    """``CInvoiceType``: INVOICE was seen in code, the others are assumed."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDITNOTE"
    INVOICE_CORRECTION = "INVOICECORRECTION"
    CREDIT_NOTE_CORRECTION = "CREDITNOTECORRECTION"
    PREPAYMENT = "PREPAYMENT"
    ADJUSTMENT = "ADJUSTMENT"


Kind = Annotated[InvoiceType, BeforeValidator(fields.one_of(InvoiceType))]


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
    invoice_type: Kind
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


class PaymentStatus(StrEnum):
    """``CDocumentStatus``, documented; compared without spaces and case."""

    INITIAL = "Initial"
    ALLOCATED = "Allocated"
    FOR_COLLECTION = "For Collection"
    PAID = "Paid"
    PAID_CONDITIONALLY = "Paid Conditionally"
    VOID = "Void"
    BOUNCED = "Bounced"


class Payment(Document):
    """Table CDocument as far as it pays one invoice. QAD shows it as year/instrument/number."""

    year: Code = ""
    instrument: Code = ""
    number: Code = ""
    status: Annotated[PaymentStatus, BeforeValidator(fields.one_of(PaymentStatus))]
    reference: Code = ""
    date: Day = None
    amount: Amount


class InvoicePayments(Document):
    """One supplier invoice with every payment that ever touched it."""

    TITLE = "payments of supplier invoice"
    KEY = "invoice_id"

    invoice_id: Key
    entity: Code = ""
    supplier_code: Key
    reference: AsWritten = ""
    invoice_type: Kind
    currency: Currency
    credit_total: AmountOrNone
    debit_total: AmountOrNone
    balance: AmountOrNone = _NOTHING
    open: Flag
    payments: tuple[Payment, ...] = Field(default=(), max_length=MOST_LINES)


D = TypeVar("D", bound=Document)


def parse(kind: type[D], payload: Mapping[str, Any]) -> D:
    """Read a payload as ``kind``; raises Malformed with one sentence about the first field that is wrong.

    The sentence shows what was seen only for codes, amounts, dates and flags, never for names, addresses or free text.
    """
    if not isinstance(payload, Mapping):
        raise Malformed(f"A QAD {kind.TITLE} should be a set of named fields, but {fields.seen(payload)} came.")
    try:
        return kind.model_validate(dict(payload))
    except ValidationError as error:
        raise Malformed(_sentence(kind, payload, error), document=kind.TITLE, fields=error.error_count()) from None


def _sentence(kind: type[Document], payload: Mapping[str, Any], error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    others = error.error_count() - 1
    more = f" (and {others} more {'fields are' if others > 1 else 'field is'} wrong)" if others else ""
    key = payload.get(kind.KEY)
    named = f" {fields.seen(key)}" if first["loc"] != (kind.KEY,) and isinstance(key, (str, int)) else ""
    where = fields.place(first["loc"])
    return f"QAD {kind.TITLE}{named} cannot be understood: {where} {fields.complaint(first)}{more}."
