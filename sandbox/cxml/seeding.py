"""Orders made up for tests without a buyer, and batches of invoices of every shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml.network import Order, OrderLine
from sandbox.cxml.notices import decimal
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from sandbox.cxml.network import Network
    from sandbox.cxml.suppliers import Suppliers

_PARTS: Final = (("BLT-1001", "Bolt M8", "EA"), ("PMP-2040", "Pump seal", "EA"), ("STL-7000", "Steel sheet", "KG"))
#: how the invoices of a batch differ; each is taken in turn
SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "plain": {},
    "taxed": {"tax": "19"},
    "taxed in line": {"tax": "7.5", "tax_in_line": True},
    "shipped": {"tax": "19", "shipping": "12.50"},
    "handled": {"special_handling": "8.00", "shipping": "4.75"},
    "discounted": {"tax": "19", "discount": "0.50"},
    "old": {"old": True},
    "attached": {"attachment": True, "tax": "19"},
    "twice": {"times": 2},
    "by number": {"order_id_only": True, "tax": "19"},
    "several orders": {"tax": "19"},
    "two credentials": {"two_credentials": True},
    "pretty": {"pretty": True, "charset": "ISO-8859-1"},
    "in UTF-16": {"charset": "UTF-16"},
    "resent": {"tax": "19"},
    "credited": {"tax": "19"},
    "credited by line": {"tax": "19"},
    "debited": {"tax": "19"},
    "cancelled": {},
    "test": {"test": True},
    "wrong net": {"sum": "net"},
    "wrong subtotal": {"sum": "subtotal"},
    "wrong tax": {"sum": "tax", "tax": "19"},
    "wrong secret": {"secret": "wrong"},
    "stranger": {"from": "stranger"},
}


def make_orders(network: Network, count: int, seed: int) -> list[str]:
    """Make up so many orders; the same seed gives the same ones."""
    chance = Random(f"{seed}/{len(network.orders)}")  # noqa: S311  not for secrets
    return [_keep(network, _invented(len(network.orders), chance, network)) for _ in range(count)]


def enter_order(network: Network, asked: object) -> str:
    """Keep an order that a test describes: ``order``, ``supplier``, ``currency``, ``lines``."""
    if not isinstance(asked, Mapping) or not isinstance(asked.get("lines"), list) or not asked["lines"]:
        raise SandboxMistakeError(f"An order has order, supplier, currency and lines; not {asked!r}.")
    lines = tuple(_line(place, one) for place, one in enumerate(asked["lines"], start=1))
    return _keep(
        network,
        _order(
            network,
            number=str(asked.get("order", "")),
            supplier=str(asked.get("supplier", "S10001")),
            currency=str(asked.get("currency", "USD")),
            lines=lines,
        ),
    )


def batch(network: Network, suppliers: Suppliers, asked: object, seed: int) -> list[dict[str, str]]:
    """Send ``invoices`` for all ``orders`` in turn, or these, a tenth of each, in all shapes or ``only`` some."""
    if not isinstance(asked, Mapping) or not isinstance(count := asked.get("invoices"), int):
        raise SandboxMistakeError("batch takes a number of invoices, and only: a list of shapes, and orders.")
    shapes = asked.get("only") or list(SHAPES)
    if not set(shapes) <= set(SHAPES):
        raise SandboxMistakeError(f"A batch has the shapes {', '.join(SHAPES)}.")
    among = [network.orders.get(str(number)) for number in asked.get("orders", network.orders)]
    known = [one for one in among if one and not one.deleted and any(line.quantity for line in one.lines)]
    if not known:
        raise SandboxMistakeError("The network knows no order that could be billed.")
    chance = Random(f"{seed}/batch/{len(network.invoices)}")  # noqa: S311  not for secrets
    chance.shuffle(known)
    return [_sent(suppliers, shapes[n % len(shapes)], known[n % len(known)], known) for n in range(count)]


def _sent(suppliers: Suppliers, shape: str, order: Order, known: list[Order]) -> dict[str, str]:
    orders = [order.number]
    if shape == "several orders":
        alike = (one for one in known if (one.supplier, one.currency) == (order.supplier, order.currency))
        orders += [one.number for one in alike if one is not order][:2]
    key = suppliers.invoice({"orders": orders, "part": "0.1", **SHAPES[shape]})
    after: Mapping[str, Callable[[], str]] = {
        "resent": lambda: suppliers.resend({"invoice": key}),
        "credited": lambda: suppliers.credit({"invoice": key, "part": "0.5"}),
        "credited by line": lambda: suppliers.credit({"invoice": key, "kind": "line"}),
        "debited": lambda: suppliers.credit({"invoice": key, "kind": "debit", "part": "0.2"}),
        "cancelled": lambda: suppliers.cancel({"invoice": key}),
    }
    if shape in after:
        after[shape]()
    return {"shape": shape, "invoice": key}


def _invented(number: int, chance: Random, network: Network) -> Order:
    lines = tuple(
        _line(place, dict(zip(("part", "description", "unit"), chance.choice(_PARTS), strict=True)) | _amounts(chance))
        for place in range(1, chance.randint(1, 3) + 1)
    )
    supplier = f"S1000{chance.randint(1, 5)}"
    return _order(network, number=f"NET{100_001 + number}", supplier=supplier, currency="USD", lines=lines)


def _amounts(chance: Random) -> dict[str, str]:
    return {"quantity": str(chance.randint(1, 40) * 10), "price": str(Decimal(chance.randint(100, 99_999)) / 100)}


def _order(network: Network, *, number: str, supplier: str, currency: str, lines: tuple[OrderLine, ...]) -> Order:
    if not number or number in network.orders:
        raise SandboxMistakeError(f"An order needs a number of its own; not {number!r}.")
    return Order(
        number=number,
        domain=network.options.supplier_domain,
        supplier=supplier,
        version=1,
        payload=f"{number}.1@seed.sandbox",
        dated=datetime(2026, 9, 1, 8, tzinfo=UTC).isoformat(),
        currency=currency,
        total=sum((line.amount for line in lines), Decimal(0)),
        lines=lines,
        seeded=True,
    )


def _line(place: int, asked: object) -> OrderLine:
    if not isinstance(asked, Mapping):
        raise SandboxMistakeError(f"A line has quantity and price; not {asked!r}.")
    return OrderLine(
        number=int(decimal(asked.get("line", place), "line")),
        quantity=decimal(asked.get("quantity", "1"), "quantity"),
        price=decimal(asked.get("price", "1"), "price"),
        unit=str(asked.get("unit", "EA")),
        part=str(asked.get("part", f"PART-{place}")),
        description=str(asked.get("description", "Part")),
    )


def _keep(network: Network, order: Order) -> str:
    network.keep(order)
    return order.number
