"""What a fresh installation does first, until something runs by its schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.operations.health.overview import Overview

_ENDS = 2


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of them."""

    title: str
    told: str
    done: bool
    #: where it is done, and what is written on the way there
    place: str
    label: str


def of(seen: Overview) -> Sequence[Step]:
    """All of them, those that are done included; none once a flow is switched on."""
    lanes = seen.lanes
    if any(lane.flow.enabled for lane in lanes):
        return ()
    there = len(seen.connections)
    unpinged = [one.name for one in seen.connections if one.pinged_at is None or one.ping_why]
    first = next((lane.flow.full_name for lane in lanes), "")
    ran = any(lane.bars for lane in lanes)
    return (
        Step(
            title="Two connections",
            told=f"{there} of {_ENDS} are there." if 0 < there < _ENDS else "One to each system, with its credentials.",
            done=there >= _ENDS,
            place="/connections",
            label="Add a connection",
        ),
        Step(
            title="Ping them",
            told="Says whether we are let in, and what is missing.",
            done=there >= _ENDS and not unpinged,
            place=f"/connections/{unpinged[0]}" if unpinged else "/connections",
            label=f"Ping {unpinged[0]}" if unpinged else "Connections",
        ),
        Step(
            title="An integration",
            told="Joins the two, and brings its flows, all switched off.",
            done=bool(seen.pairs),
            place="/flows",
            label="Add an integration",
        ),
        Step(
            title="A dry run, then the first documents",
            told="A dry run shows what would be sent, and sends nothing. “Run now” sends it.",
            done=ran,
            place=f"/flows/{first}" if first else "/flows",
            label="Open the first flow",
        ),
        Step(
            title="Switch flows on",
            told="From then on they run by their schedules, in the order in which they depend on each other.",
            done=False,
            place="/flows",
            label="Flows",
        ),
    )
