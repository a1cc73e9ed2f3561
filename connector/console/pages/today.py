"""``/``: is all well, what needs me, what moves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connector.console.pages import first_steps
from connector.console.serving.answers import Answer, Page
from connector.console.serving.cookies import zone
from connector.domain.sentence import capital, many
from connector.operations.health import activity, overview

if TYPE_CHECKING:
    import datetime as dt

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.health.overview import Overview


_WINDOW = "24h"
#: how ``activity.WINDOWS`` are called
_WINDOWS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}
#: what is said of connections, by how they are
_TROUBLED = {
    "stopped": ("{} is stopped", "{} connections are stopped"),
    "ping failed": ("the ping of {} failed", "{} pings failed"),
    "offered": ("{} waits to be accepted", "{} companies wait to be accepted"),
}


def add(desk: Desk, silent_after: dt.timedelta) -> None:
    """Add this page; a queue that is silent for longer is said to be."""
    desk.page("/")(partial(_today, silent_after))


def _today(silent_after: dt.timedelta, asked: Asked) -> Answer:
    seen = overview.look(asked.operator, silent_after)
    state, sentence = sentence_of(seen)
    window = asked.query("over") if asked.query("over") in activity.WINDOWS else _WINDOW
    spans = activity.look(asked.operator, window, zone(asked.request))
    shows = {
        "seen": seen,
        "state": state,
        "sentence": sentence,
        "spans": spans,
        "total": activity.total(spans),
        "windows": _WINDOWS,
        "window": window,
        "steps": first_steps.of(seen),
    }
    return Page(template="today.html", title="Today", shows=shows, live=True)


def sentence_of(seen: Overview) -> tuple[str, str]:
    """All of it in one sentence, and how it is."""
    needing = sum(lane.needs for lane in seen.lanes)
    parts = []
    if needing:
        parts.append(many(needing, "document needs you", "documents need you"))
    for status, (one, more) in _TROUBLED.items():
        if found := seen.with_status(status):
            parts.append(one.format(found[0]) if len(found) == 1 else more.format(len(found)))
    failed = sum(lane.state == "failed" for lane in seen.lanes)
    if failed:
        parts.append("1 flow could not read" if failed == 1 else f"{failed} flows could not read")
    said = " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
    if seen.machinery:
        return "bad", f"Something stands still here{'; ' if said else ''}{said}."
    if said:
        return "bad", f"{capital(said)}; everything else flows."
    if not any(lane.flow.enabled for lane in seen.lanes):
        return "quiet", "Nothing runs yet."
    waiting = sum(lane.waiting for lane in seen.lanes)
    if waiting:
        waits = many(waiting, "document waits", "documents wait")
        return "good", f"Nothing needs you; {waits} for something outside."
    return "good", "Everything flows."
