"""Serve one simulator over real HTTP: blocking for a command, or in a thread for a test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.control import control
from sandbox.fault_layer import FaultLayer
from sandbox.faults import Faults, parse_rules
from sandbox.simulator import SandboxMistakeError, Seeding, build, hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from types import FrameType

HOST: Final = "127.0.0.1"
#: only a simulator that hangs takes so long, however busy the machine is
PATIENCE_SECONDS: Final = 300.0
#: how often a server looks whether it is to stop, and how long what it is answering may take then
_GLANCE_SECONDS: Final = 0.01
_GRACE_SECONDS: Final = 1.0

_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach our loopback


def serve(
    system: str,
    *,
    host: str = HOST,
    port: int = 0,
    seed: int = 1,
    documents: int = 100,
    latency_ms: int = 0,
    faults: Sequence[Mapping[str, Any]] = (),
    options: Mapping[str, Any] | None = None,
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT. ``announce`` is called once with the base URL, when requests are accepted.

    Port 0 takes a free one; a system with several hosts takes the ports after it as well. Raises SandboxMistakeError
    for an unknown system, a bad rule or a port that is taken.
    """
    with _hosts(system, host, port) as socks:
        url, *more = map(_url, socks)
        seeding = Seeding(seed=seed, documents=documents, base_url=url, more_urls=tuple(more))
        server = _server(system, seeding, latency_ms=latency_ms, faults=faults, options=options or {})
        server.when_started = lambda: announce(url)
        with _stopped_by_signals(server):
            server.run(sockets=socks)


@dataclass(frozen=True, kw_only=True)
class SandboxServer:
    """A running sandbox, as a test sees it: a URL, and the control API by name."""

    url: str

    def state(self, *only: str) -> Any:  # noqa: ANN401  whatever JSON the simulator answers
        """Return the state, or only the named parts of it."""
        return self._call("GET", "state" + (f"?only={','.join(only)}" if only else ""))

    def set_faults(self, *rules: Mapping[str, Any]) -> None:
        """Replace the fault rules; none at all means no faults."""
        self._call("POST", "faults", {"rules": list(rules)})

    def add_documents(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401  likewise
        """Change what the simulator holds."""
        return self._call("POST", "documents", body)

    def set_options(self, **options: object) -> Any:  # noqa: ANN401  likewise
        """Change how the simulator behaves."""
        return self._call("POST", "options", options)

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  likewise
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=data, method=method)  # noqa: S310  our own URL
        try:
            with _DIRECT.open(request, timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise SandboxMistakeError(json.load(refusal)["error"]) from None


@contextlib.contextmanager
def running(
    system: str,
    *,
    port: int = 0,
    seed: int = 1,
    documents: int = 100,
    latency_ms: int = 0,
    faults: Sequence[Mapping[str, Any]] = (),
    options: Mapping[str, Any] | None = None,
) -> Iterator[SandboxServer]:
    """Serve in a thread for as long as the block lasts; the server accepts requests when the block begins."""
    with _hosts(system, HOST, port) as socks:
        url, *more = map(_url, socks)
        seeding = Seeding(seed=seed, documents=documents, base_url=url, more_urls=tuple(more))
        server = _server(system, seeding, latency_ms=latency_ms, faults=faults, options=options or {})
        started = threading.Event()
        server.when_started = started.set
        thread = threading.Thread(target=server.run, kwargs={"sockets": socks}, name=f"sandbox-{system}", daemon=True)
        thread.start()
        try:
            if not started.wait(PATIENCE_SECONDS):
                raise SandboxMistakeError(f"The {system} sandbox did not start within {PATIENCE_SECONDS:.0f} seconds.")
            yield SandboxServer(url=url)
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)


class _Protocol(H11Protocol):
    """Shows each request its TCP connection, so that a fault can reset it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready, lets go of held answers when it stops, and leaves signals to us.

    It ends at once, which a thousand tests feel: uvicorn's own looks every tenth of a second whether it is to stop, and
    then rests for another one.
    """

    def __init__(self, config: uvicorn.Config, fault_layer: FaultLayer) -> None:
        super().__init__(config)
        self._fault_layer = fault_layer
        self.when_started: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_started()

    async def main_loop(self) -> None:
        while not self.should_exit:  # noqa: ASYNC110 uvicorn says so in a boolean
            await asyncio.sleep(_GLANCE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._fault_layer.close()
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._finished(), _GRACE_SECONDS)
        for task in list(self.server_state.tasks):
            task.cancel()

    async def _finished(self) -> None:
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 likewise
            await asyncio.sleep(_GLANCE_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _server(
    system: str,
    seeding: Seeding,
    *,
    latency_ms: int,
    faults: Sequence[Mapping[str, Any]],
    options: Mapping[str, Any],
) -> _Server:
    # A separate generator: how often a fault strikes must not change which documents exist.
    faults_in_force = Faults(chance=Random(seeding.seed), rules=parse_rules(list(faults)))  # noqa: S311  not for secrets
    simulator = build(system, seeding)
    if options:
        simulator.set_options(options)
    app = Starlette(routes=[control(simulator, faults_in_force, lambda: fault_layer.requests), *simulator.routes()])
    fault_layer = FaultLayer(app, faults=faults_in_force, latency_ms=latency_ms)
    config = uvicorn.Config(
        fault_layer,
        http=_Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
    )
    return _Server(config, fault_layer)


@contextlib.contextmanager
def _hosts(system: str, host: str, port: int) -> Iterator[list[socket.socket]]:
    """Listen once for each host the system has: on ``port`` and those after it, or on free ones when it is 0."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_listening(host, port + n if port else 0)) for n in range(hosts(system))]


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    # Only for sockets that name TCP does asyncio switch Nagle's algorithm off, which costs 40 ms for each answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except (OSError, OverflowError) as error:
            raise SandboxMistakeError(
                f"The sandbox cannot listen on {host} port {port} ({error}); choose another port, or 0 for a free one."
            ) from None
        yield sock


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()
    return f"http://{host}:{port}"


@contextlib.contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """A signal ends the serving, not the process: the command that called us says goodbye in its own way."""

    def stop(_: int, __: FrameType | None) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
