"""A real server on loopback that misbehaves exactly as told."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.http.session import Http
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from io import BufferedReader


@dataclass(frozen=True, kw_only=True)
class Heard:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Behaviour = Callable[[Heard, socket.socket], None]


def says(status: int = 200, body: bytes = b"{}", **headers: str) -> Behaviour:
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"

    def behave(_: Heard, connection: socket.socket) -> None:
        connection.sendall(head.encode() + body)

    return behave


def truncates(_: Heard, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    connection.shutdown(2)


def resets(_: Heard, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


@dataclass
class Server:
    listener: socket.socket
    #: path -> what happens, in this order, the last one for ever
    script: dict[str, list[Behaviour]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, *behaviours: Behaviour) -> None:
        self.script[path] = list(behaviours)

    def hangs(self, _: Heard, __: socket.socket) -> None:
        self.released.wait(HANG_SECONDS)

    def http(self, base: str = "", **settings: object) -> Http:
        chosen: dict[str, object] = {
            "name": "acme",
            "allow_private": True,
            "allow_plain": True,
            "timeout": HANG_SECONDS,
            **settings,
        }
        return Http(base_url=self.url + base, **chosen)  # type: ignore[arg-type]  # the tests choose well

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while (heard := _hear(reader)) is not None:
                self.heard.append(heard)
                steps = self.script.get(heard.path, [says(404)])
                behave = steps.pop(0) if len(steps) > 1 else steps[0]
                try:
                    behave(heard, connection)
                except OSError:
                    return
                if connection.fileno() < 0:
                    return


def _hear(reader: BufferedReader) -> Heard | None:
    try:
        first = reader.readline().decode().split()
        if not first:
            return None
        headers: dict[str, str] = {}
        while line := reader.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", "0")))
    except (OSError, ValueError):
        return None
    return Heard(method=first[0], target=first[1], headers=headers, body=body)


@contextlib.contextmanager
def misbehaving() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(HANG_SECONDS)
