"""What a program sends: JSON, not too much of it, and not too slowly."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.api.serving import texts
from connector.api.serving.problems import Problem
from connector.inbound import bodies as inbound
from connector.inbound.bodies import ROOM, UnreadError, Why

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

#: a file of codes is the most that anybody sends
MOST_BYTES = 4 * 1024 * 1024
_PATIENCE_SECONDS = 30.0


@asynccontextmanager
async def reading(request: Request) -> AsyncIterator[bytes]:
    """The whole body, held as long as it is worked with; raises Problem for what is not read, or no JSON."""
    try:
        async with inbound.reading(request, most=MOST_BYTES, seconds=_PATIENCE_SECONDS, room=ROOM) as body:
            _check(request, body)
            yield bytes(body)
    except UnreadError as error:
        raise Problem(*_UNREAD[error.why]) from None


_UNREAD = {
    Why.LONG: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"A request holds {MOST_BYTES // 1024 // 1024} MiB at most; send it in several.",
    ),
    Why.SLOW: (HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive; send it again."),
    Why.CROWDED: (HTTPStatus.SERVICE_UNAVAILABLE, "Too much is being sent at once; send it again in a moment."),
}


def _check(request: Request, body: bytearray) -> None:
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.strip().lower().removeprefix("charset=").strip('"')
    if body and (kind.strip().lower() != "application/json" or charset not in {"", "utf-8"}):
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON in UTF-8, with the header Content-Type: application/json."
        )
    if body:
        texts.check(_json(body))


def _json(body: bytearray) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "That is no JSON in UTF-8.") from None
