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
    flows,
    jobs,
    letters,
    today,
    work,
)
from connector.console.serving import files
from connector.console.serving.desk import Desk
from connector.console.settings import alerts_page, channels_page, system_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.requests import Request

    from connector.operations.operator import Operator


def add(
    app: FastAPI,
    operator: Operator,
    *,
    public_url: str = "",
    long_wait: dt.timedelta = dt.timedelta(days=3),
    silent_after: dt.timedelta = dt.timedelta(minutes=2),
    flower: Callable[[], str] = lambda: "",
) -> Desk:
    """Add all pages; ``public_url`` is where people reach them, empty where they do so on this machine.

    What waits for longer than ``long_wait`` is said to, and so is a queue that is silent for longer than that.
    ``flower`` says where Flower is.
    """
    known = files.load()
    desk = Desk(app, operator, known, public_url=public_url.rstrip("/"))
    app.add_route(files.PLACE, partial(files.answer, known), methods=["GET"], include_in_schema=False)
    for rooms in (
        entrance,
        documents,
        document,
        correcting,
        flows,
        connection_forms,
        connections,
        letters,
        codes,
        code_files,
        jobs,
        own,
        people_page,
    ):
        rooms.add(desk)
    for rooms in (overview_page, flow_page, acting):
        rooms.add(desk)
    today.add(desk, silent_after)
    work.add(desk, long_wait)
    alerts_page.add(desk, long_wait)
    channels_page.add(desk, public_url.rstrip("/"))
    system_page.add(desk, silent_after, flower)

    async def nowhere(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        if "text/html" in request.headers.get("accept", ""):
            return await run_in_threadpool(desk.nowhere, request)
        return PlainTextResponse(f"{HTTPStatus(status).phrase}\n", status_code=status)

    app.add_exception_handler(HTTPStatus.NOT_FOUND, nowhere)
    return desk
