"""Connections that end by themselves: a refresh token that nobody uses is worth nothing after its time."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConnectorError
from connector.operations.check import Check, Health, ok, warning, wrong
from connector.ports import Lapsing
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Desk

_log = logging.getLogger(__name__)

#: a person needs this long to find somebody who may reconnect the company
WARN_BEFORE = dt.timedelta(weeks=4)


def lapses_at(desk: Desk, name: str, system_name: str) -> dt.datetime | None:
    """When a connection ends unless it is used before; None when it does not, or was never logged in."""
    system = registry.system(system_name)
    if not isinstance(system, Lapsing):
        return None
    return system.lapses_at(desk.application.open_connection(name).tokens.current())


def check(desk: Desk, name: str, system_name: str, *, now: dt.datetime) -> Check | None:
    """A line of ``doctor``; None for connections that do not end by themselves."""
    ends = lapses_at(desk, name, system_name)
    if ends is None:
        return None
    what, left = f"connection {name}", (ends - now).days
    advice = (
        "Press Connect in the App Center; where that does not lead here, give its request token to "
        f"`ml-connector connection connect {name}`."
    )
    if ends <= now:
        return wrong(what, f"its refresh token lapsed on {ends:%Y-%m-%d}", advice)
    if ends - now < WARN_BEFORE:
        return warning(what, f"its refresh token lapses in {left} days, on {ends:%Y-%m-%d}", advice)
    return ok(what, f"its refresh token is good until {ends:%Y-%m-%d}")


def warn_of_lapses(desk: Desk) -> int:
    """Log an alert for every connection that lapses soon; returns how many there are."""
    with desk.transaction() as tx:
        connections = ledger.connections.listed(tx)
    alerts = 0
    for connection in connections:
        try:
            found = check(desk, connection.name, connection.system, now=dt.datetime.now(dt.UTC))
        except ConnectorError as error:
            _log.warning("connection.not_looked_at", extra={"connection": connection.name, "error": error.message})
            continue
        if found is not None and found.health is not Health.OK:
            alerts += 1
            evidence = {"connection": connection.name, "found": found.found, "advice": found.advice}
            _log.error("connection.lapses", extra=evidence)
    return alerts
