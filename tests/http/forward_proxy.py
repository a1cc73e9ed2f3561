"""A forward proxy on loopback: it connects (CONNECT) and passes on, wherever it is told to, and notes it."""

from __future__ import annotations

import base64
import select
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class ForwardProxy:
    port: int = 0
    #: user:password that it asks for
    wants: str = ""
    #: what it answers instead of connecting
    refuses: int = 0
    #: name -> where it is, for a proxy that knows names we do not know
    knows: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Passing(BaseHTTPRequestHandler):
    ours = ForwardProxy()

    def _let_in(self) -> bool:
        self.ours.asked.append(f"{self.command} {self.path}")
        given = self.headers.get("Proxy-Authorization", "").removeprefix("Basic ")
        if self.ours.wants and base64.b64decode(given).decode() != self.ours.wants:
            self.send_error(407)
        elif self.ours.refuses:
            self.send_error(self.ours.refuses)
        else:
            return True
        return False

    def do_CONNECT(self) -> None:
        if not self._let_in():
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((self.ours.knows.get(host, host), int(port))) as there:
            self.send_response(200)
            self.end_headers()
            pair = {self.connection: there, there: self.connection}
            while True:
                for ready in select.select(list(pair), [], [])[0]:
                    said = ready.recv(65536)
                    if not said:
                        return
                    pair[ready].sendall(said)

    def do_POST(self) -> None:
        if not self._let_in():
            return
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = HTTPConnection(self.ours.knows.get(str(parts.hostname), str(parts.hostname)), parts.port or 80)
        there.request(self.command, parts.path, body)
        answered = there.getresponse()
        said = answered.read()
        there.close()
        self.send_response(answered.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who hangs up is what some tests are about."""


@contextmanager
def forward_proxy() -> Iterator[ForwardProxy]:
    """Run one."""
    ours = ForwardProxy()
    with serving(Server(("127.0.0.1", 0), type("Ours", (Passing,), {"ours": ours}))) as server:
        ours.port = server.server_port
        yield ours
