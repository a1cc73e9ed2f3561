"""Adds the console to the process that others reach over HTTP."""

from __future__ import annotations

import datetime as dt
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from connector.console.accounts import entrance, own, people_page
from connector.console.month_end import acting, flow_page, overview_page
from connector.console.pages import (
    code_files,
    codes,
    connection_forms,
    connections,
    correcting,
    document,
    documents,
    flow_settings,
    flows,
    handing_over,
    integrations,
    jobs,
    letters,
    messages,
    reapplying,
    runs,
    today,
    trials,
    work,
)
from connector.console.serving import files
from connector.console.serving.desk import Desk
from connector.console.settings import alerts_page, channels_page, system_page
from connector.console.trail import events_page, seals_page
from connector.operations.health import machinery

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.requests import Request

    from connector.operations.accounts.provider import Provider
    from connector.operations.operator import Operator


def add(
    app: FastAPI,
    operator: Operator,
    *,
    public_url: str = "",
    long_wait: dt.timedelta = dt.timedelta(days=3),
    silent_after: dt.timedelta = dt.timedelta(minutes=2),
    provider: Provider | None = None,
    flower: Callable[[], str] = lambda: "",
    kept_days: tuple[int, int] = (0, 0),
) -> Desk:
    """Add all pages; ``public_url`` is where people reach them, empty where they do so on this machine.

    What waits for longer than ``long_wait`` is said to, and so is a queue that is silent for longer than that.
    People may sign in with a ``provider``, too. ``flower`` says where Flower is, ``kept_days`` for how long documents
    and records are kept, 0 for good.
    """
    known = files.load()
    desk = Desk(app, operator, known, public_url=public_url.rstrip("/"))
    app.add_route(files.PLACE, partial(files.answer, known), methods=["GET"], include_in_schema=False)
    entrance.add(desk, provider)
    for rooms in (
        documents,
        correcting,
        flows,
        connection_forms,
        connections,
        letters,
        messages,
        codes,
        code_files,
        jobs,
        own,
        people_page,
    ):
        rooms.add(desk)
    for rooms in (overview_page, flow_page, acting, events_page, seals_page):
        rooms.add(desk)
    for more in (flow_settings, handing_over, integrations, reapplying, runs, trials):
        more.add(desk)
    document.add(desk, public_url.rstrip("/"))
    today.add(desk, silent_after)
    work.add(desk, long_wait)
    alerts_page.add(desk, long_wait)
    channels_page.add(desk, public_url.rstrip("/"))
    look = partial(machinery.look, silent_after=silent_after, documents_days=kept_days[0], records_days=kept_days[1])
    system_page.add(desk, look, flower)

    async def nowhere(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        if "text/html" in request.headers.get("accept", ""):
            return await run_in_threadpool(desk.nowhere, request)
        return PlainTextResponse(f"{HTTPStatus(status).phrase}\n", status_code=status)

    app.add_exception_handler(HTTPStatus.NOT_FOUND, nowhere)
    return desk
