"""The HTTP application: ``/webhooks/concur``, ``/healthz``, ``/readyz``."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from connector.console.hints import Forwarding, Hint, read
from connector.console.signature import HEADER, genuine
from connector.domain.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
#: the name in SAP Concur's client certificate, as a proxy that checked it passes it on
CERTIFICATE_NAME = "webhook.api.concursolutions.com"


def build(
    *,
    keys: Sequence[RSAPublicKey],
    bring_forward: Callable[[Hint], int],
    ready: Callable[[], str],
    certificate_header: str = "",
) -> FastAPI:
    """Build the application.

    ``bring_forward`` makes the flows of a company and entity due at once; ``ready`` says what is wrong, or nothing.
    With ``certificate_header`` the proxy in front passes the client certificate's common name in that header.
    """
    app = FastAPI(title="ml-connector", openapi_url=None, docs_url=None, redoc_url=None)
    forwarding = Forwarding(bring_forward)

    @app.post("/webhooks/concur")
    async def concur(request: Request) -> Response:
        # A 4xx other than 401, 403 and 429 tells SAP not to send this again; what is not signed is not worth a retry.
        if certificate_header and request.headers.get(certificate_header, "") != CERTIFICATE_NAME:
            return _refused("the client certificate is not SAP Concur's")
        body = await _body(request)
        if body is None:
            return _refused("the event is too long", status=413)
        if not genuine(body, request.headers.get(HEADER, ""), keys):
            return _refused("the signature is not SAP Concur's")
        try:
            hint = read(json.loads(body))
        except ValueError:
            return _refused("the event is not JSON")
        if hint is not None:
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


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is longer than any event."""
    read_so_far = bytearray()
    async for chunk in request.stream():
        read_so_far += chunk
        if len(read_so_far) > MOST_BYTES:
            return None
    return bytes(read_so_far)


def _refused(why: str, status: int = 400) -> Response:
    _log.warning("webhook.refused", extra={"why": why})
    return Response(f"Refused: {why}.\n", status_code=status, media_type="text/plain")
