"""Reads what a request carries: not too much, not too slowly, and of all requests together as much as there is room."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING

from connector.inbound.bounds import Room

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

#: of what people and programs may send much of; the rest is bounded by how many connections there are
ROOM = Room()


class Why(Enum):
    """Why a body is not read."""

    LONG = auto()
    SLOW = auto()
    #: too much is being sent at once
    CROWDED = auto()


class UnreadError(Exception):
    """A body that is not read to its end."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name.lower())
        self.why = why


@asynccontextmanager
async def reading(request: Request, *, most: int, seconds: float, room: Room | None = None) -> AsyncIterator[bytearray]:
    """Read the body, and keep its place in the room as long as it is worked with; raises UnreadError."""
    body = bytearray()
    try:
        await _read(request, body, most, seconds, room)
        yield body
    finally:
        if room is not None:
            room.give_back(len(body))


async def _read(request: Request, body: bytearray, most: int, seconds: float, room: Room | None) -> None:
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > most:
        raise UnreadError(Why.LONG)
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                if len(body) + len(chunk) > most:
                    raise UnreadError(Why.LONG)
                if room is not None and not room.take(len(chunk)):
                    raise UnreadError(Why.CROWDED)
                body += chunk
    except TimeoutError:
        raise UnreadError(Why.SLOW) from None
