"""Decimals of a currency, and what invented prices look like in it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_DECIMALS: Final = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3}
_WORTH: Final = {
    "USD": Decimal(1),
    "EUR": Decimal("0.9"),
    "GBP": Decimal("0.8"),
    "CAD": Decimal("1.4"),
    "JPY": Decimal(150),
    "BHD": Decimal("0.38"),
}


def decimals(currency: str) -> int:
    """How many decimals amounts in this currency have."""
    return _DECIMALS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half up to what the currency can pay."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP)


def price(cents: int, currency: str) -> Decimal:
    """Turn an invented price in US cents into one in ``currency``."""
    return max(rounded(Decimal(cents) / 100 * _WORTH.get(currency, Decimal(1)), currency), smallest(currency))


def smallest(currency: str) -> Decimal:
    """The smallest amount there is."""
    return Decimal(1).scaleb(-decimals(currency))
