"""``/webhooks/<system>``: who sent an event is checked, and it brings a poll; nothing else is taken from it."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from connector.domain.errors import ConnectorError
from connector.inbound import paths
from connector.inbound.bodies import UnreadError, Why, reading
from connector.inbound.deadlines import peer_of
from connector.inbound.hints import Forwarding, Seen
from connector.inbound.signature import genuine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from fastapi import FastAPI

    from connector.ports import Hint, Subscribing

_log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
#: an event that takes longer to arrive is given up
PATIENCE_SECONDS = 10.0
_LONGEST_ID = 64


class RefusedError(Exception):
    """An event that is not taken; SAP, for one, does not send it again after a 4xx other than 401, 403 and 429."""

    def __init__(self, why: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(why)
        self.why, self.status = why, status


def add(
    app: FastAPI,
    sender: Subscribing,
    *,
    keys: Sequence[RSAPublicKey],
    bring_forward: Callable[[Hint, float], int],
    certificate_header: str,
) -> None:
    """Add the route of one system, with what it remembers of the events that came.

    ``certificate_header`` holds the common name of the client certificate, as a proxy that checked it passes it on.
    """
    events = sender.events
    forwarding, seen = Forwarding(bring_forward), Seen()

    def understood(request: Request, body: bytes) -> Hint | None:
        # As a list: one that the proxy let through beside its own makes two.
        if certificate_header and request.headers.getlist(certificate_header) != [events.certificate]:
            raise RefusedError(f"the client certificate is not {sender.title}'s")
        if not genuine(body, request.headers.get(events.signature, ""), keys):
            raise RefusedError(f"the signature is not {sender.title}'s")
        try:
            return events.read(parsed(body))
        except (ValueError, RecursionError):
            raise RefusedError("the event is not JSON that can be written down") from None

    @app.post(paths.webhook(sender.name))
    async def received(request: Request) -> Response:
        body = b""
        try:
            async with reading(request, most=MOST_BYTES, seconds=PATIENCE_SECONDS) as read:
                body = bytes(read)
            hint = understood(request, body)
        except (RefusedError, UnreadError) as error:
            refused = error if isinstance(error, RefusedError) else _UNREAD[error.why]
            where = {"peer": peer_of(request.client), "event_id": claimed_id(body)}
            _log.warning("webhook.refused", extra={"why": refused.why, **where})
            return Response(f"Refused: {refused.why}.\n", status_code=refused.status, media_type="text/plain")
        if hint is not None and seen.is_new(body):
            try:
                await run_in_threadpool(forwarding.take, hint)
            except ConnectorError as error:
                # The poll comes on its schedule anyway; an answer that asks for a retry would only add to the trouble.
                seen.forget(body)
                _log.warning("webhook.not_forwarded", extra={"error": error.in_full})
        return Response(status_code=202)


_UNREAD = {
    Why.LONG: RefusedError("the event is too long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    Why.SLOW: RefusedError("the event took too long to arrive", HTTPStatus.REQUEST_TIMEOUT),
    Why.CROWDED: RefusedError("too much is being sent at once", HTTPStatus.SERVICE_UNAVAILABLE),
}


def parsed(body: bytes) -> Any:  # noqa: ANN401 - JSON can be anything
    """The event; raises ValueError or RecursionError for what is no JSON, too deep, or no text that can be stored."""
    event = json.loads(body)
    json.dumps(event, ensure_ascii=False).encode()  # half a character is fine in JSON, and nowhere else
    return event


def claimed_id(body: bytes) -> str:
    """The id that an event claims to have, whoever sent it; empty when it has none that could be looked for."""
    try:
        event = parsed(body)
    except (ValueError, RecursionError):
        return ""
    found = event.get("id") if isinstance(event, dict) else None
    return found if isinstance(found, str) and found.isprintable() and len(found) <= _LONGEST_ID else ""
