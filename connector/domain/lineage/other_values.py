"""Other values for a field, the nearest to what it says first: the first that is taken shows what depends on it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(.*)", re.DOTALL)
_CURRENCY = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,12})?")
#: of several decimals, so that no step is lost in rounding
_CURRENCIES = ("USD", "EUR", "GBP")
_FLAGS = {"true": "false", "false": "true", "Y": "N", "N": "Y", "yes": "no", "no": "yes"}
#: of a field that says nothing, and of which nobody knows what it would say
_FILLED = ("X9", "7", "2026-11-05", True)
_EXPECTED = re.compile(r"(?:but|should be) (?:one of )?([^.;]{3,400}) (?:is|are) expected")


def others(value: object) -> Iterator[Any]:
    """Values of the same kind."""
    if isinstance(value, bool):
        yield not value
    elif value is None or value == "":
        yield from _FILLED
    elif isinstance(value, int | Decimal):
        yield from _numbers(Decimal(value), type(value))
    elif isinstance(value, str):
        yield from _texts(value)
    elif isinstance(value, list | tuple):
        yield [*value, "X9"]
        yield []


def number(value: object) -> Decimal | None:
    """The number that a field says, as one or in words; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            return None
        return Decimal(value)
    except InvalidOperation:
        return None


def like(value: object, amount: Decimal) -> object:
    """The number as the field says numbers."""
    if isinstance(value, str):
        return format(amount, "f")
    return int(amount) if isinstance(value, int) and amount == int(amount) else amount


def taught(refusal: str) -> tuple[str, ...]:
    """The values that a refusal says it would have taken: "but one of INVOICE, CREDITNOTE is expected"."""
    found = _EXPECTED.search(refusal)
    words = re.split(r", | or ", found[1]) if found else []
    return tuple(word for word in words if word and " " not in word)


def _numbers(value: Decimal, kind: type) -> Iterator[Any]:
    for other in (value + 1, value - 1, value * 2, value + 10):
        yield int(other) if kind is int else other


def _texts(value: str) -> Iterator[str]:
    if value in _FLAGS:
        yield _FLAGS[value]
    if found := _DAY.fullmatch(value):
        for days in (1, -1, 31):
            try:
                yield (dt.date.fromisoformat(found[1]) + dt.timedelta(days=days)).isoformat() + found[2]
            except (ValueError, OverflowError):
                continue
        return
    if _CURRENCY.fullmatch(value):
        yield from (other for other in _CURRENCIES if other != value)
    amount = number(value)
    if amount is not None:
        yield from (format(other, "f") for other in _numbers(amount, Decimal))
        return
    for place in (len(value) - 1, 0):
        yield value[:place] + _other_sign(value[place]) + value[place + 1 :]
    yield f"{value}9"
    yield value[:-1]
    parts = value.split(";")
    for place in range(len(parts) - 1):  # a row of a crosswalk may say several things
        yield ";".join([*parts[:place], f"{parts[place]}9", *parts[place + 1 :]])


def _other_sign(sign: str) -> str:
    if sign.isdecimal() and sign.isascii():
        return str((int(sign) + 1) % 10)
    return "Q" if sign.upper() != "Q" else "R"
