"""Single values as cXML writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.money import decimals
from connector.xml.writing import element

if TYPE_CHECKING:
    from lxml import etree


def number(value: object) -> str:
    """An exact number; a stored one is its digits."""
    found = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{found:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def money(value: object, currency: str) -> etree._Element:
    """An amount with at least its currency's decimals; a price may have more."""
    whole, _, fraction = number(value).partition(".")
    fraction = fraction.ljust(decimals(currency), "0")
    return element("Money", f"{whole}.{fraction}" if fraction else whole, currency=currency)


def days_beginning(day: str) -> str | None:
    """A day as a moment: midnight UTC; None where there is none."""
    return f"{day[:10]}T00:00:00+00:00" if day else None
