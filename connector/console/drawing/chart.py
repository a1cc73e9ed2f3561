"""What was read as a chart: a bar for each span, and in it what has ended, what waits and what needs somebody."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.console.drawing.spelling import Speller
    from connector.operations.health.activity import Span

_WIDTH, _HEIGHT, _SHARE = 960, 120, 0.78
#: what there is of, however little it is, can be seen
_LEAST = 3.0
_DAY = dt.timedelta(hours=23)


def draw(speller: Speller, spans: Sequence[Span]) -> Markup:
    """Draw it for somebody; each bar leads to the documents that it counts, and says what they are."""
    most = max(span.read for span in spans)
    step = _WIDTH / len(spans)
    bars = Markup("").join(_bar(speller, span, number * step, step, most) for number, span in enumerate(spans))
    axis = Markup("").join(
        Markup("<span>{}</span>").format(_when(speller, spans[number]))
        for number in (0, len(spans) // 2, len(spans) - 1)
    )
    label = f"Documents read, at most {speller.number(most)} at a time" if most else "Nothing was read"
    return Markup(
        '<div class="chart"><span class="most">{}</span>'
        '<svg role="group" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
        '<div class="axis" aria-hidden="true">{}</div></div>'
    ).format(speller.number(most) if most else "", label, _WIDTH, _HEIGHT, bars, axis)


def documents(since: dt.datetime, until: dt.datetime) -> str:
    """Where the documents are that were read between two moments."""
    spelled = {"since": since.isoformat(timespec="minutes"), "until": until.isoformat(timespec="minutes")}
    return f"/documents?{urlencode(spelled)}"


def _bar(speller: Speller, span: Span, left: float, step: float, most: int) -> Markup:
    if not span.read:
        return Markup("")
    bottom, parts = float(_HEIGHT), []
    for look, number in (("good", span.ended), ("waiting", span.waits), ("bad", span.needs)):
        if number:
            height = max(_HEIGHT * number / most, _LEAST)
            bottom -= height
            parts.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    look, left, max(bottom, 0), step * _SHARE, height
                )
            )
    told = _told(speller, span)
    return Markup('<a href="{}" tabindex="-1" aria-label="{}"><title>{}</title>{}</a>').format(
        documents(span.since, span.until), told, told, Markup("").join(parts)
    )


def _told(speller: Speller, span: Span) -> str:
    counts = [
        f"{speller.number(number)} {word}"
        for word, number in (("ended", span.ended), ("wait", span.waits), ("need you", span.needs))
        if number
    ]
    return f"{_when(speller, span)}: {speller.number(span.read)} read, {', '.join(counts)}"


def _when(speller: Speller, span: Span) -> str:
    there, today = span.since.astimezone(speller.zone), speller.now.astimezone(speller.zone).date()
    day = "today" if there.date() == today else f"{there:%a} {there.day} {there:%b}"
    return day if span.until - span.since >= _DAY else f"{day} {there:%H:%M}"
