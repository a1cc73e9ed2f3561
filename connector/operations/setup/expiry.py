"""Connections that end by themselves: a refresh token that nobody uses is worth nothing after its time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector import registry
from connector.operations.check import ok, warning, wrong
from connector.ports import Lapsing

if TYPE_CHECKING:
    from connector.operations.check import Check
    from connector.operations.operator import Operator

#: a person needs this long to find somebody who may reconnect the company
WARN_BEFORE = dt.timedelta(weeks=4)


def lapses_at(operator: Operator, name: str, system_name: str) -> dt.datetime | None:
    """When a connection ends unless it is used before; None when it does not, or was never logged in."""
    system = registry.system(system_name)
    if not isinstance(system, Lapsing):
        return None
    return system.lapses_at(operator.application.open_connection(name).tokens.current())


def check(
    operator: Operator, name: str, system_name: str, *, now: dt.datetime, before: dt.timedelta = WARN_BEFORE
) -> Check | None:
    """A line of ``doctor``; None for connections that do not end by themselves."""
    ends = lapses_at(operator, name, system_name)
    if ends is None:
        return None
    what, left = f"connection {name}", (ends - now).days
    advice = (
        "Press Connect in the App Center; where that does not lead here, give its request token to "
        f"`ml-connector connection connect {name}`."
    )
    if ends <= now:
        return wrong(what, f"its refresh token lapsed on {ends:%Y-%m-%d}", advice)
    if ends - now < before:
        return warning(what, f"its refresh token lapses in {left} days, on {ends:%Y-%m-%d}", advice)
    return ok(what, f"its refresh token is good until {ends:%Y-%m-%d}")
