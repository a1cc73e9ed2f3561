"""What the network knows: orders as suppliers see them, invoices with what suppliers were told, and answers it gave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.cxml.options import Options
from sandbox.journal import Journal

if TYPE_CHECKING:
    from sandbox.cxml.invoices import Invoice


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One line, as it was ordered."""

    number: int
    quantity: Decimal
    price: Decimal
    #: the quantity that ``price`` is for
    per: Decimal = Decimal(1)
    unit: str
    part: str
    description: str

    @property
    def amount(self) -> Decimal:
        """What the line costs, not rounded."""
        return self.quantity * self.price / self.per


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order as its supplier sees it. ``copies``: how many of it the supplier has; ``seeded``: made up here."""

    number: str
    domain: str
    supplier: str
    version: int | None
    payload: str
    dated: str
    currency: str
    total: Decimal
    lines: tuple[OrderLine, ...]
    deleted: bool = False
    copies: int = 1
    updates: int = 0
    seeded: bool = False


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a payloadID was answered, and what it was about."""

    fingerprint: str
    code: int
    sentence: str


@dataclass(kw_only=True)
class Network:
    """All of it. ``payloads`` are those of documents taken, ``sent`` those of invoices and the invoice each is of."""

    options: Options = field(default_factory=Options)
    journal: Journal = field(default_factory=Journal)
    orders: dict[str, Order] = field(default_factory=dict)
    #: all payloadIDs under which an order came, the latest last
    order_payloads: dict[str, list[str]] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    notices: list[dict[str, Any]] = field(default_factory=list)
    payloads: dict[str, Answered] = field(default_factory=dict)
    repeats: Counter[str] = field(default_factory=Counter)
    #: Status codes answered, by what was asked for
    answered: Counter[str] = field(default_factory=Counter)

    def keep(self, order: Order) -> None:
        """Keep an order, and the payloadID that it came under."""
        self.orders[order.number] = order
        self.order_payloads.setdefault(order.number, []).append(order.payload)
