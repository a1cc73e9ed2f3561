"""HTTP/1.1 as cheap as it gets: one process, one thread, no framework, connections kept alive.

A request costs about as much as it does a bare aiohttp handler, so that a benchmark measures whoever asks.
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: method, path without query, its parameters, body; returns a status and the JSON
    Handler = Callable[[str, str, Mapping[str, str], bytes], "Answer"]

#: status, JSON, seconds it takes
Answer = tuple[int, bytes, float]
_END = b"\r\n\r\n"
_REASONS = {200: b"200 OK", 404: b"404 Not Found", 503: b"503 Service Unavailable"}


class _Connection(asyncio.Protocol):
    """One client; its next request is read when it has its answer, as HTTP/1.1 wants it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._read = b""
        self._busy = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing read."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came, and answer when it is a whole request."""
        self._read += data
        self._go_on()

    def _go_on(self) -> None:
        head, end, rest = self._read.partition(_END)
        if self._busy or not end:
            return
        length = _length(head)
        if len(rest) < length:
            return
        self._read = rest[length:]
        method, _, target = head.partition(b"\r\n")[0].rpartition(b" ")[0].decode("latin-1").partition(" ")
        path, _, query = target.partition("?")
        status, body, seconds = self._handler(method, path, parameters(query), rest[:length])
        self._busy = True
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._answer, status, body)
        else:
            self._answer(status, body)

    def _answer(self, status: int, body: bytes) -> None:
        self._busy = False
        assert self._transport is not None
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % (_REASONS[status], len(body)) + body)
        self._go_on()


def parameters(query: str) -> dict[str, str]:
    """Return the parameters of a query or of a form, each once."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


def _length(head: bytes) -> int:
    place = head.lower().find(b"\r\ncontent-length:")
    return int(head[place + 17 :].partition(b"\r\n")[0]) if place >= 0 else 0


def serve(handler: Handler, announce: Callable[[int], None]) -> None:
    """Serve on a free loopback port until SIGTERM; ``announce`` is told the port."""
    asyncio.run(_serve(handler, announce))


async def _serve(handler: Handler, announce: Callable[[int], None]) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: _Connection(handler), "127.0.0.1", 0, backlog=512)
    announce(server.sockets[0].getsockname()[1])
    await stopped.wait()
    server.close()
