"""How single values of a Concur document are read, where Concur spells them in its own way.

Seen in SAP's own documents: amounts as ``10``, as ``50.00000000`` and as ``0E-8``; flags as ``Y`` and ``N``; lists that
are null or hold a single object without its brackets; dates as moments. Invoices write days as ``MM/DD/YYYY``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from connector.reading import fields

#: numbers that went through binary floating point on SAP's side come with its noise far behind the point
_NOISE_BEGINS = 12
_DIGITS = 60
_LONGEST = 64
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .{1,20})?", re.ASCII)
_FLAGS = {"Y": True, "N": False, "1": True, "0": False}


def amount(value: object) -> Decimal:
    """An exact number; digits after the twelfth decimal are noise and are rounded away."""
    number = _number(value)
    if number is None or not number.is_finite() or number.adjusted() > _LONGEST:
        return fields.amount(value)
    with localcontext(prec=_DIGITS + _LONGEST):
        if -int(number.as_tuple().exponent) > _NOISE_BEGINS:
            number = number.quantize(Decimal(1).scaleb(-_NOISE_BEGINS), rounding=ROUND_HALF_EVEN)
        return _plain(fields.amount(number))


def _plain(number: Decimal) -> Decimal:
    """The same number without zeros behind the point that mean nothing: SAP writes eight decimals of anything."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else Decimal(text)


def _number(value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def flag(value: object) -> bool:
    """Y or N; also JSON true and false and their words."""
    known = _FLAGS.get(value.strip().upper()) if isinstance(value, str) and len(value) <= _LONGEST else None
    return fields.flag(value) if known is None else known


def day(value: object) -> dt.date | None:
    """A day as ``YYYY-MM-DD`` with or without a time, or as ``MM/DD/YYYY``; None when absent."""
    american = _AMERICAN.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None
    if american is None:
        return fields.day(value)
    month, day_of_month, year = american.groups()
    return fields.day(f"{year}-{month:0>2}-{day_of_month:0>2}")


def many(value: object) -> object:
    """A list; null is an empty one, and a single object is a list of it. Anything else goes on to the complaint."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, Mapping) else value


#: more rows than any real document has at one level; a payload with more is broken
MOST_ROWS = 10_000

Flag = Annotated[bool, BeforeValidator(fields.or_default(flag, default=False))]
Amount = Annotated[Decimal, BeforeValidator(amount)]
AmountOrNothing = Annotated[Decimal, BeforeValidator(fields.or_default(amount, default=Decimal(0)))]
AmountOrNone = Annotated[Decimal | None, BeforeValidator(fields.or_default(amount, default=None))]
Day = Annotated[dt.date | None, BeforeValidator(day)]

R = TypeVar("R")
Rows = Annotated[tuple[R, ...], BeforeValidator(many), Field(max_length=MOST_ROWS)]

NOTHING = Decimal(0)
