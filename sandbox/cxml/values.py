"""Texts that must be numbers, days or money; what is not is refused with 400."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.cxml.wire import RefusedError

if TYPE_CHECKING:
    from lxml import etree

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
#: digits after the point; all others have two
_DIGITS: Final = {"JPY": 0, "KRW": 0, "CLP": 0, "BHD": 3, "KWD": 3, "TND": 3}


#: attributes that are moments wherever they stand, and the one that may be a day
_MOMENTS: Final = ("timestamp", "orderDate", "effectiveDate", "expirationDate", "pickUpDate", "invoiceDate")
_MAYBE_DAY: Final = "requestedDeliveryDate"
_DAY_LENGTH: Final = 10


def check(root: etree._Element) -> None:
    """Refuse a document with money, days or countries that are none, wherever in it they stand."""
    for one in root.iter():
        if one.tag == "Money":
            _amount(one, "Money")
        for name in _MOMENTS:
            if name in one.attrib:
                moment(one.get(name, ""), name)
        if (day := one.get(_MAYBE_DAY)) is not None:
            moment(f"{day}T00:00:00Z" if len(day) == _DAY_LENGTH and one.tag == "ItemOut" else day, _MAYBE_DAY)
        country = one.get("isoCountryCode")
        if country is not None and not _COUNTRY.fullmatch(country):
            raise RefusedError(400, f"{one.tag!r} is in {country!r}, which is no country.")


def number(value: str, what: str) -> Decimal:
    """Return a decimal number."""
    if not _NUMBER.fullmatch(value.strip()):
        raise RefusedError(400, f"{what} is {value!r}, which is no number.")
    return Decimal(value.strip())


def whole(value: str, what: str) -> int:
    """Return a whole number of 1 or more."""
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise RefusedError(400, f"{what} is {value!r}; it must be a whole number from 1.")
    return int(value)


def moment(value: str, what: str) -> str:
    """Return a moment with its time zone, which cXML requires."""
    try:
        right = _MOMENT.fullmatch(value) and datetime.fromisoformat(value)
    except ValueError:
        right = None
    if not right:
        raise RefusedError(400, f"{what} is {value!r}; it must be a date and time with a time zone.")
    return value


def money(of: etree._Element | None, what: str) -> tuple[Decimal, str]:
    """Return the amount and the currency of the Money inside an element."""
    inside = None if of is None else of.find("Money")
    if inside is None:
        raise RefusedError(406, f"{what} holds no Money.")
    return _amount(inside, what)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to what the currency can be paid in."""
    return amount.quantize(Decimal(1).scaleb(-_DIGITS.get(currency, 2)))


def _amount(inside: etree._Element, what: str) -> tuple[Decimal, str]:
    if not _CURRENCY.fullmatch(currency := inside.get("currency", "")):
        raise RefusedError(400, f"{what} is in {currency!r}, which is no currency.")
    return number(inside.text or "", what), currency
