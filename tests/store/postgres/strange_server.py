"""A server that refuses everybody, in PostgreSQL's protocol and in words of its own."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

#: requests for TLS and for GSSAPI, before anything else
_FOR_ENCRYPTION = frozenset({80877103, 80877104})


@contextmanager
def refusing(state: str, severity: str, words: str) -> Iterator[int]:
    """Run one; its port."""
    fields = {"S": severity, "V": "FATAL", "C": state, "M": words}
    body = b"".join(f"{name}{value}".encode() + b"\0" for name, value in fields.items()) + b"\0"

    class Refusing(BaseRequestHandler):
        def handle(self) -> None:
            while len(head := self.request.recv(8)) == 8:
                length, code = struct.unpack("!II", head)
                if code in _FOR_ENCRYPTION:
                    self.request.sendall(b"N")
                    continue
                self.request.recv(length - 8)
                self.request.sendall(b"E" + struct.pack("!I", len(body) + 4) + body)
                return

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with serving(Server(("127.0.0.1", 0), Refusing)) as server:
        yield server.server_address[1]
