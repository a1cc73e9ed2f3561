"""Invoices that suppliers sent, with their sums and what was told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

STANDARD: Final = "standard"
CREDITS: Final = frozenset({"creditMemo", "lineLevelCreditMemo"})
#: these have no lines: they are about an order as a whole
ABOUT_HEADERS: Final = frozenset({"creditMemo", "debitMemo"})


@dataclass(frozen=True, kw_only=True)
class BilledLine:
    """One order line, or a part of it; of a header invoice a whole order, ``order_line`` None then."""

    order: str
    order_line: int | None
    quantity: Decimal
    price: Decimal
    per: Decimal
    unit: str
    part: str
    description: str
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Gross = subtotal + tax + special handling + shipping, net = gross - discount, due = net - deposit."""

    subtotal: Decimal
    tax: Decimal
    special_handling: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    deposit: Decimal = Decimal(0)

    @property
    def gross(self) -> Decimal:
        """With everything that comes on top."""
        return self.subtotal + self.tax + self.special_handling + self.shipping

    @property
    def net(self) -> Decimal:
        """What the invoice is about."""
        return self.gross - self.discount

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return self.net - self.deposit


@dataclass(frozen=True, kw_only=True)
class Told:
    """One status; ``amount`` only for a part that was paid."""

    kind: str
    amount: Decimal | None
    payload: str


@dataclass(kw_only=True)
class Invoice:
    """An invoice; ``spoiled`` says why it must not be posted: empty for one that must."""

    number: str
    supplier: str
    domain: str
    purpose: str
    currency: str
    dated: str
    lines: tuple[BilledLine, ...]
    amounts: Amounts
    tax_rate: Decimal
    tax_in_line: bool = False
    #: the payloadIDs under which it was sent
    payloads: list[str] = field(default_factory=list)
    #: the last of them that the buyer can know
    known_as: str = ""
    #: the invoice that it gives money back for
    credits: str = ""
    mode: str = "production"
    spoiled: str = ""
    cancelled: bool = False
    told: list[Told] = field(default_factory=list)

    @property
    def credit(self) -> bool:
        """Whether it gives money back."""
        return self.purpose in CREDITS

    @property
    def key(self) -> str:
        """Supplier, number in capitals without spaces, and whether it takes or gives."""
        return f"{self.supplier}|{''.join(self.number.split()).upper()}|{'CREDIT' if self.credit else 'INVOICE'}"

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it is about."""
        return tuple(dict.fromkeys(line.order for line in self.lines))
