"""``/``: is all well, what needs me, what moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.console.serving.answers import Answer, Page
from connector.operations.health import overview

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk
    from connector.operations.health.overview import Overview


def add(desk: Desk) -> None:
    """Add this page."""
    desk.page("/")(_today)


def _today(asked: Asked) -> Answer:
    seen = overview.look(asked.operator)
    state, sentence = sentence_of(seen)
    return Page(
        template="today.html", title="Today", shows={"seen": seen, "state": state, "sentence": sentence}, live=True
    )


def sentence_of(seen: Overview) -> tuple[str, str]:
    """All of it in one sentence, and how it is."""
    needing = sum(lane.needs for lane in seen.lanes)
    ill = [one.name for one in seen.ill if one.status in {"stopped", "ping failed", "offered"}]
    failed = [lane.flow.full_name for lane in seen.lanes if lane.state == "failed"]
    parts = []
    if needing:
        parts.append("1 document needs you" if needing == 1 else f"{needing:,} documents need you")
    if ill:
        parts.append(f"{ill[0]} is not let in" if len(ill) == 1 else f"{len(ill)} connections are not let in")
    if failed:
        parts.append("1 flow could not read" if len(failed) == 1 else f"{len(failed)} flows could not read")
    if seen.machinery:
        parts.append("the workers are not heard")
    if parts:
        said = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
        return "bad", f"{said[0].upper()}{said[1:]}; everything else flows."
    if not any(lane.flow.enabled for lane in seen.lanes):
        return "quiet", "Nothing runs yet."
    waiting = sum(lane.waiting for lane in seen.lanes)
    if waiting:
        waits = "1 document waits" if waiting == 1 else f"{waiting:,} documents wait"
        return "good", f"Nothing needs you; {waits} for something outside."
    return "good", "Everything flows."
