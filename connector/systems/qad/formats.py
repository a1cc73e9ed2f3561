"""How an instance writes days and numbers: what its connection says, and what can be told without it.

An instance may show both as the Progress session behind its interface does (``-d`` and ``-yy``; ``-E`` for decimal
commas). Days that begin with a year of four digits and JSON numbers mean the same everywhere. Every other text is read
as the connection's ``dates`` and ``decimals`` say; without these, only when it can be read in one way.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo


class Order(StrEnum):
    """In which order the parts of a day are written."""

    ISO = "iso"
    MDY = "mdy"
    DMY = "dmy"
    YMD = "ymd"


class Decimals(StrEnum):
    """What stands before the decimals; the other sign may group thousands."""

    POINT = "point"
    COMMA = "comma"


_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Formats:
    """What a connection says about its instance; None = it does not say."""

    dates: Order | None = None
    decimals: Decimals | None = None
    #: in which times of change are written
    zone: ZoneInfo = _UTC


UNSAID = Formats()
_TIME = r"(?:[T ].*)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/.-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT_YEAR_FIRST = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}", re.ASCII)
_PARTS = re.compile(rf"(\d{{1,4}})([/.-])(\d{{1,2}})\2(\d{{1,4}}){_TIME}", re.ASCII)
_COMPACT = re.compile(rf"(\d{{6}}|\d{{8}}){_TIME}", re.ASCII)
_SHORT_YEAR, _LONG_YEAR, _MOST_DIGITS = 2, 4, 2
#: Progress reads two-digit years from 1950 on (its default -yy)
_CENTURY = 1950
#: years anybody means; what has others is read in another order
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_GROUPED = {
    Decimals.POINT: re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII),
    Decimals.COMMA: re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?", re.ASCII),
}
_WITH_COMMA = re.compile(r"[+-]?(\d+(,\d*)?|,\d+)", re.ASCII)
_EITHER_WAY = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_WITH_POINT = re.compile(r"[+-]?(\d+\.\d*|\.\d+)", re.ASCII)


@lru_cache(maxsize=4096)  # many documents have the same few days
def day(text: str, order: Order | None) -> dt.date | None:
    """The calendar day a text names, never moved by a time zone; None when it names none, or not for certain."""
    found = days(text)
    if Order.ISO in found:
        return found[Order.ISO]
    if order is not None:
        return found.get(order)
    possible = set(found.values())
    return possible.pop() if len(possible) == 1 else None


def days(text: str) -> dict[Order, dt.date]:
    """The day a text names in each order it can be read in; only ``iso`` when it begins with a year of four digits."""
    spelled = text.strip()
    if match := _YEAR_FIRST.fullmatch(spelled):
        named = _date(match[1], match[3], match[4])
        return {Order.ISO: named} if named else {}
    if (match := _COMPACT_YEAR_FIRST.fullmatch(spelled)) and (named := _date(match[1], match[2], match[3])):
        return {Order.ISO: named}
    found = {order: _date(*parts) for order, parts in _parts(spelled).items()}
    return {order: one for order, one in found.items() if one is not None}


def _parts(spelled: str) -> dict[Order, tuple[str, str, str]]:
    """Year, month and day in each order, as texts."""
    if match := _PARTS.fullmatch(spelled):
        first, second, third = match[1], match[3], match[4]
        year_first, year_last = (first, second, third), (first, second, third)
    elif match := _COMPACT.fullmatch(spelled):
        digits, year = match[1], len(match[1]) - 4
        year_first = digits[:year], digits[year : year + 2], digits[year + 2 :]
        year_last = digits[:2], digits[2:4], digits[4:]
    else:
        return {}
    return {
        Order.MDY: (year_last[2], year_last[0], year_last[1]),
        Order.DMY: (year_last[2], year_last[1], year_last[0]),
        Order.YMD: year_first,
    }


def _date(year: str, month: str, number: str) -> dt.date | None:
    if len(year) not in (_SHORT_YEAR, _LONG_YEAR) or len(month) > _MOST_DIGITS or len(number) > _MOST_DIGITS:
        return None
    full = int(year) if len(year) == _LONG_YEAR else _four_digits(int(year))
    try:
        found = dt.date(full, int(month), int(number))
    except ValueError:
        return None
    return found if _FIRST_YEAR <= full <= _LAST_YEAR else None


def _four_digits(year: int) -> int:
    century = _CENTURY - _CENTURY % 100
    return century + year + (100 if year < _CENTURY % 100 else 0)


def number(text: str, decimals: Decimals | None) -> Decimal | None:
    """The number a text names; None when it names none, or not for certain (``1.234`` of an unknown instance)."""
    spelled = text.strip()
    if decimals is None and _EITHER_WAY.fullmatch(spelled):
        return None
    if decimals is not None and _GROUPED[decimals].fullmatch(spelled):
        spelled = spelled.replace("," if decimals is Decimals.POINT else ".", "").replace(",", ".")
    elif decimals is Decimals.COMMA:
        if not _WITH_COMMA.fullmatch(spelled):
            return None
        spelled = spelled.replace(",", ".")
    try:
        return Decimal(spelled)
    except InvalidOperation:
        return None


def unread(text: str) -> str:
    """What ``number`` refused, as nobody can misread it later: ``1.234 or 1234``; what is no number as it is."""
    return f"{text} or {text.replace('.', '')}" if _WITH_POINT.fullmatch(text) else text
