"""What the network sends: again and again after a 5xx, never again after a 4xx, and no more after the fifth time."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from sandbox.cxml.wire import RefusedError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.cxml.options import Options

_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_MOST_ANSWER: Final = 1_000_000
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a sandbox's receiver is on loopback


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One document as it travels. ``about`` is what it is: kind and key, for the state endpoint."""

    about: Mapping[str, str]
    payload: str
    body: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back. ``http`` None = nothing; ``code`` None = no cXML."""

    http: int | None
    code: int | None = None
    text: str = ""

    @property
    def outcome(self) -> str:
        """Delivered, refused, or again: where the two levels differ, the worse one counts."""
        if self.http is None or self.http >= _SERVER_ERROR:
            return "again"
        if self.http >= _ERROR:
            return "refused"
        if self.code is None or self.code >= _SERVER_ERROR:
            return "again"
        return "refused" if self.code >= _ERROR else "delivered"


@dataclass(kw_only=True)
class Outbox:
    """Sends letters in order; one that must be sent again holds back no other. Without a receiver they wait."""

    options: Callable[[], Options]
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    _waiting: list[tuple[Letter, dict[str, Any]]] = field(default_factory=list)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)

    def send(self, letter: Letter) -> None:
        """Begin to deliver a letter."""
        note = {**letter.about, "payload": letter.payload, "answers": [], "outcome": "waiting"}
        self.deliveries.append(note)
        self._waiting.append((letter, note))
        if self.options().receiver_url:
            self.flush()

    def flush(self) -> None:
        """Begin to deliver what has waited."""
        waiting, self._waiting = self._waiting, []
        for letter, note in waiting:
            note["outcome"] = "pending"
            task = asyncio.get_running_loop().create_task(self._deliver(letter, note))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _deliver(self, letter: Letter, note: dict[str, Any]) -> None:
        for attempt in range(self.options().attempts):
            if attempt:
                await asyncio.sleep(self.options().retry_seconds)
            async with self._line:
                reply = await asyncio.to_thread(_post, letter, self.options())
            note["answers"].append({"http": reply.http, "status": reply.code, "text": reply.text})
            if reply.outcome != "again":
                note["outcome"] = reply.outcome
                return
        note["outcome"] = "given up"


def _post(letter: Letter, options: Options) -> Reply:
    headers = {"Content-Type": letter.content_type, **options.receiver_headers}
    request = urllib.request.Request(options.receiver_url, data=letter.body, headers=headers, method="POST")  # noqa: S310  checked to be http(s) when it was set
    try:
        with _DIRECT.open(request, timeout=options.timeout) as response:
            return _reply(response.status, response.read(_MOST_ANSWER), response.headers.get("Content-Type", ""))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _reply(refusal.code, refusal.read(_MOST_ANSWER), refusal.headers.get("Content-Type", ""))
    except (OSError, HTTPException):
        return Reply(http=None)


def _reply(http: int, body: bytes, content_type: str) -> Reply:
    try:
        status = read(body, content_type).find("Response/Status")
    except (RefusedError, etree.LxmlError):
        status = None
    code = "" if status is None else status.get("code", "")
    if status is None or not code.isdigit():
        return Reply(http=http)
    return Reply(http=http, code=int(code), text=(status.text or status.get("text") or "").strip())
