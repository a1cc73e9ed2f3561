"""What moved lately: how many documents were read in each hour or day, and what became of them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from connector.operations.operator import Operator

#: window -> how many spans, and how many hours each has
WINDOWS: Final = {"24h": (24, 1), "7d": (56, 3), "30d": (30, 24)}


@dataclass(kw_only=True)
class Span:
    """What was read between two moments."""

    since: dt.datetime
    until: dt.datetime
    read: int = 0
    waits: int = 0
    needs: int = 0

    @property
    def ended(self) -> int:
        """What has come to its end: done, but also left out, rejected or replaced."""
        return max(self.read - self.waits - self.needs, 0)


def look(operator: Operator, window: str, zone: ZoneInfo) -> list[Span]:
    """The spans of one of ``WINDOWS``, the oldest first; days and hours are those of a time zone."""
    number, hours = WINDOWS[window]
    with operator.transaction() as tx:
        spans = _spans(tx.now.astimezone(zone), number, hours)
        arrived = ledger.arrivals.arrived(tx, spans[0].since)
        stays = ledger.arrivals.stays(tx, [span.since for span in spans])
    for one in arrived:
        span = _holding(spans, one.hour)
        span.read += one.documents
    for rest in stays:
        spans[rest.span].waits, spans[rest.span].needs = rest.waits, rest.needs
    return spans


def total(spans: Sequence[Span]) -> Span:
    """All of them together."""
    whole = Span(since=spans[0].since, until=spans[-1].until)
    for span in spans:
        whole.read += span.read
        whole.waits += span.waits
        whole.needs += span.needs
    return whole


def _spans(now: dt.datetime, number: int, hours: int) -> list[Span]:
    """The newest one holds this moment; they begin at hours of the day that ``hours`` divides."""
    last = now.replace(hour=now.hour - now.hour % hours, minute=0, second=0, microsecond=0)
    ends = [(last - dt.timedelta(hours=hours) * back).astimezone(dt.UTC) for back in range(number - 1, -2, -1)]
    return [Span(since=since, until=until) for since, until in pairwise(ends)]


def _holding(spans: Sequence[Span], hour: dt.datetime) -> Span:
    """Where zones are half an hour apart, an hour belongs where it begins; the ledger gives none before the first."""
    return spans[max(bisect_right(spans, hour, key=lambda span: span.since) - 1, 0)]
