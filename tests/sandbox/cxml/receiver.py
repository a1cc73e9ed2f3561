"""The buyer's endpoint: it keeps what arrives, and answers 200 unless it is told what to answer first."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from lxml import etree

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Arrival:
    body: bytes
    content_type: str

    @property
    def root(self) -> etree._Element:
        return etree.fromstring(self.body)

    def text(self, path: str) -> str:
        return self.root.findtext(path) or ""

    def attributes(self, path: str) -> dict[str, str]:
        found = self.root.find(path)
        assert found is not None, self.body
        return {str(name): str(value) for name, value in found.attrib.items()}


@dataclass
class Endpoint:
    """``says``: what is answered first: HTTP status and the code inside, 0 = a body that is no cXML."""

    url: str
    says: list[tuple[int, int]] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)


def _answer(code: int) -> bytes:
    if not code:
        return b"<html/>"
    return f'<cXML payloadID="a" timestamp="t"><Response><Status code="{code}" text="said"/></Response></cXML>'.encode()


@contextmanager
def listening() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.arrivals.append(Arrival(body, self.headers["Content-Type"]))
            http, code = endpoint.says.pop(0) if endpoint.says else (200, 200)
            answer = _answer(code)
            self.send_response(http)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint = Endpoint(url=f"http://127.0.0.1:{server.server_port}/receive/network")
    with serving(server):
        yield endpoint
