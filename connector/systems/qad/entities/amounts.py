"""Amounts of a posting, exact."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from connector.domain.errors import Malformed


def number(value: object, name: str) -> Decimal:
    """Return an amount of a body; nothing is zero. Raises Malformed."""
    if value in (None, ""):
        return Decimal(0)
    try:
        found = Decimal(value) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise Malformed(f"A posting for QAD has {value!r} as {name.replace('_', ' ')}, which is no amount.")
    return found
