"""What a program sends: JSON, not too much of it, and not too slowly."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.api.serving import texts
from connector.api.serving.problems import Problem

if TYPE_CHECKING:
    from starlette.requests import Request

#: a file of codes is the most that anybody sends
MOST_BYTES = 4 * 1024 * 1024
_PATIENCE_SECONDS = 30.0


async def read(request: Request) -> bytes:
    """The whole body; raises Problem for one that is too long, too slow, or no JSON by its own word."""
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Problem(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        f"A request holds {MOST_BYTES // 1024 // 1024} MiB at most; send it in several.",
                    )
    except TimeoutError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive; send it again.") from None
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.strip().lower().removeprefix("charset=").strip('"')
    if body and (kind.strip().lower() != "application/json" or charset not in {"", "utf-8"}):
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON in UTF-8, with the header Content-Type: application/json."
        )
    if body:
        texts.check(_json(body))
    return bytes(body)


def _json(body: bytearray) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "That is no JSON in UTF-8.") from None
