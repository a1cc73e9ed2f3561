"""Whoever posts letters, the web process that takes them, and what is told of them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import requests

from connector.config import load_settings
from connector.operations.health import watching
from connector.operations.operator import Operator
from tests import letters
from tests.cli.conftest import QAD
from tests.console.receiver import Serving
from tests.waiting import HANG_SECONDS
from workers import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

FLOW = "acme/concur_invoices_to_qad"


def set_up(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A connection that is sent letters, and a flow that reads the invoices among them."""
    monkeypatch.setenv("LETTERS_WORD", letters.WORD)
    monkeypatch.setenv("ML_CONNECTOR_RECEIVE_DOCUMENTS", "true")
    terminal.ok("connection", "add", "post", "--system", "letters", "--config", terminal.file("l.yaml", letters.CONFIG))
    terminal.ok("connection", "add", "qad", "--system", "qad", "--config", terminal.file("qad.yaml", QAD))
    terminal.ok("integration", "add", "acme", "--kind", "qad-concur", "--from", "qad", "--to", "post")
    terminal.ok("flow", "enable", FLOW)
    return terminal


class Office:
    """The web process, and whoever posts to it."""

    def __init__(self, page: Serving) -> None:
        self.page = page

    def post(self, body: bytes, *, to: str = "post", **headers: str) -> int:
        sent = {"X-Word": letters.WORD, "Content-Type": "text/xml", **headers}
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self.page.url}/receive/{to}"
            return session.post(url, data=body, headers=sent, timeout=HANG_SECONDS).status_code


@contextlib.contextmanager
def opened() -> Iterator[Office]:
    """The web process of the ledger that commands work on."""
    with Serving(console.create(load_settings())) as page:
        yield Office(page)


def statuses(terminal: Terminal) -> dict[str, str]:
    return {one["message_id"]: one["status"] for one in terminal.json("message", "list")}


def alerts(built: Application) -> list[tuple[str, str]]:
    with Operator(application=built, actor="beat").transaction() as tx:
        return [(one.name, one.found) for one in watching.messages(tx)]
