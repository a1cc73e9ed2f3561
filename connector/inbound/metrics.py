"""``/metrics``: what Prometheus scrapes, for whoever may."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Request, Response

from connector.inbound import paths
from connector.metering.exposition import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from connector.metering.access import Access


@dataclass(frozen=True, kw_only=True)
class Scraped:
    """What is told, and to whom."""

    access: Access
    text: Callable[[], bytes]


def add(app: FastAPI, scraped: Scraped) -> None:
    """Add the route. Whoever may not is told no more than that."""

    def metrics(request: Request) -> Response:
        client = request.client.host if request.client else ""
        if not scraped.access.allows(client, request.headers):
            return Response("Not for you.\n", status_code=HTTPStatus.FORBIDDEN, media_type="text/plain")
        return Response(scraped.text(), media_type=CONTENT_TYPE)

    app.get(paths.METRICS)(metrics)
