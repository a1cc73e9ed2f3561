"""Amounts in a currency, and how they look in a document."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECIMALS: Final = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3}
_WORTH: Final = {
    "USD": Decimal(1),
    "EUR": Decimal("0.9"),
    "GBP": Decimal("0.8"),
    "CAD": Decimal("1.4"),
    "JPY": Decimal(150),
    "BHD": Decimal("0.38"),
}
_EIGHT_PLACES: Final = Decimal("1E-8")


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half up to what the currency can pay."""
    return amount.quantize(smallest(currency), rounding=ROUND_HALF_UP)


def smallest(currency: str) -> Decimal:
    """The smallest amount there is."""
    return Decimal(1).scaleb(-_DECIMALS.get(currency, 2))


def worth(cents: int, currency: str) -> Decimal:
    """Turn an invented amount in US cents into one in ``currency``; never nothing."""
    return max(rounded(Decimal(cents) / 100 * _WORTH.get(currency, Decimal(1)), currency), smallest(currency))


def rate(of: str, into: str) -> Decimal:
    """Return how many ``into`` one ``of`` is worth, with the many digits that rates have."""
    return (_WORTH[into] / _WORTH[of] * Decimal("1.00731")).quantize(Decimal("0.00000001"))


def shares(amount: Decimal, percentages: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split an amount; what rounding leaves over goes to the last share."""
    parts = [rounded(amount * one / 100, currency) for one in percentages[:-1]]
    return [*parts, amount - sum(parts, Decimal(0))]


def short(amount: Decimal) -> Decimal:
    """Write without idle zeros, as expense documents do: 55, 8.4."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def long(amount: Decimal) -> Decimal:
    """Write with eight decimals, as invoice documents do: 50.00000000, 0E-8."""
    return amount.quantize(_EIGHT_PLACES)
