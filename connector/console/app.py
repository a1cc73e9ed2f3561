"""The HTTP application: ``/webhooks/concur``, ``/healthz``, ``/readyz``."""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from connector.console.hints import Forwarding, Hint, Seen, read
from connector.console.signature import HEADER, genuine
from connector.domain.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
#: an event that takes longer to arrive is given up
PATIENCE_SECONDS = 10.0
#: the name in SAP Concur's client certificate, as a proxy that checked it passes it on
CERTIFICATE_NAME = "webhook.api.concursolutions.com"


def build(
    *,
    keys: Sequence[RSAPublicKey],
    bring_forward: Callable[[Hint], int],
    ready: Callable[[], str],
    certificate_header: str = "",
    patience: float = PATIENCE_SECONDS,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Build the application.

    ``bring_forward`` makes the flows of a company and entity due at once; ``ready`` says what is wrong, or nothing.
    With ``certificate_header`` the proxy in front passes the client certificate's common name in that header.
    ``lifespan`` is entered before the first request and left after the last one.
    """
    app = FastAPI(title="ml-connector", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    forwarding, seen = Forwarding(bring_forward), Seen()

    @app.post("/webhooks/concur")
    async def concur(request: Request) -> Response:
        # A 4xx other than 401, 403 and 429 tells SAP not to send this again; what is not signed is not worth a retry.
        if certificate_header and request.headers.get(certificate_header, "") != CERTIFICATE_NAME:
            return _refused("the client certificate is not SAP Concur's")
        body = await _body(request, patience)
        if isinstance(body, Response):
            return body
        if not genuine(body, request.headers.get(HEADER, ""), keys):
            return _refused("the signature is not SAP Concur's")
        try:
            hint = read(json.loads(body))
        except ValueError:
            return _refused("the event is not JSON")
        if hint is not None and seen.is_new(body):
            try:
                await run_in_threadpool(forwarding.take, hint)
            except ConnectorError as error:
                # The poll comes on its schedule anyway; an answer that asks for a retry would only add to the trouble.
                _log.warning("webhook.not_forwarded", extra={"error": error.message})
        return Response(status_code=202)

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("alive\n", media_type="text/plain")

    @app.get("/readyz")
    def readyz() -> Response:
        wrong = ready()
        return Response(f"{wrong or 'ready'}\n", status_code=503 if wrong else 200, media_type="text/plain")

    return app


async def _body(request: Request, patience: float) -> bytes | Response:
    """The body; or the refusal of one that is longer than any event, says that it will be, or takes too long."""
    declared = request.headers.get("Content-Length", "")
    read_so_far = bytearray()
    try:
        async with asyncio.timeout(patience):
            if declared.isdecimal() and int(declared) > MOST_BYTES:
                return _too_long()
            async for chunk in request.stream():
                read_so_far += chunk
                if len(read_so_far) > MOST_BYTES:
                    return _too_long()
    except TimeoutError:
        return _refused("the event took too long to arrive", status=HTTPStatus.REQUEST_TIMEOUT)
    return bytes(read_so_far)


def _too_long() -> Response:
    return _refused("the event is too long", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _refused(why: str, status: int = HTTPStatus.BAD_REQUEST) -> Response:
    _log.warning("webhook.refused", extra={"why": why})
    return Response(f"Refused: {why}.\n", status_code=status, media_type="text/plain")
