"""What Concur handed over once is kept, whatever others did while it was exchanged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from connector.operations.setup import connections
from connector.store.operator.transaction import transaction
from tests.cli.app_center import COMPANY, REQUEST_TOKEN
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from connector.bootstrap import Application
    from sandbox.server import SandboxServer
    from tests.cli.app_center import AppCenter
    from tests.cli.conftest import Terminal

NAME = f"concur-{COMPANY[:8]}"


@pytest.fixture
def offered(terminal: Terminal, app_center: AppCenter) -> Terminal:
    """A company that connected itself and waits for an operator."""
    app_center.connect()
    return terminal


@pytest.fixture
def exchanged(app_center: AppCenter) -> Iterator[Callable[[], requests.Response]]:
    """A browser that waits while Concur has given the token already; ends when it is called."""
    app_center.concur.set_options(request_token_once=True, request_token="good-once")
    app_center.concur.set_faults({"match": {"path": "/oauth2/v0/token"}, "kind": "slow", "seconds": 300, "count": 1})
    before = app_center.concur.state("tokens")["tokens"]["issued"]
    with ThreadPoolExecutor(1) as browser:
        asked = browser.submit(app_center.press, "good-once")
        until(lambda: app_center.concur.state("tokens")["tokens"]["issued"] > before, "the token is exchanged")

        def ended() -> requests.Response:
            app_center.concur.set_faults()
            return asked.result()

        yield ended
        app_center.concur.set_faults()


def test_what_was_exchanged_is_kept_under_another_name_when_somebody_took_it_meanwhile(
    acme: Terminal, exchanged: Callable[[], requests.Response]
) -> None:
    acme.ok("connection", "add", NAME, "--system", "qad", "--config", str(acme.folder / "qad.yaml"))
    assert exchanged().status_code == 303
    acme.ok("connection", "accept", f"{NAME}-2")
    acme.ok("connection", "ping", f"{NAME}-2")


@pytest.mark.parametrize(
    ("command", "after"),
    [(("accept", NAME, "--name", "acme"), {"acme": False}), (("remove", NAME), {NAME: True})],
    ids=["renamed", "removed"],
)
def test_what_was_exchanged_for_a_connection_is_kept_whatever_became_of_it_meanwhile(
    offered: Terminal, exchanged: Callable[[], requests.Response], command: tuple[str, ...], after: dict[str, bool]
) -> None:
    offered.ok("connection", *command)
    assert exchanged().status_code == 303
    there = {one["name"]: one["offered_at"] is not None for one in offered.json("connection", "list")}
    assert there == after
    if "acme" in after:
        offered.ok("connection", "ping", "acme")


def test_a_token_reaches_no_company_that_the_connection_was_moved_to_meanwhile(
    offered: Terminal, built: Application, exchanged: Callable[[], requests.Response]
) -> None:
    offered.ok("connection", "accept", NAME)
    moved = offered.file("moved.yaml", "company_uuid: 22222222-2222-4333-8444-555555555555\n")
    offered.ok("connection", "rotate", NAME, "--config", moved)
    assert exchanged().status_code == 303
    assert built.open_connection(NAME).tokens.current() is None, "it belongs to the other company"
    there = {one["name"]: one["offered_at"] is not None for one in offered.json("connection", "list")}
    assert there == {NAME: False, f"{NAME}-2": True}
    assert built.open_connection(f"{NAME}-2").tokens.current() is not None


def test_a_name_that_somebody_took_meanwhile_is_said_with_the_one_that_was_taken(
    terminal: Terminal, built: Application, file: str, concur: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUEST_TOKEN", REQUEST_TOKEN)
    concur.set_faults({"match": {"path": "/oauth2/v0/token"}, "kind": "slow", "seconds": 300, "count": 1})
    with ThreadPoolExecutor(1) as operator:
        connect = (
            "connection",
            "connect",
            "acme",
            "--id",
            COMPANY,
            "--request-token",
            "env:REQUEST_TOKEN",
            "--config",
            file,
        )
        asked = operator.submit(terminal.ok, *connect)
        until(lambda: concur.state("tokens")["tokens"]["issued"], "the token is exchanged")
        with transaction(built.store, actor="operator:jane", vault=lambda: built.vault) as tx:
            connections.create(tx, "acme", "qad", connections.Parts(config={}, overrides={}, secrets={}))
        concur.set_faults()
        said = asked.result()
    assert "kept as acme-2" in said.err
    assert "connection ping acme-2" in said.out
    terminal.ok("connection", "ping", "acme-2")
