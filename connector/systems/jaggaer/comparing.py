"""How what JAGGAER has differs from what we would send, in one sentence; empty when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from connector.domain.money import decimals
from connector.reading import values

if TYPE_CHECKING:
    from connector.systems.jaggaer.names import Names

_EXACT = 100


def fields(ours: Mapping[str, Any], theirs: Mapping[str, Any], *, skip: frozenset[str] = frozenset()) -> str:
    """Compare plain fields. One that JAGGAER does not show counts as different: it may be the one that changed."""
    differing = [name for name, value in ours.items() if name not in skip and _differ(value, theirs.get(name))]
    return f"{', '.join(sorted(differing))} in JAGGAER are not what is sent." if differing else ""


def _differ(ours: object, theirs: object) -> bool:
    """Objects field by field, everything else by its text."""
    if isinstance(ours, Mapping):
        return not isinstance(theirs, Mapping) or bool(fields(ours, theirs))
    return values.text(ours) != values.text(theirs)


def invoice(body: Mapping[str, Any], header: Mapping[str, Any], *, names: Names) -> str:
    """Compare type, currency and total of an invoice."""
    kind, theirs = body["header"].get("invoiceType"), header.get(names("invoices", "type"))
    if not values.same_word(kind, theirs):
        return f"it is of type {values.text(theirs) or 'unknown'} there and {kind} here."
    currency, total = our_total(body)
    shown = values.at(header, names("invoices", "total"))
    their_total = values.number(shown.get("value", shown.get("money")) if isinstance(shown, Mapping) else shown)
    their_currency = values.text(shown.get("currency")) if isinstance(shown, Mapping) else currency
    if their_total is None:
        return f"JAGGAER shows no total for it, ours is {total:f} {currency}."
    if their_currency != currency:
        return f"it is in {their_currency or 'no currency'} there and in {currency} here."
    if their_total != total:
        return f"its total is {their_total:f} {currency} there and {total:f} {currency} here."
    return ""


def our_total(body: Mapping[str, Any]) -> tuple[str, Decimal]:
    """The total the flow states; without one what JAGGAER works out from quantities, prices and tax."""
    header, lines = body["header"], body["lines"]
    stated = header.get("grandTotal") or header.get("total")
    if isinstance(stated, Mapping):
        return values.text(stated.get("currency")), values.number(stated.get("money")) or Decimal(0)
    currency = values.text(values.at(lines[0], "unitPrice.currency")) if lines else ""
    with localcontext(prec=_EXACT):
        total = values.number(header.get("taxCharge1")) or Decimal(0)
        for line in lines:
            quantity = values.number(line.get("quantity")) or Decimal(0)
            total += quantity * (values.number(values.at(line, "unitPrice.money")) or Decimal(0))
        return currency, round(total, decimals(currency)) if currency else total
