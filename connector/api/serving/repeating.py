"""A change that carries an ``Idempotency-Key`` is done once, however often it is sent."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from connector.api.serving.problems import Problem
from connector.operations.accounts import idempotency

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from connector.api.serving.callers import Caller

HEADER, AGAIN = "Idempotency-Key", "Idempotency-Replayed"
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: what is kept of an answer's headers
_KEPT = ("content-type", "location")
#: nothing was done, and may be asked for again with the same key
_NOTHING_DONE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})


async def once(request: Request, body: bytes, answered: Callable[[], Awaitable[Response]]) -> Response:
    """Answer a change; with a key that was answered before, in the same words. Raises Problem, ConnectorError."""
    key = request.headers.get(HEADER)
    if key is None:
        return await answered()
    if not _KEY.fullmatch(key):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"An {HEADER} is a UUID of your own, as `uuidgen` makes one.",
            kind="invalid-request",
        )
    caller = cast("Caller", request.state.caller)
    about = (request.method.encode(), request.url.path.encode(), request.url.query.encode(), body)
    begun = await run_in_threadpool(idempotency.begin, caller.operator, caller.bearer.operator_id, key, *about)
    if begun.answer is not None:
        kept = begun.answer
        return Response(kept["body"], status_code=kept["status"], headers={**kept["headers"], AGAIN: "true"})
    response = await answered()
    if response.status_code in _NOTHING_DONE:
        await run_in_threadpool(idempotency.forget, caller.operator, begun.number)
    else:
        headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
        said = {"status": response.status_code, "headers": headers, "body": bytes(response.body).decode()}
        await run_in_threadpool(idempotency.end, caller.operator, begun.number, said)
    return response
