"""Exact amounts of a currency out of amounts that Concur writes with up to eight decimals.

One third of 100 comes as 33.33333333: what was divided is exact as a whole, and each part gets its share of cents.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from connector.domain.money import decimals

if TYPE_CHECKING:
    from collections.abc import Sequence

#: amounts come out of binary floating point: so small a difference to a whole cent is its noise, not money
_NOISE = Decimal("0.000001")


def in_cents(amount: Decimal, currency: str) -> Decimal | None:
    """The amount in the currency's decimals; None when it is finer."""
    rounded = round(amount, decimals(currency))
    return rounded if abs(amount - rounded) <= _NOISE else None


def shared_out(amounts: Sequence[Decimal], currency: str) -> list[Decimal] | None:
    """The amounts in the currency's decimals, with the same sum; None when that sum is finer.

    What is exact stays. The others are rounded down, and the cents that are left go to those that lost most by it.
    """
    exact = [in_cents(amount, currency) for amount in amounts]
    parts = [place for place, whole in enumerate(exact) if whole is None]
    total = in_cents(sum((amounts[place] for place in parts), start=Decimal(0)), currency)
    if total is None:
        return None
    cent = Decimal(1).scaleb(-decimals(currency))
    shares = {place: amounts[place].quantize(cent, rounding=ROUND_FLOOR) for place in parts}
    left = int((total - sum(shares.values(), start=Decimal(0))) / cent)
    for place in sorted(parts, key=lambda place: shares[place] - amounts[place])[:left]:
        shares[place] += cent
    return [shares[place] if whole is None else whole for place, whole in enumerate(exact)]
