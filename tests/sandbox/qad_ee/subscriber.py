from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from lxml import etree

from tests.sandbox.qad_ee.conftest import COMMON, SERVICES, SOAP
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

TAKEN = f'<e:Envelope xmlns:e="{SOAP}"><e:Body><r xmlns="{SERVICES}"><result>success</result></r></e:Body></e:Envelope>'
FAULT = f'<e:Envelope xmlns:e="{SOAP}"><e:Body><e:Fault/></e:Body></e:Envelope>'


@dataclass(frozen=True)
class Pushed:
    """What arrived: what the context says, and the document's dataset."""

    secret: str
    context: dict[str, str]
    dataset: etree._Element

    def value(self, name: str) -> str | None:
        return self.dataset.findtext(f".//{{{SERVICES}}}{name}")


@dataclass
class Subscriber:
    """An endpoint that takes every message, unless it is told what to answer first."""

    url: str
    answers: list[tuple[int, str]] = field(default_factory=list)
    pushed: list[Pushed] = field(default_factory=list)

    def read(self, body: bytes, secret: str) -> None:
        rows = etree.fromstring(body).iter(f"{{{COMMON}}}ttContext")
        context = {row[1].text or "": row[2].text or "" for row in rows}
        message = etree.fromstring(body).find(f"{{{SOAP}}}Body/*")
        assert message is not None
        self.pushed.append(Pushed(secret=secret, context=context, dataset=message[1]))


@contextmanager
def listening() -> Iterator[Subscriber]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            subscriber.read(body, self.headers.get("X-Connector-Secret", ""))
            status, answer = subscriber.answers.pop(0) if subscriber.answers else (200, TAKEN)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    subscriber = Subscriber(url=f"http://127.0.0.1:{server.server_port}/receive/qad")
    with serving(server):
        yield subscriber
