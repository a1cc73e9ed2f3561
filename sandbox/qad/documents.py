"""What the simulated QAD knows: the truth from which every answer is made. Names are ours; QAD's are in the browses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003  the control API reads these annotations to parse values
from decimal import Decimal
from typing import Final, Literal

DOMAIN: Final = "10USA"
ENTITY: Final = "10USACO"
SHARED_SET: Final = "CORP"

Matching = Literal["none", "open", "FINISHED"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remit:
    """Where a supplier wants its money sent, when that is not its head office."""

    name: str
    street1: str
    city: str
    state: str
    postal_code: str
    country: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Supplier:
    """Creditor, business relation and head office in one."""

    code: str
    name: str
    search_name: str
    active: bool
    currency: str
    terms: str
    type_code: str
    street1: str
    street2: str
    city: str
    state: str
    postal_code: str
    country: str
    phone: str
    email: str
    tax_id: str
    bank_account: str
    remit: Remit | None
    modified: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One GL account; ``cost_centre`` and ``project`` say whether a line coded to it needs one."""

    code: str
    description: str
    type_code: str
    active: bool
    cost_centre: bool
    project: bool
    modified: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CostObject:
    """What an amount may be posted to, in one list: an account, a cost centre or a project; and companies.

    ``company`` and ``cost_centre`` say what it stands below.
    """

    kind: str
    code: str
    description: str
    active: bool
    modified: datetime
    company: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """One line of a purchase order. ``price`` may be finer than the currency."""

    line: int
    item: str
    description: str
    ordered: Decimal
    received: Decimal
    unit: str
    price: Decimal
    due_on: date
    status: str
    site: str
    account: str
    sub_account: str
    cost_centre: str
    project: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A purchase order. ``status``: blank or O open, C closed, X cancelled."""

    number: str
    supplier: str
    ordered_on: date
    due_on: date
    currency: str
    status: str
    terms: str
    ship_to: str
    bill_to: str
    buyer: str
    remarks: str
    revision: int
    modified: datetime
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Goods that arrived (or went back) on one order line."""

    receiver: str
    order: str
    line: int
    quantity: Decimal
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What one receiver brought (or took back) of one order line, as the receiver history keeps it."""

    receiver: str
    line: int
    item: str
    unit: str
    quantity: Decimal
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Everything that was received on one order."""

    order: str
    supplier: str
    lines: tuple[Received, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    """What an invoice bills. ``matching``: none = not matched to a receiver yet, open = matched but kept open."""

    line: int
    order: str
    order_line: int
    receiver: str
    item: str
    description: str
    quantity: Decimal
    price: Decimal
    unit: str
    amount: Decimal
    account: str
    sub_account: str
    cost_centre: str
    project: str
    matching: Matching


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """One payment document, as far as it pays one invoice."""

    year: int
    instrument: str
    number: int
    status: str
    reference: str
    on: date
    amount: Decimal
    modified: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceTax:
    """Tax of one code on an invoice that came with its tax."""

    code: str
    account: str
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """What only invoices have that a client posted."""

    correlation: str
    comment: str
    taxable: bool
    orders: tuple[str, ...]
    taxes: tuple[InvoiceTax, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice:
    """A supplier invoice or credit note. ``total`` is positive for both; ``kind`` is QAD's CInvoiceType.

    ``net`` + ``tax`` = ``total``, and the lines add up to ``net``, unless the control API was told otherwise.
    """

    invoice_id: str
    entity: str
    year: int
    daybook: str
    voucher: int
    supplier: str
    reference: str
    kind: str
    description: str
    invoiced_on: date
    posted_on: date
    due_on: date
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    status_code: str
    initial: bool
    approved: bool
    payment_locked: bool
    receiver_matching: bool
    allocation: str
    hold: Decimal
    order: str
    terms: str
    modified: datetime
    lines: tuple[InvoiceLine, ...]
    payments: tuple[Payment, ...] = ()
    posted: Posted | None = None

    @property
    def paid(self) -> Decimal:
        """Money that has left and stayed away."""
        return sum((one.amount for one in self.payments if one.status in {"Paid", "Paid Conditionally"}), Decimal(0))

    @property
    def balance(self) -> Decimal:
        """What is still owed."""
        return self.total - self.paid

    @property
    def matched(self) -> bool:
        """Whether every line is matched to a receiver for good."""
        return bool(self.lines) and all(line.matching == "FINISHED" for line in self.lines)
