"""Reading single values of a QAD row. What cannot be read is passed on as it came: the record then says what is wrong.

QAD sends ISO dates with a Z that means nothing (seen in code), some interfaces the Progress display format (MM/DD/YY,
documented; other orders where the session says so), logicals as JSON booleans, times of change as integer seconds of
the day in the server's time zone. ``formats`` knows what can be told from a text.
"""

from __future__ import annotations

import datetime as dt
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from connector.systems.qad import formats
from connector.systems.qad.formats import UNSAID
from connector.systems.qad.shapes import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.systems.qad.formats import Formats

    #: from a raw value to text, Decimal, ISO day as text or bool; None when there is nothing
    Reader = Callable[[object], object]

_EXACT = Context(prec=100)
#: beyond this a number is not an amount, and writing it out could fill the memory
_MOST_DIGITS = 60
_DAY_SECONDS = 86_400
_YES = frozenset(["true", "yes"])
_NO = frozenset(["false", "no"])


def reader(kind: ColumnKind, written: Formats = UNSAID) -> Reader:
    """What reads raw values of a kind."""
    match kind:
        case ColumnKind.AMOUNT:
            return lambda raw: amount(raw, written)
        case ColumnKind.DAY:
            return lambda raw: _iso_day(raw, written)
        case ColumnKind.FLAG:
            return flag
        case ColumnKind.TEXT:
            return text
        case ColumnKind.WORD:
            return word


def text(raw: object) -> object:
    """Text without surrounding blanks; whole numbers as their digits."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool) or raw is None:
        return raw
    if isinstance(raw, Decimal):
        return _written_out(raw)
    return str(raw) if isinstance(raw, (int, float)) else raw


def word(raw: object) -> object:
    """A word of a fixed set, in small letters without blanks: ``Cost Centre`` is ``cost_centre``."""
    found = text(raw)
    return "_".join(found.lower().split()) if isinstance(found, str) else found


def amount(raw: object, written: Formats = UNSAID) -> object:
    """An exact number without trailing zeros, so that 10 and 10.00 are the same amount."""
    if isinstance(raw, bool) or raw is None:
        return raw
    if isinstance(raw, float):
        return str(raw)
    number = raw if isinstance(raw, Decimal) else _number(raw, written)
    if number is None:
        return formats.unread(raw.strip()) or None if isinstance(raw, str) else _as_it_came(raw)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(raw)
    return number.normalize(_EXACT) if number else Decimal(0)


def _number(raw: object, written: Formats) -> Decimal | None:
    if isinstance(raw, str):
        return formats.number(raw, written.decimals)
    try:
        return Decimal(raw)  # type: ignore[arg-type] # a wrong type raises
    except (InvalidOperation, TypeError, ValueError):
        return None


def _written_out(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(number)
    return format(number.normalize(_EXACT), "f")


def day(raw: object, written: Formats = UNSAID) -> dt.date | None:
    """The calendar day a text names, never moved by a time zone; None when it names none, or not for certain."""
    return formats.day(raw, written.dates) if isinstance(raw, str) else None


def _iso_day(raw: object, written: Formats) -> object:
    found = day(raw, written)
    return found.isoformat() if found else _as_it_came(raw)


def flag(raw: object) -> object:
    """A logical; the words of Progress are understood too."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        word = raw.strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
    return _as_it_came(raw)


def moment(date: object, seconds: object, written: Formats = UNSAID) -> dt.datetime | None:
    """When something changed: a day and the seconds since its midnight in the instance's time zone, as UTC.

    Without seconds it is the start of the day: a cursor that compares with ``>=`` then reads the whole day again.
    """
    found = day(date, written)
    if found is None:
        return None
    number = amount(seconds, written)
    passed = int(number) if isinstance(number, Decimal) and 0 <= number < _DAY_SECONDS else 0
    clock = dt.time(passed // 3600, passed // 60 % 60, passed % 60)
    try:
        return dt.datetime.combine(found, clock, written.zone).astimezone(dt.UTC)
    except OverflowError:
        return None


def blank(values: Mapping[str, object]) -> bool:
    """Whether a row says nothing about a line: an outer join fills a missing line with nothing or zero."""
    return all(item in (None, "", 0, False) for item in values.values())


def text_of(row: Mapping[str, object], field: str) -> str:
    """Return a field of a row as text; empty when it says nothing."""
    return str(text(row.get(field)) or "")


def same_code(left: object, right: object) -> bool:
    """QAD compares codes without regard to case."""
    return str(left).casefold() == str(right).casefold()


def _as_it_came(raw: object) -> object:
    if isinstance(raw, str):
        return raw.strip() or None
    return str(raw) if isinstance(raw, (float, Decimal)) else raw
