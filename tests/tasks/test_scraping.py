"""What a worker's main process answers."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests

from connector.metering.access import Access
from workers.scraping import STANDS_STILL_SECONDS, Answers, served

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "0123456789abcdef"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def answering(turned_ago: float | None = 0.0) -> Iterator[str]:
    answers = Answers(access=Access(how="token", token=TOKEN), text=lambda: b"a 1\n", turned_ago=lambda: turned_ago)
    with served(("127.0.0.1", 0), answers) as server:
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "headers", "status", "said"),
    [
        ("/metrics", SHOWN, 200, "a 1\n"),
        ("/metrics", {}, 403, "Not for you.\n"),
        ("/metrics?x", SHOWN, 404, "Nothing is here.\n"),
        ("/", SHOWN, 404, "Nothing is here.\n"),
        ("/healthz", {}, 200, "alive\n"),
    ],
)
def test_whoever_may_is_told(path: str, headers: dict[str, str], status: int, said: str) -> None:
    with answering() as url:
        found = requests.get(f"{url}{path}", headers=headers, timeout=5)
    assert (found.status_code, found.text) == (status, said)
    assert "Python" not in found.headers["Server"]


@pytest.mark.parametrize(("ago", "status"), [(None, 200), (STANDS_STILL_SECONDS, 200), (STANDS_STILL_SECONDS + 1, 503)])
def test_one_that_no_longer_looks_for_messages_is_not_well(ago: float | None, status: int) -> None:
    with answering(ago) as url:
        assert requests.get(f"{url}/healthz", timeout=5).status_code == status


def test_a_port_that_is_taken_is_an_error_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        served(taken.getsockname(), Answers(access=Access(how="off"), text=bytes, turned_ago=lambda: None))
