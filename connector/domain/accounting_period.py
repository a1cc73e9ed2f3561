"""The period that a reconciliation is about: days, both included, in the zone of the flow."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.ASCII | re.IGNORECASE)
_YEAR = re.compile(r"\d{4}", re.ASCII)
#: no books are older or newer, and a calendar ends soon behind that
_OLDEST, _NEWEST = 1900, 9900
_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the first day to the last."""

    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        """As a person says it."""
        return f"{self.first.isoformat()} to {self.last.isoformat()}"

    def __contains__(self, day: dt.date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last

    def begins(self, zone: ZoneInfo) -> dt.datetime:
        """The moment at which it begins in a zone."""
        return dt.datetime.combine(self.first, dt.time(), zone)

    def ends(self, zone: ZoneInfo) -> dt.datetime:
        """The first moment behind it."""
        return dt.datetime.combine(self.last + _A_DAY, dt.time(), zone)


def read(text: str) -> Period:
    """Read ``2026-10``, ``2026-Q4``, ``2026``, ``2026-10-05`` or ``2026-10-01..2026-10-15``; ConfigurationError."""
    spelled = text.strip()
    first, dots, last = spelled.partition("..")
    try:
        begin, end = _days(first.strip())
        if dots:
            _, end = _days(last.strip())
        known = _OLDEST <= begin.year <= _NEWEST and _OLDEST <= end.year <= _NEWEST
    except (ValueError, OverflowError):
        known = False
    if not known:
        raise ConfigurationError(
            f"{text!r} is no period: write a month (2026-10), a quarter (2026-Q4), a year (2026), a day (2026-10-05), "
            "or from one to another (2026-10-01..2026-10-15)."
        )
    if begin > end:
        raise ConfigurationError(f"The period {text!r} ends before it begins.")
    return Period(first=begin, last=end)


def _days(text: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a part; raises ValueError."""
    if _YEAR.fullmatch(text):
        return dt.date(int(text), 1, 1), dt.date(int(text), 12, 31)
    if quarter := _QUARTER.fullmatch(text):
        year, number = int(quarter[1]), int(quarter[2])
        return dt.date(year, 3 * number - 2, 1), _end(year, 3 * number)
    if month := _MONTH.fullmatch(text):
        year, number = int(month[1]), int(month[2])
        return dt.date(year, number, 1), _end(year, number)
    day = dt.date.fromisoformat(text)
    return day, day


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
