"""The HTTP application: ``/webhooks/concur``, ``/connect/concur``, ``/healthz``, ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Response

from connector.console import connect, paths, webhooks
from connector.console.connect import Attempts
from connector.domain.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from connector.console.companies import Companies
    from connector.console.hints import Hint


def build(
    *,
    keys: Sequence[RSAPublicKey],
    bring_forward: Callable[[Hint, float], int],
    ready: Callable[[], str],
    certificate_header: str = "",
    companies: Companies | None = None,
    attempts: Attempts | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Build the application.

    ``bring_forward`` has the flows of a company and entity polled after so many seconds; ``ready`` says what is wrong,
    or nothing. With ``certificate_header`` the proxy in front passes the client certificate's common name in that
    header. ``companies`` takes those over that connect themselves, unless there is none. ``lifespan`` is entered before
    the first request and left after the last one.
    """
    app = FastAPI(
        title="ml-connector", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    webhooks.add(app, keys=keys, bring_forward=bring_forward, certificate_header=certificate_header)
    connect.add(app, companies, attempts or Attempts())

    # On the loop itself: the threads may all be waiting for a ledger that does not answer.
    @app.get(paths.HEALTH)
    async def healthz() -> Response:
        return Response("alive\n", media_type="text/plain")

    @app.get(paths.READY)
    def readyz() -> Response:
        wrong = ready()
        return Response(f"{harmless(wrong) or 'ready'}\n", status_code=503 if wrong else 200, media_type="text/plain")

    return app
