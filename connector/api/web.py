"""Adds the API to the process that others reach over HTTP."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from starlette.routing import Mount

from connector.api.rooms import (
    alert_channels,
    alerts,
    audit,
    code_files,
    codes,
    companies,
    connections,
    dead_letters,
    files,
    flows,
    integrations,
    jobs,
    lookups,
    master_data,
    messages,
    operators,
    overview,
    periods,
    reapplying,
    reconciliations,
    records,
    running,
    runs,
    setup,
    sign_offs,
    tokens,
    webhooks,
)
from connector.api.serving.callers import Callers, Pace
from connector.api.serving.service import Service

if TYPE_CHECKING:
    from fastapi import FastAPI

    from connector.operations.operator import Operator

_ROOMS = (
    connections,
    companies,
    webhooks,
    integrations,
    setup,
    codes,
    code_files,
    flows,
    running,
    reapplying,
    runs,
    records,
    lookups,
    dead_letters,
    messages,
    reconciliations,
    master_data,
    periods,
    sign_offs,
    files,
    alerts,
    audit,
    operators,
    tokens,
    jobs,
)


def add(
    app: FastAPI,
    operator: Operator,
    *,
    long_wait: dt.timedelta = dt.timedelta(days=3),
    silent_after: dt.timedelta = dt.timedelta(minutes=2),
    public_url: str = "",
    pace: Pace | None = None,
) -> Service:
    """Add everything below ``/api``; messages lead to ``public_url``, programs are answered at this ``pace``."""
    service = Service(Callers(operator, pace))
    overview.add(service, silent_after=silent_after, long_wait=long_wait)
    alert_channels.add(service, public_url=public_url)
    for rooms in _ROOMS:
        rooms.add(service)
    below = Mount("/api", service.app)
    below.path_regex = re.compile(below.path_regex.pattern, re.DOTALL)  # an address with a line break is ours, too
    app.router.routes.append(below)
    return service
