from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Delivery:
    """What arrived at the endpoint."""

    body: bytes
    headers: dict[str, str]

    @property
    def event(self) -> Any:
        return json.loads(self.body)


@dataclass
class Webhook:
    """An endpoint that answers 200, unless it is told which statuses to answer first."""

    url: str
    statuses: list[int] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def ids(self) -> list[str]:
        return [one.event["id"] for one in self.deliveries]


@contextmanager
def listening() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            webhook.deliveries.append(Delivery(body=body, headers=dict(self.headers)))
            self.send_response(webhook.statuses.pop(0) if webhook.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook = Webhook(url=f"http://127.0.0.1:{server.server_port}/webhooks/concur")
    with serving(server):
        yield webhook
