"""Goods that arrive on an order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.qad.documents import Order


def received(order: Order, quantities: dict[int, Decimal]) -> Order:
    """Book goods on lines; a line that is complete closes, an order whose lines are all closed closes too."""
    lines = []
    for line in order.lines:
        arrived = line.received + quantities.get(line.line, Decimal(0))
        closed = arrived >= line.ordered
        lines.append(replace(line, received=arrived, status="C" if closed else line.status))
    status = "C" if all(line.status == "C" for line in lines) else order.status
    return replace(order, lines=tuple(lines), status=status)
