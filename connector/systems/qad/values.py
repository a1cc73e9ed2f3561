"""Reading single values of a QAD row. What cannot be read is passed on as it came: the record then says what is wrong.

QAD sends ISO dates with a Z that means nothing (seen in code), some interfaces MM/DD/YY (the Progress display format,
documented), logicals as JSON booleans, times of change as integer seconds of the day in the server's time zone.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from connector.systems.qad.shapes import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

_EXACT = Context(prec=100)
#: beyond this a number is not an amount, and writing it out could fill the memory
_MOST_DIGITS = 60
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](.*))?", re.ASCII)
_PROGRESS = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", re.ASCII)
#: Progress reads two-digit years from 1950 on (its default -yy)
_CENTURY = 1950
_DAY_SECONDS = 86_400
_YES = frozenset(["true", "yes"])
_NO = frozenset(["false", "no"])


def value(kind: Kind, raw: object) -> object:
    """Read a raw value as its kind: text, Decimal, ISO day as text, bool; None when there is nothing."""
    match kind:
        case Kind.AMOUNT:
            return amount(raw)
        case Kind.DAY:
            found = day(raw)
            return found.isoformat() if found else _as_it_came(raw)
        case Kind.FLAG:
            return flag(raw)
        case Kind.TEXT:
            return text(raw)
        case Kind.WORD:
            return word(raw)


def text(raw: object) -> object:
    """Text without surrounding blanks; whole numbers as their digits."""
    if isinstance(raw, bool) or raw is None:
        return raw
    if isinstance(raw, Decimal):
        return _written_out(raw)
    if isinstance(raw, int | float):
        return str(raw)
    return raw.strip() if isinstance(raw, str) else raw


def word(raw: object) -> object:
    """A word of a fixed set, in small letters without blanks: ``Cost Centre`` is ``cost_centre``."""
    found = text(raw)
    return "_".join(found.lower().split()) if isinstance(found, str) else found


def amount(raw: object) -> object:
    """An exact number without trailing zeros, so that 10 and 10.00 are the same amount."""
    if isinstance(raw, bool) or raw is None:
        return raw
    if isinstance(raw, float):
        return str(raw)
    try:
        number = Decimal(raw.strip()) if isinstance(raw, str) else Decimal(raw)  # type: ignore[arg-type] # a wrong type raises
    except (InvalidOperation, TypeError, ValueError):
        return _as_it_came(raw)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(raw)
    return number.normalize(_EXACT) if number else Decimal(0)


def _written_out(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(number)
    return format(number.normalize(_EXACT), "f")


def day(raw: object) -> dt.date | None:
    """The calendar day a text names, never moved by a time zone; None when it names none."""
    if not isinstance(raw, str):
        return None
    spelled = raw.strip()
    try:
        if match := _ISO.fullmatch(spelled):
            return dt.date.fromisoformat(match[1])
        if match := _PROGRESS.fullmatch(spelled):
            month, number, year = (int(part) for part in match.groups())
            return dt.date(_four_digits(year) if len(match[3]) == len("26") else year, month, number)
    except ValueError:
        return None
    return None


def _four_digits(year: int) -> int:
    century = _CENTURY - _CENTURY % 100
    return century + year + (100 if year < _CENTURY % 100 else 0)


def flag(raw: object) -> object:
    """A logical; the words of Progress are understood too."""
    if isinstance(raw, str):
        word = raw.strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
    return _as_it_came(raw)


def moment(date: object, seconds: object, zone: ZoneInfo) -> dt.datetime | None:
    """When something changed: a day and the seconds since its midnight in the instance's time zone, as UTC.

    Without seconds it is the start of the day: a cursor that compares with ``>=`` then reads the whole day again.
    """
    found = day(date)
    if found is None:
        return None
    number = amount(seconds)
    passed = int(number) if isinstance(number, Decimal) and 0 <= number < _DAY_SECONDS else 0
    clock = dt.time(passed // 3600, passed // 60 % 60, passed % 60)
    try:
        return dt.datetime.combine(found, clock, zone).astimezone(dt.UTC)
    except OverflowError:
        return None


def blank(values: Mapping[str, object]) -> bool:
    """Whether a row says nothing about a line: an outer join fills a missing line with nothing or zero."""
    return all(item in (None, "", 0, False) for item in values.values())


def _as_it_came(raw: object) -> object:
    if isinstance(raw, str):
        return raw.strip() or None
    return str(raw) if isinstance(raw, float | Decimal) else raw
