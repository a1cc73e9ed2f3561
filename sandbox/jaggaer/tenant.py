"""What the tenant holds: companies, accounting values, purchase orders, invoices and what was paid on them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import localcontext
from typing import TYPE_CHECKING, Any, Final

from sandbox.journal import Journal

if TYPE_CHECKING:
    from decimal import Decimal

CREDIT_MEMO: Final = "Credit memo"
INVOICE_TYPES: Final = ("Invoice", CREDIT_MEMO)
FIRST_INVOICE_ID: Final = 2400001
FIRST_COMPANY_ID: Final = 1000000001
FIRST_ORDER_ID: Final = 5100001
_DIGITS: Final = 100  # twice what one number of a message may have: no product is rounded unasked


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company profile. ``info`` holds the profile's fields as they were sent, all of them texts."""

    bravo_id: str
    info: dict[str, str]

    @property
    def name(self) -> str:
        """What it is called on invoices."""
        return self.info.get("companyName", "")


@dataclass(frozen=True, kw_only=True)
class FieldValue:
    """One value of an accounting field."""

    field: str
    value: str
    description: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A line of a purchase order."""

    number: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    sent: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Order:
    """A purchase order; ``status`` is as last sent (Open, Closed) or Cancelled; ``messages`` counts what it took."""

    order_id: int
    number: str
    supplier_number: str
    currency: str
    status: str
    messages: int
    header: dict[str, Any]
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """A line of an invoice. ``splits`` is its accounting: one mapping of field to value for each part."""

    number: int
    description: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    order_number: str | None = None
    order_line: str | None = None
    splits: tuple[dict[str, str], ...] = ()

    @property
    def amount(self) -> Decimal:
        """What the line costs, exactly."""
        with localcontext(prec=_DIGITS):
            return self.quantity * self.unit_price


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What was reported as paid on an invoice so far."""

    status: str
    amount: Decimal
    currency: str
    date: str | None
    method: str | None
    number: str | None


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An invoice; a credit memo's total is negative. ``source``: Manual is people's work, Automated came by import."""

    invoice_id: int
    type: str
    supplier_number: str
    supplier_name: str
    supplier_invoice_number: str | None
    currency: str
    total: Decimal
    tax: Decimal
    source: str
    invoice_date: str
    last_update: str
    workflow_status: str
    payment_status: str
    match_status: str
    due_date: str | None = None
    business_unit: str | None = None
    payment_terms: str | None = None
    notes: str | None = None
    codes: dict[str, str] = field(default_factory=dict)
    lines: tuple[InvoiceLine, ...] = ()
    payment: Payment | None = None
    #: the business unit, in a tenant that lets each have its own invoice of a number
    scope: str = ""

    @property
    def number(self) -> str:
        """JAGGAER's own number, which is not the supplier's."""
        return f"I{self.invoice_id - FIRST_INVOICE_ID + 1:05d}"

    @property
    def key(self) -> str:
        """The natural key; an invoice without a supplier's number can only be told by its own."""
        number = self.supplier_invoice_number or f"#{self.invoice_id}"
        return invoice_key(self.supplier_number, number, self.type, self.scope)


@dataclass(kw_only=True)
class Tenant:
    """The tenant's ledgers, each by natural key, and the journal of what was written to it through the API."""

    journal: Journal = field(default_factory=Journal)
    companies: dict[str, Company] = field(default_factory=dict)
    field_values: dict[tuple[str, str], FieldValue] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)

    def next_invoice_id(self) -> int:
        """The id the next invoice gets; ids only grow, so a list by id is a list by age."""
        return FIRST_INVOICE_ID + len(self.invoices)

    def invoice_by_id(self, invoice_id: str) -> Invoice | None:
        """Find an invoice by JAGGAER's id."""
        return next((one for one in self.invoices.values() if str(one.invoice_id) == invoice_id), None)


def invoice_key(supplier_number: str, supplier_invoice_number: str, invoice_type: str, scope: str = "") -> str:
    """What makes invoices the same (assumed): supplier, number in capitals without what cannot be seen, type, scope."""
    capitals = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", supplier_invoice_number).upper())
    number = "".join(sign for sign in capitals if not sign.isspace() and unicodedata.category(sign) != "Cf")
    return f"{supplier_number}|{number}|{invoice_type}" + (f"|{scope}" if scope else "")


def now() -> str:
    """This moment as the system writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
