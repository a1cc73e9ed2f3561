"""The HTTP application: ``/webhooks/<system>``, ``/connect/<system>``, ``/receive/<connection>``, and our health."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI, Response

from connector.domain.harmless import harmless
from connector.inbound import connect, metrics, paths, receiving, webhooks
from connector.inbound.connect import Attempts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from connector.inbound.companies import Companies
    from connector.inbound.metrics import Scraped
    from connector.inbound.receiving import Inlet
    from connector.ports import Connecting, Hint, Subscribing


def build(
    *,
    keys: Sequence[RSAPublicKey],
    bring_forward: Callable[[str, Hint, float], int],
    ready: Callable[[], str],
    senders: Sequence[Subscribing] = (),
    marketplaces: Sequence[Connecting] = (),
    certificate_header: str = "",
    companies: Mapping[str, Companies] | None = None,
    attempts: Attempts | None = None,
    inlet: Inlet | None = None,
    scraped: Scraped | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Build the application.

    ``senders`` are the systems that send events; ``bring_forward`` has the flows of a system's company and entity
    polled after so many seconds; ``ready`` says what is wrong, or nothing. With ``certificate_header`` the proxy in
    front passes the client certificate's common name in that header. At ``marketplaces`` customers connect themselves,
    and ``companies`` takes over those of a system, unless it has none. Documents come in by ``inlet``, if there is one.
    Prometheus is told what ``scraped`` says, if anybody may scrape.
    ``lifespan`` is entered before the first request and left after the last one.
    """
    app = FastAPI(
        title="ml-connector", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    for sender in senders:
        take = partial(bring_forward, sender.name)
        webhooks.add(app, sender, keys=keys, bring_forward=take, certificate_header=certificate_header)
    tried = attempts or Attempts()
    for system in marketplaces:
        connect.add(app, system, (companies or {}).get(system.name), tried)

    if inlet is not None:
        receiving.add(app, inlet, certificate_header=certificate_header)
    if scraped is not None and scraped.access.is_given:
        metrics.add(app, scraped)

    # On the loop itself: the threads may all be waiting for a ledger that does not answer.
    @app.get(paths.HEALTH)
    async def healthz() -> Response:
        return Response("alive\n", media_type="text/plain")

    @app.get(paths.READY)
    def readyz() -> Response:
        wrong = ready()
        return Response(f"{harmless(wrong) or 'ready'}\n", status_code=503 if wrong else 200, media_type="text/plain")

    return app
