"""Whether an invoice adds up: its lines, its charges, and the total when one is given."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.iso import decimals
from sandbox.jaggaer.shape import Node, RefusedError
from sandbox.jaggaer.wire import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.jaggaer.options import Options
    from sandbox.jaggaer.tenant import InvoiceLine

_OTHERS: Final = ("taxCharge2", "shippingCharge", "handlingCharge")
_DIGITS: Final = 100  # more than any product or sum of what a message may hold: nothing is rounded unasked


@dataclass(frozen=True, kw_only=True)
class Charges:
    """What a header adds to its lines, as bare numbers, and the total it claims (both assumed for the import)."""

    tax: Decimal
    others: Decimal
    claimed: Decimal | None

    @classmethod
    def read(cls, head: Node, currency: str, options: Options) -> Charges:
        """Read the charges of a header; raise RefusedError for an amount that its currency does not have."""
        amounts = _charges(head, currency, options)
        name = "grandTotal" if head.has("grandTotal") else "total"
        claimed = head.money(name, options.total_as) if head.has(name) else None
        if claimed is not None and claimed.currency not in ("", currency):
            raise RefusedError(f"the total is in {claimed.currency}, the lines are in {currency}.")
        for name, amount in {**amounts, **({} if claimed is None else {"total": claimed.amount})}.items():
            if amount != rounded(amount, currency):
                raise RefusedError(f"{name} {amount} has more decimals than {currency} has.")
        others = sum((amounts[name] for name in _OTHERS), -amounts["discountAmount"])
        return cls(tax=amounts["taxCharge1"], others=others, claimed=claimed.amount if claimed else None)


def stated_currency(head: Node, options: Options) -> str:
    """The currency of an invoice whose lines name none; raise RefusedError when nothing does."""
    if head.has("currency"):
        return head.text("currency")
    name = "grandTotal" if head.has("grandTotal") else "total"
    if currency := head.money(name, options.total_as).currency if head.has(name) else "":
        return currency
    raise RefusedError("the invoice names no currency.")


def _charges(head: Node, currency: str, options: Options) -> dict[str, Decimal]:
    """What the header adds, by our names; as fees the charges are rows of a list that names them."""
    given = {name: head for name in ("taxCharge1", *_OTHERS, "discountAmount") if head.has(name)}
    fees: dict[str, Decimal] = {}
    shape = options.charges_as
    if shape == "fee":
        fees = {row.text("name"): row.number("fee") for row in head.rows("miscFeeList", "miscFee")}
        if unlisted := sorted(set(given) & set(_OTHERS)):
            raise RefusedError(f"{', '.join(unlisted)} must be in miscFeeList.")
    elif head.has("miscFeeList"):
        raise RefusedError("this tenant takes no miscFeeList.")
    amounts = {name: head.money(name, "number" if shape == "fee" else shape) for name in given}
    for name, amount in amounts.items():
        if amount.currency not in ("", currency):
            raise RefusedError(f"{name} is in {amount.currency}, the lines are in {currency}.")
    read = {name: amount.amount for name, amount in amounts.items()}
    return {**dict.fromkeys(("taxCharge1", *_OTHERS, "discountAmount"), Decimal(0)), **read, **_known(fees)}


def _known(fees: dict[str, Decimal]) -> dict[str, Decimal]:
    if unknown := sorted(set(fees) - set(_OTHERS)):
        raise RefusedError(f"there is no fee {', '.join(unknown)}; there are {', '.join(_OTHERS)}.")
    return fees


def agreed_total(lines: Sequence[InvoiceLine], charges: Charges, currency: str) -> Decimal:
    """Return the invoice's total; raise RefusedError when the one claimed is no sum that the lines can give.

    A unit price may be finer than the currency, so what lines add up to depends on how halves are rounded, and on
    whether each line or only the sum is: any of these will do, and none of them forgives a real difference.
    """
    with localcontext(prec=_DIGITS):
        extra = charges.tax + charges.others
        up = sum((rounded(line.amount, currency) for line in lines), extra)
        down = sum((rounded(line.amount, currency, ROUND_HALF_DOWN) for line in lines), extra)
        at_the_end = rounded(sum((line.amount for line in lines), extra), currency)
    if charges.claimed is None:
        return up
    if not min(up, down) <= charges.claimed <= max(up, down) and charges.claimed != at_the_end:
        raise RefusedError(
            f"the invoice does not add up: lines and charges make {plain(up)} {currency}, "
            f"the total says {plain(charges.claimed)}."
        )
    return charges.claimed


def rounded(amount: Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to what the currency has."""
    with localcontext(prec=_DIGITS):
        return amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=rounding)
