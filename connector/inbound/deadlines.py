"""Who connects and does not say what they want is not waited for, and takes nothing from those who watch us.

uvicorn bounds how long a connection may be idle, but not how long the head of a request may take, nor a body that
nobody reads any more, nor how long our answers may stay unread. And where too many connections are open it refuses
everybody, the one who asks for our health as well: here who says nothing, or does not listen, makes room for who does.
A request of which two parties could think that it ends in different places is refused, and nothing behind it on its
connection is looked at.
"""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from connector.inbound import paths

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

_log = logging.getLogger(__name__)

#: from the connection, or the last answer on it, until the last line of a request's head
HEAD_SECONDS = 10.0
#: in which so much of our answers must be read that the next can be written
UNREAD_SECONDS = 30.0


_arrivals = itertools.count()


class Deadlined(H11Protocol):
    """uvicorn's own, with a deadline for heads, and one for answers that are not read.

    ``limit_concurrency`` counts requests that are there as a whole, but for ``/healthz``. Of more connections than
    that, the one that has kept us waiting for longest is ended.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._arrived = 0
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self.app = _Bounded(self.app, self.connections, self._most)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()
        self._make_room()

    @property
    def waits(self) -> bool:
        """Whether the other side has not said yet what it wants, or not all of it, or does not read our answers."""
        began: RequestResponseCycle | None = getattr(self, "cycle", None)  # uvicorn's own begins as None
        return began is None or began.response_complete or began.more_body or self.flow.write_paused

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head_is_there()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for them to read what was answered."""
        super().pause_writing()
        self._is_read()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._give_up, "answers were not read")

    def resume_writing(self) -> None:
        """They have read enough."""
        self._is_read()
        super().resume_writing()

    def handle_events(self) -> None:
        """Take what came; a request that begins has its head."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._head_is_there()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request; what is left of this one counts as waiting."""
        self._await_head()
        super().on_response_complete()

    def _await_head(self) -> None:
        self._head_is_there()
        self._arrived = next(_arrivals)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _head_is_there(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _make_room(self) -> None:
        if self._most is None or len(self.connections) <= self._most:
            return
        others = (one for one in self.connections if isinstance(one, Deadlined) and one is not self)
        waiting = [one for one in others if one.waits and not one.transport.is_closing()]
        if waiting:
            min(waiting, key=lambda one: one._arrived)._give_up("others came, and no request had")  # noqa: SLF001 - one of us

    def _give_up(self, why: str = "no request arrived in time") -> None:
        _log.warning("http.given_up", extra={"why": why, "peer": peer_of(self.client)})
        self.transport.abort()


def peer_of(client: tuple[str, int] | None) -> str:
    """Who is at the other end, for the log."""
    return ("{}:{}".format(*client) if client[1] else client[0]) if client else "unknown"


_LENGTHS = {b"content-length", b"transfer-encoding"}


class _Bounded:
    """Refuses requests while too many are being answered, but for the one that asks for our health.

    And those that say in two ways where they end: a proxy in front may have believed the other one.
    """

    def __init__(self, app: ASGIApp, connections: Collection[object], most: int | None) -> None:
        self._app, self._connections, self._most = app, connections, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if {name for name, _ in scope.get("headers", ())} >= _LENGTHS:
            _log.warning("http.two_lengths", extra={"peer": peer_of(scope.get("client"))})
            sentence = "A request says how long it is in one way, by Content-Length or by Transfer-Encoding.\n"
            await PlainTextResponse(sentence, status_code=400, headers={"Connection": "close"})(scope, receive, send)
            return
        answered = sum(not one.waits for one in self._connections if isinstance(one, Deadlined))
        if self._most is None or answered <= self._most or scope.get("path") == paths.HEALTH:
            await self._app(scope, receive, send)
            return
        _log.warning("http.crowded", extra={"requests": answered, "peer": peer_of(scope.get("client"))})
        crowded = PlainTextResponse("Too many requests are being answered; try again later.\n", status_code=503)
        await crowded(scope, receive, send)
