"""A running receiver whose clock stands still until a test moves it."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import requests
import uvicorn
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from connector import registry
from connector.domain.errors import StoreUnavailable
from connector.inbound.app import build
from connector.inbound.deadlines import Deadlined
from connector.inbound.signature import read_keys
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric import rsa
    from fastapi import FastAPI

    from connector.ports import Hint


def signed(body: bytes, key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(body, PKCS1v15(), hashes.SHA256())).decode()


def pem(*keys: rsa.RSAPrivateKey) -> bytes:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"\n".join(key.public_key().public_bytes(*form) for key in keys)


class HeldLoop(asyncio.SelectorEventLoop):
    """An event loop in which no time passes of itself."""

    def __init__(self) -> None:
        self._held: float | None = 1000.0
        super().__init__()

    def time(self) -> float:
        return super().time() + 1_000_000 if self._held is None else self._held

    def advance(self, seconds: float) -> None:
        """Let time pass at once; may be called from another thread."""

        def move() -> None:
            assert self._held is not None
            self._held += seconds

        self.call_soon_threadsafe(move)

    def let_go(self) -> None:
        def move() -> None:
            self._held = None

        self.call_soon_threadsafe(move)


class Serving:
    """An application on a real socket."""

    def __init__(self, app: FastAPI, **how: Any) -> None:
        config = uvicorn.Config(app, port=0, log_config=None, access_log=False, http=Deadlined, **how)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.loop = HeldLoop()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._server.serve())

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self._server.started, "the receiver starts")
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self.loop.let_go()
        self._thread.join(HANG_SECONDS)

    def connections(self) -> int:
        return len(self._server.server_state.connections)

    def unread(self) -> int:
        """Connections on which no more can be answered before what was is read."""
        there = [one for one in self._server.server_state.connections if isinstance(one, Deadlined)]
        return sum(one.flow.write_paused and not one.transport.is_closing() for one in there)

    def connect(self) -> socket.socket:
        place = urlsplit(self.url)
        return socket.create_connection((str(place.hostname), place.port or 0), timeout=HANG_SECONDS)

    def get(self, path: str, **how: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=HANG_SECONDS, **how)


class Receiver(Serving):
    """A running receiver, and what it forwarded."""

    def __init__(
        self, keys: bytes, *, ready: Callable[[], str] | None = None, most: int | None = None, **how: Any
    ) -> None:
        self.hints: list[Hint] = []
        self.wrong = ""
        self.down = False
        said = ready or (lambda: self.wrong)
        app = build(keys=read_keys(keys), senders=registry.senders(), bring_forward=self._take, ready=said, **how)
        super().__init__(app, limit_concurrency=most)

    def _take(self, system: str, hint: Hint, after: float) -> int:
        if self.down:
            raise StoreUnavailable("The ledger cannot be reached.")
        assert system == "concur"
        self.hints.append(hint)
        return 1

    def send(self, body: bytes, signature: str, **headers: str) -> requests.Response:
        sent = {"Concur-Signature": signature, **headers}
        return requests.post(f"{self.url}/webhooks/concur", data=body, headers=sent, timeout=HANG_SECONDS)
