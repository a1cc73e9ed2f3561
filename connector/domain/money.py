"""Amounts of money: exact, with their currency, and with the currency's own number of decimals (ISO 4217)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from connector.domain.errors import Malformed

_EXACT = Context(prec=100)
_NO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_FOUR_DECIMALS = frozenset(["CLF", "UYW"])
_CODE_LENGTH = 3


def decimals(currency: str) -> int:
    """How many decimals amounts in this currency have."""
    if currency in _NO_DECIMALS:
        return 0
    if currency in _FOUR_DECIMALS:
        return 4
    return 3 if currency in _THREE_DECIMALS else 2


def spelled(amount: Decimal, currency: str) -> str:
    """An amount as a person writes it: with the currency's decimals, or with all its own when it has more."""
    whole, _, fraction = f"{amount:f}".partition(".")
    padded = fraction.rstrip("0").ljust(decimals(currency), "0")
    return f"{whole}.{padded} {currency}" if padded else f"{whole} {currency}"


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount rounded half up (away from zero) to the currency's decimals; one that has no more is as it was."""
    exact = amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP, context=_EXACT)
    return amount if exact == amount else exact + 0


@dataclass(frozen=True, kw_only=True)
class Money:
    """An exact amount in a currency. Raises Malformed when the amount is finer than the currency allows."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != _CODE_LENGTH or not self.currency.isalpha() or not self.currency.isupper():
            raise Malformed(f"{self.currency!r} is not a currency code; three capital letters are expected.")
        if not self.amount.is_finite():
            raise Malformed(f"{self.amount} is not an amount of money.")
        allowed = decimals(self.currency)
        if self.amount != round(self.amount, allowed):
            raise Malformed(
                f"{self.amount} {self.currency} is finer than the {allowed} decimals {self.currency} has; "
                "correct the amount in the source.",
                amount=str(self.amount),
                currency=self.currency,
            )
