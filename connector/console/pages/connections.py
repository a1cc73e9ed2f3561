"""``/connections``: are we let in, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector import registry
from connector.console.drawing.spelling import plain
from connector.console.serving.answers import Answer, Onward, Page
from connector.console.serving.typed_again import typed_again
from connector.domain.errors import ConnectorError
from connector.domain.role import Role
from connector.domain.sentence import many
from connector.operations.health.overview import title
from connector.operations.setup import (
    accepting,
    connections,
    expiry,
    filling_in,
    handing_over,
    ping,
    ping_job,
    pinging,
    stopping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.console.serving.desk import Asked, Desk

PLACE = "/connections"
_ONE = f"{PLACE}/{{connection}}"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_list)
    desk.page(_ONE)(_show)
    desk.change(f"{_ONE}/ping", role=Role.OPERATOR)(_ping)
    desk.result(ping_job.KIND, "ping.html", _pinged, role=Role.VIEWER)
    desk.change(f"{_ONE}/stop", role=Role.OPERATOR)(_stop)
    desk.change(f"{_ONE}/resume", role=Role.OPERATOR)(_resume)
    desk.change(f"{_ONE}/accept", role=Role.ADMIN)(_accept)
    desk.change(f"{_ONE}/remove", role=Role.ADMIN)(_remove)


def _list(asked: Asked) -> Answer:
    wanted = asked.query("q").strip().casefold()
    found = [(one, title(one.system)) for one in connections.list_(asked.operator)]
    shown = [(one, called) for one, called in found if wanted in f"{one.name} {called} {one.status}".casefold()]
    return Page(
        template="connections.html",
        title="Connections",
        shows={
            "connections": shown,
            "wanted": asked.query("q"),
            "systems": filling_in.systems(),
            "markets": handing_over.systems(),
        },
        live=True,
    )


def _show(asked: Asked) -> Answer:
    found = connections.get(asked.operator, asked.path("connection"))
    try:
        ends = expiry.lapses_at(asked.operator, found.name, found.system)
    except ConnectorError:  # it says itself what is wrong with it
        ends = None
    return Page(
        template="connection.html",
        title=found.name,
        shows={
            "connection": found,
            "called": title(found.system),
            "config": list(_flat(found.config)),
            "overrides": list(_flat(found.overrides)),
            "ends": ends,
            "report": ping.found(asked.operator, found.name),
            "takes": registry.receiving(found.system) is not None,
            "changeable": filling_in.has_form(found.system),
        },
    )


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in sorted(values.items()):
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", plain(value)


def _ping(asked: Asked) -> Answer:
    name = asked.path("connection")
    job = ping_job.begin(asked.operator, name, place=f"{PLACE}/{name}")
    return Onward(place=f"/jobs/{job}")


def _pinged(_: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**found, "report": pinging.opened(found["report"])}


def _stop(asked: Asked) -> Answer:
    stopped = stopping.stop(asked.operator, asked.path("connection"), asked.field("why"))
    return Onward(place=f"{PLACE}/{stopped.name}", said=f"Nothing uses {stopped.name} until somebody resumes it.")


def _resume(asked: Asked) -> Answer:
    name = asked.path("connection")
    released = stopping.resume(asked.operator, name)
    gone = f" {many(released, 'document goes on', 'documents go on')}." if released else ""
    return Onward(place=f"{PLACE}/{name}", said=f"{name} is used again.{gone}")


def _accept(asked: Asked) -> Answer:
    name = asked.path("connection")
    accepted = accepting.accept(asked.operator, name, asked.field("name").strip())
    return Onward(place=f"{PLACE}/{accepted.name}", said=f"{accepted.name} is accepted: an integration may use it.")


def _remove(asked: Asked) -> Answer:
    name = asked.path("connection")
    typed_again(name, asked.field("name"))
    gone = connections.remove(asked.operator, name)
    with_it = f" {many(gone, 'message', 'messages')} that it was sent went with it." if gone else ""
    return Onward(place=PLACE, said=f"{name} is removed, and its credentials are forgotten.{with_it}")
