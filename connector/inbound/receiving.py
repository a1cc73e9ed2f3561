"""``/receive/<connection>``: documents that systems post. One is stored before it is answered.

Anybody can call this address with anything. Nothing of it is kept before its connection's system has said who sent it,
and the name of a connection is no secret that this address would tell.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from connector.domain.errors import ConnectorError
from connector.domain.harmless import harmless
from connector.inbound import paths
from connector.inbound.bodies import UnreadError, Why, reading
from connector.inbound.bounds import LEAST_UNREADABLE, MOST_UNREADABLE, Failures, Room
from connector.inbound.deadlines import peer_of
from connector.inbound.hints import Forwarding
from connector.ports import Arrived, Hint, Kept, Proof, TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from connector.ports import Message, Receiver, Reply

_log = logging.getLogger(__name__)

#: a body that takes longer to arrive is given up
PATIENCE_SECONDS = 60.0
#: documents that are looked at at once: a tree of one may take many times its own room
_AT_ONCE = 2
_LONGEST_NAME = 63
_LATER = {"Retry-After": "60"}
_UNABLE = "Not stored: this address cannot take documents now; send it again later."


class NobodyError(Exception):
    """There is no such connection, or it is sent nothing."""


class _RefusedError(Exception):
    def __init__(self, response: Response, why: str) -> None:
        super().__init__(why)
        self.response, self.why = response, why


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A connection that takes documents."""

    name: str
    receiver: Receiver
    keep: Callable[[Message, bytes], Kept]


@dataclass(frozen=True, kw_only=True)
class Inlet:
    """What documents come in by."""

    #: opens a connection by its name; raises NobodyError
    opened: Callable[[str], Opened]
    #: has the flows that read an entity from a connection polled after so many seconds
    read_soon: Callable[[str, str, float], int]
    failures: Failures = field(default_factory=Failures)
    #: what they have sent that nobody can read: no guess, but work
    unreadable: Failures = field(default_factory=lambda: Failures(MOST_UNREADABLE))
    room: Room = field(default_factory=Room)


def add(app: FastAPI, inlet: Inlet, *, certificate_header: str = "") -> None:
    """Add the route; ``certificate_header`` is as for webhooks."""
    failures, room, looking = inlet.failures, inlet.room, asyncio.Semaphore(_AT_ONCE)
    forwarding = Forwarding(lambda hint, after: inlet.read_soon(hint.company, hint.entity, after))

    @app.post(paths.receive("{connection}"))
    async def received(connection: str, request: Request) -> Response:
        name, who = connection[:_LONGEST_NAME], request.client.host if request.client else ""
        about = {"connection": harmless(name), "peer": peer_of(request.client)}
        size = 0
        try:
            _admit(request, often=failures.too_many(who, name) or inlet.unreadable.too_many(who, name))
            door = await _open(inlet.opened, connection)
            async with _whole(request, door.receiver, room) as body:
                size, arrived = len(body), _arrived(request, bytes(body), certificate_header)
                async with looking:
                    reply, message = await run_in_threadpool(_take, door, arrived)
        except _RefusedError as refused:
            if refused.response.status_code == HTTPStatus.UNAUTHORIZED:
                failures.note(who, name)
            _log.warning("receive.refused", extra={"why": refused.why, **about})
            return refused.response
        except TurnedAwayError as turned:
            if turned.proof is Proof.FAILED:
                failures.note(who, name)
            elif turned.proof is Proof.UNREADABLE:
                inlet.unreadable.note(who, name, max(size, LEAST_UNREADABLE))
            _log.warning("receive.turned_away", extra={"why": turned.why, **about})
            return _answer(turned.reply)
        if message is not None and not message.problem:
            for entity in sorted(message.read_by or {message.entity} - {""}):
                await _forward(forwarding, Hint(door.name, entity))
        return _answer(reply)


def _admit(request: Request, *, often: bool) -> None:
    if often:
        raise _RefusedError(_later("Too many documents were turned away; send it again."), "too many were turned away")
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        said = _said("Refused: send the document as it is, not compressed.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        raise _RefusedError(said, "it is compressed")


async def _open(opened: Callable[[str], Opened], name: str) -> Opened:
    try:
        return await run_in_threadpool(opened, name)
    except NobodyError as nobody:
        said = _said("Refused: this address does not know you.", HTTPStatus.UNAUTHORIZED)
        raise _RefusedError(said, str(nobody)) from None
    except ConnectorError as error:
        raise _RefusedError(_later(_UNABLE), error.message) from None


@asynccontextmanager
async def _whole(request: Request, receiver: Receiver, room: Room) -> AsyncIterator[bytearray]:
    try:
        async with reading(request, most=receiver.most_bytes, seconds=PATIENCE_SECONDS, room=room) as body:
            yield body
    except UnreadError as unread:
        raise _unread(unread.why, receiver) from None
    except ClientDisconnect:
        raise _RefusedError(_said("Refused: it is not whole.", HTTPStatus.BAD_REQUEST), "they hung up") from None


def _unread(why: Why, receiver: Receiver) -> _RefusedError:
    if why is Why.LONG:
        return _RefusedError(_answer(receiver.too_long()), "too long")
    if why is Why.CROWDED:
        return _RefusedError(_answer(receiver.unable(None), _LATER), "too much is being sent at once")
    return _RefusedError(_later("The document took too long to arrive; send it again."), "it took too long to arrive")


def _arrived(request: Request, body: bytes, certificate_header: str) -> Arrived:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in request.headers.items():
        headers[name] = (*headers.get(name, ()), value)
    # Of one that the proxy let through beside its own, nobody knows which is which.
    passed = headers.get(certificate_header.lower(), ()) if certificate_header else ()
    return Arrived(body=body, headers=headers, certificate=passed[0] if len(passed) == 1 else "")


def _take(door: Opened, arrived: Arrived) -> tuple[Reply, Message | None]:
    """Have a document looked at and stored: what is answered, and what it is; raises TurnedAwayError."""
    receiver, about = door.receiver, {"connection": door.name}
    try:
        message = receiver.read(arrived)
        kept = door.keep(message, arrived.body)
        reply = receiver.reply(arrived, message, kept)
    except TurnedAwayError:
        raise
    except ConnectorError as error:
        _log.error("receive.not_stored", extra={"error": error.in_full, **about})
        return receiver.unable(arrived), None
    except Exception:  # a mistake of ours costs its sender nothing: it is sent again
        _log.exception("receive.failed", extra=about)
        return receiver.unable(arrived), None
    told = _log.warning if message.problem or kept in {Kept.OTHER, Kept.DOUBTED} else _log.info
    told("receive.stored", extra={**about, "entity": message.entity, "id": message.id, "kept": kept.name.lower()})
    return reply, message


async def _forward(forwarding: Forwarding, hint: Hint) -> None:
    try:
        await run_in_threadpool(forwarding.take, hint)
    except ConnectorError as error:  # it is stored: the poll comes on its schedule
        _log.warning("receive.not_forwarded", extra={"error": error.in_full, "connection": hint.company})


def _said(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{sentence}\n", status_code=status, media_type="text/plain", headers=headers)


def _later(sentence: str) -> Response:
    """Nothing is known of the document: whoever speaks cXML never sends again what was answered by a 4xx."""
    return _said(sentence, HTTPStatus.SERVICE_UNAVAILABLE, _LATER)


def _answer(reply: Reply, headers: dict[str, str] | None = None) -> Response:
    # Starlette would add a charset of its own to a media type.
    told = {"Content-Type": reply.content_type, **(headers or {})}
    return Response(reply.body, status_code=reply.status, headers=told)
