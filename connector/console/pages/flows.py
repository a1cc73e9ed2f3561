"""``/flows``: do they run as they should, and letting them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector import registry
from connector.console.pages.flow_settings import coming, name_of
from connector.console.serving.answers import Answer, Onward, Page
from connector.console.serving.cookies import zone
from connector.domain.role import Role
from connector.domain.sentence import capital
from connector.operations.giving_reasons import reason
from connector.operations.health import overview
from connector.operations.setup import flows, integrations
from connector.operations.work import runs

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/flows"
_ONE = f"{PLACE}/{{integration}}/{{flow}}"
_RUNS = 20


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_list)
    desk.page(_ONE)(_show)
    desk.change(f"{_ONE}/enable", role=Role.OPERATOR)(_enable)
    desk.change(f"{_ONE}/disable", role=Role.OPERATOR)(_disable)
    desk.change(f"{_ONE}/hold", role=Role.OPERATOR)(_hold)
    desk.change(f"{_ONE}/run", role=Role.OPERATOR)(_run)


def _list(asked: Asked) -> Answer:
    wanted = asked.query("q").strip().casefold()
    lanes = [
        lane
        for lane in overview.look(asked.operator).lanes
        if wanted in f"{lane.flow.full_name} {lane.title} {lane.state}".casefold()
    ]
    shows = {"lanes": lanes, "wanted": asked.query("q"), "kinds": integrations.offered()}
    return Page(template="flows.html", title="Flows", shows=shows, live=True)


def _show(asked: Asked) -> Answer:
    flow = flows.get(asked.operator, name_of(asked))
    known = registry.flow(flow.name)
    lane = overview.lane(asked.operator, flow)
    options = [
        (name, flow.options.get(name, offered.default), name in flow.options, offered.help)
        for name, offered in known.options.items()
    ]
    notes = [*known.changes, *flows.unchecked(asked.operator, flow), *flows.lacks(asked.operator, flow)]
    older = flows.otherwise(asked.operator, [flow]).get(flow.id, 0)
    return Page(
        template="flow.html",
        title=f"{known.title} · {flow.integration}",
        shows={
            "lane": lane,
            "flow": flow,
            "known": known,
            "schedule": capital(lane.schedule),
            "coming": coming(flow.schedule, flow.timezone, dt.datetime.now(dt.UTC)),
            "elsewhere": flow.timezone != zone(asked.request).key,
            "lag": overview.lag(asked.operator, flow),
            "options": options,
            "notes": notes,
            "older": flows.loaded_otherwise(flow, older) if older else None,
            "runs": runs.newest(asked.operator, flow.full_name, most=_RUNS),
        },
        live=True,
    )


def _enable(asked: Asked) -> Answer:
    changed = flows.switch(asked.operator, name_of(asked), enabled=True, why=reason(asked.field("why")))
    return Onward(place=_place(asked), said=f"{changed.full_name} runs by its schedule from now on.")


def _disable(asked: Asked) -> Answer:
    changed = flows.switch(asked.operator, name_of(asked), enabled=False, why=reason(asked.field("why")))
    left = f" What is under way goes on ({changed.under_way})." if changed.under_way else ""
    return Onward(place=_place(asked), said=f"{changed.full_name} starts no more runs.{left}")


def _hold(asked: Asked) -> Answer:
    held = flows.hold(asked.operator, name_of(asked), asked.field("why"))
    return Onward(place=_place(asked), said=f"Nothing of {held.full_name} moves until somebody switches it on.")


def _run(asked: Asked) -> Answer:
    started = runs.start(asked.operator, name_of(asked))
    said = "A run was queued already." if started.again else "A run is queued; it begins within a second."
    return Onward(place=_place(asked), said=said)


def _place(asked: Asked) -> str:
    return f"{PLACE}/{name_of(asked)}"
