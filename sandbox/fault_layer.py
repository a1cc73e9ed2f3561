"""The layer around a simulator that delays, refuses, garbles and cuts off: it works on the wire and knows no system."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sandbox.faults import Fault, Faults

CONTROL: Final = "/_sandbox"
BEFORE: Final = frozenset({"401", "429", "503"})
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_HTML: Final = b"<html><head><title>Gateway</title></head><body><h1>Something went wrong</h1></body></html>"
_REASONS: Final = {
    "401": "The access token is invalid or has expired.",
    "429": "Too many requests.",
    "503": "Service temporarily unavailable.",
}


class FaultLayer:
    """An ASGI layer. ``/_sandbox`` is always fair; every other request meets the latency and perhaps a fault.

    Effects are decided by the order of things: a fault "before" never calls the simulator; a fault "after" lets the
    simulator finish and keeps its answer back.
    """

    def __init__(self, app: ASGIApp, *, faults: Faults, latency_ms: int) -> None:
        self._app = app
        self._faults = faults
        self._latency = latency_ms / 1000
        self._closing = asyncio.Event()
        self.requests = 0

    def close(self) -> None:
        """Let go of every answer that is being held, because the server stops."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or let something happen to it."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        send = _dated(send)
        self.requests += 1
        if self._latency:
            await self._hold(self._latency)
        fault = self._faults.next(method=scope["method"], path=scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind in BEFORE:
            await _read(receive)
            await _refuse(fault, send)
        elif fault.kind == "says":
            await _read(receive)
            kind = b"text/html" if fault.body.startswith("<") else b"application/json"
            await _answer(send, status=200, headers=[(b"content-type", kind)], body=fault.body.encode())
        elif fault.kind == "reset-before":
            await _read(receive)  # a client still sending would see a broken pipe or a plain end, depending on luck
            await _reset(scope, receive)
        else:
            await self._after(fault, scope, receive, send)

    async def _after(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await _run(self._app, scope, await _read(receive))
        replaced = self._faults.replaced
        if fault.kind == "slow":
            await self._hold(fault.seconds, replaced.wait())
            for message in answer:
                await send(message)
        elif fault.kind == "malformed":
            await _garble(answer, send, html=self._faults.injected["malformed"] % 2 == 0)
        else:
            if fault.kind == "timeout":
                await self._hold(fault.seconds, replaced.wait(), _gone(receive))
            await _reset(scope, receive)

    async def _hold(self, seconds: float, *sooner: Coroutine[Any, Any, object]) -> None:
        """Wait, but not longer than the server lives, nor until any of what may come ``sooner``."""
        ends = [asyncio.ensure_future(end) for end in (self._closing.wait(), *sooner)]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)


def _dated(send: Send) -> Send:
    """Say the time with each answer that does not say one itself: a simulated system may have a clock of its own."""

    async def dated(message: Message) -> None:
        headers = list(message.get("headers", ()))
        if message["type"] == "http.response.start" and not any(name.lower() == b"date" for name, _ in headers):
            message = {**message, "headers": [*headers, (b"date", formatdate(usegmt=True).encode())]}
        await send(message)

    return dated


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


async def _run(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    answer: list[Message] = []
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: Message) -> None:
        answer.append(message)

    await app(scope, receive, keep)
    return answer


async def _refuse(fault: Fault, send: Send) -> None:
    headers = [(b"content-type", b"application/json")]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode()))
    body = json.dumps({"error": _REASONS[fault.kind]}).encode()
    await _answer(send, status=int(fault.kind), headers=headers, body=body)


async def _garble(answer: list[Message], send: Send, *, html: bool) -> None:
    kind = b"text/html" if html else b"application/json"
    whole = b"".join(message.get("body", b"") for message in answer)
    # Half of an empty body would be an honest empty answer, so there is always at least an opening brace.
    body = _HTML if html else (whole[: len(whole) // 2] or b"{")
    await _answer(send, status=200, headers=[(b"content-type", kind)], body=body)


async def _answer(send: Send, *, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _reset(scope: Scope, receive: Receive) -> None:
    """Cut the TCP connection with RST, as a crashing gateway does, and wait until the server has noticed."""
    transport: asyncio.Transport = scope["state"]["transport"]
    with contextlib.suppress(OSError):  # the client may have left first
        # With a linger time of zero, close() throws unsent data away and sends RST instead of a polite FIN.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
