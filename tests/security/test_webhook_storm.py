"""Thousands of forged and replayed events over real HTTP against the real receiver, and those who never finish.

LONG_TESTS=1 sends ten thousand.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from tests.e2e.plant import LONG
from tests.waiting import HANG_SECONDS
from workers.console import MOST_CONNECTIONS
from workers.schedule import next_fire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.security.conftest import Running, Sap
    from tests.store.scene import Scene

COMPANY = "11111111-2222-4333-8444-555555555555"
FLOW = "concur_expenses_to_qad"
#: connections of the storm
LINES = 16
MEGABYTE = 1024 * 1024
#: nine events each, and how much memory all of them may cost
ROUNDS, GROWTH = (1112, 64 * MEGABYTE) if LONG else (222, 16 * MEGABYTE)


def event(number: int) -> bytes:
    facts = {"companyId": COMPANY, "documentId": f"d{number}"}
    return json.dumps({"id": f"e{number}", "eventType": "expense.readyForIntegration", "facts": facts}).encode()


def request(body: bytes, signature: str, *, length: int | None = None) -> bytes:
    head = ("POST /webhooks/concur HTTP/1.1", "Host: connector", f"Concur-Signature: {signature}")
    return "\r\n".join((*head, f"Content-Length: {len(body) if length is None else length}", "", "")).encode() + body


@pytest.fixture
def company(scene: Scene) -> Scene:
    """A company in Concur whose expenses are polled once a day, the next time tomorrow."""
    config = json.dumps({"company_uuid": COMPANY})
    scene.change("UPDATE connections SET system = 'concur', config = CAST(:c AS jsonb) WHERE name = 'qad'", c=config)
    scene.change(
        "UPDATE flows SET name = :name, enabled = true, schedule = 'every 1d', next_due_at = now() + interval '1 day' "
        "WHERE id = :id",
        name=FLOW,
        id=scene.invoices,
    )
    return scene


def polls(scene: Scene) -> int:
    """How many polls there are once beat has looked."""
    scene.ledger.recovery.fire_due_flows(next_fire)
    count: int = scene.ask("SELECT count(*) AS n FROM runs")[0].n
    return count


def resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def storm(receiver: Running, sent: Sequence[bytes]) -> list[int]:
    """Send all over some connections, each request when its predecessor was answered; the statuses."""
    host, port = urlsplit(receiver.url).hostname, urlsplit(receiver.url).port
    statuses: list[int] = []

    async def line(mine: Sequence[bytes]) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            for one in mine:
                writer.write(one)
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = re.search(r"content-length: (\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                statuses.append(int(head.split()[1]))
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def all_lines() -> None:
        async with asyncio.timeout(HANG_SECONDS):
            await asyncio.gather(*(line(sent[place::LINES]) for place in range(LINES)))

    asyncio.run(all_lines())
    return statuses


@pytest.fixture
def silent() -> Iterator[list[socket.socket]]:
    """Connections that are closed in the end."""
    kept: list[socket.socket] = []
    yield kept
    for one in kept:
        one.close()


def connect(receiver: Running) -> socket.socket:
    parts = urlsplit(receiver.url)
    return socket.create_connection((str(parts.hostname), parts.port or 0), timeout=HANG_SECONDS)


def test_thousands_of_forged_and_replayed_events_bring_one_poll_forward_and_cost_little(
    company: Scene, receiver: Running, sap: Sap
) -> None:
    genuine = request(event(1), sap.sign(event(1)))
    forged = [request(event(2), signature) for signature in ("", "bm9ib2R5", sap.sign(event(3)), "not base64!")]
    storm(receiver, forged * 50)
    assert polls(company) == 0, "what is forged brings nothing"
    before = resident(receiver.pid)

    statuses = storm(receiver, [genuine, genuine, genuine, genuine, *forged, genuine] * ROUNDS)

    assert Counter(statuses) == {202: 5 * ROUNDS, 400: 4 * ROUNDS}, "everybody is answered"
    assert polls(company) == 1
    assert resident(receiver.pid) - before < GROWTH
    # Once that poll is planned, the same event again is no reason for another one, however much later it comes.
    company.change("UPDATE flows SET next_due_at = now() + interval '1 day'")
    storm(receiver, [genuine] * 100)
    assert polls(company) == 1


def test_what_is_too_long_or_never_ends_is_refused_without_waiting_for_it(company: Scene, receiver: Running) -> None:
    for sent in (request(b"", "x", length=10**12), request(b"x" * 70_000, "x")):
        with connect(receiver) as line:
            line.sendall(sent)
            assert line.recv(100).startswith(b"HTTP/1.1 413")
    with connect(receiver) as line:
        line.sendall(request(b"", "x").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"))
        with contextlib.suppress(OSError):  # it hangs up while we send
            for _ in range(100):
                line.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    with connect(receiver) as line:  # headers without end
        with contextlib.suppress(OSError):
            line.sendall(b"POST /webhooks/concur HTTP/1.1\r\n" + b"A: b\r\n" * 60_000)
        with contextlib.suppress(ConnectionError):
            assert line.recv(100)[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 431", b""}


def test_documents_of_strangers_are_turned_away_unread_and_cost_little(receiver: Running) -> None:
    def post(name: str, body: bytes) -> bytes:
        head = f"POST /receive/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    body = b"<a>" + b"x" * 1000 + b"</a>"
    storm(receiver, [post(f"n{number % 20}", body) for number in range(200)])
    before = resident(receiver.pid)
    statuses = storm(receiver, [post(f"n{number % 50}", body) for number in range(9 * ROUNDS)])
    assert set(statuses) == {401, 429}
    assert resident(receiver.pid) - before < GROWTH
    with connect(receiver) as line:
        line.sendall(post("n1", b"").replace(b"Content-Length: 0", b"Content-Length: 50000000") + b"<")
        assert line.recv(100)[:12] in {b"HTTP/1.1 401", b"HTTP/1.1 429"}


def test_those_who_keep_connections_open_keep_nobody_out_and_take_no_memory(
    company: Scene, receiver: Running, sap: Sap, silent: list[socket.socket]
) -> None:
    before = resident(receiver.pid)
    silent += [connect(receiver) for _ in range(MOST_CONNECTIONS + 50)]
    for one in silent:
        one.sendall(b"POST /webhooks/concur HTTP/1.1\r\nHost: x\r\n")
    with connect(receiver) as line:
        line.sendall(request(event(1), sap.sign(event(1))))
        assert line.recv(100).startswith(b"HTTP/1.1 202")
    assert polls(company) == 1
    assert requests.get(f"{receiver.url}/healthz", timeout=HANG_SECONDS).ok, "whoever watches us hears from us"
    assert resident(receiver.pid) - before < 64 * MEGABYTE
