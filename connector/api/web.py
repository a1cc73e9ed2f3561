"""Adds the API to the process that others reach over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.api.rooms import (
    audit,
    connections,
    dead_letters,
    flows,
    integrations,
    operators,
    overview,
    records,
    runs,
)
from connector.api.serving.callers import Callers, Pace
from connector.api.serving.service import Service

if TYPE_CHECKING:
    from fastapi import FastAPI

    from connector.operations.operator import Operator


def add(
    app: FastAPI,
    operator: Operator,
    *,
    long_wait: dt.timedelta = dt.timedelta(days=3),
    silent_after: dt.timedelta = dt.timedelta(minutes=2),
    pace: Pace | None = None,
) -> Service:
    """Add everything below ``/api``; an operator's programs are answered at this ``pace``."""
    service = Service(Callers(operator, pace))
    overview.add(service, silent_after=silent_after, long_wait=long_wait)
    for rooms in (connections, integrations, flows, runs, records, dead_letters, audit, operators):
        rooms.add(service)
    app.mount("/api", service.app)
    return service
