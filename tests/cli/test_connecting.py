"""Quick Connect, by the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.app_center import COMPANY

if TYPE_CHECKING:
    from sandbox.server import SandboxServer
    from tests.cli.conftest import Terminal

OTHER = "99999999-2222-4333-8444-555555555555"
TOKEN = ("--request-token", "env:REQUEST_TOKEN")


@pytest.fixture(autouse=True)
def token(concur: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    concur.set_options(request_token_once=True)
    monkeypatch.setenv("REQUEST_TOKEN", "concur-request-token")


@pytest.fixture
def connected(terminal: Terminal, file: str) -> Terminal:
    terminal.ok("connection", "connect", "acme", "--id", COMPANY, *TOKEN, "--config", file)
    return terminal


def test_a_company_is_connected_at_once_and_shown(terminal: Terminal, file: str) -> None:
    made = terminal.json("connection", "connect", "acme", "--id", COMPANY.upper(), *TOKEN, "--config", file)
    assert (made["profile"]["name"], made["again"]) == ("Acme Sandbox Company", False)
    assert made["connection"]["config"]["company_uuid"] == COMPANY
    shown = terminal.ok("connection", "show", "acme").out
    assert "Acme Sandbox Company" in shown
    assert "ok" in shown
    terminal.ok("connection", "ping", "acme")  # the request token was good once, so it is not needed any more


def test_a_connection_that_ended_is_connected_again(
    connected: Terminal, concur: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    concur.set_options(lapse_refresh_tokens=True, revoke_tokens=True, request_token="a-new-one")
    assert connected("connection", "ping", "acme").code == 1
    monkeypatch.setenv("REQUEST_TOKEN", "a-new-one")
    made = connected.json("connection", "connect", "acme", "--id", COMPANY, *TOKEN)
    assert (made["again"], made["connection"]["ping_why"]) == (True, None)
    connected.ok("connection", "ping", "acme")


def test_a_token_that_is_refused_changes_nothing(connected: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_TOKEN", "made-up")
    said = connected("connection", "connect", "acme", "--id", COMPANY, *TOKEN)
    assert (said.code, "connect the company again" in said.err, "made-up" in said.err) == (1, True, False)
    connected.ok("connection", "ping", "acme")


def test_a_first_token_that_is_refused_leaves_no_connection(
    terminal: Terminal, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUEST_TOKEN", "made-up")
    assert terminal("connection", "connect", "acme", "--id", COMPANY, *TOKEN, "--config", file).code == 1
    assert terminal.json("connection", "list") == []


def test_a_token_of_another_company_is_not_taken(connected: Terminal, concur: SandboxServer, file: str) -> None:
    concur.set_options(profile_id=OTHER, request_token="concur-request-token-2")
    said = connected("connection", "connect", "second", "--id", COMPANY, "--request-token", "-", "--config", file,
                     stdin="concur-request-token-2\n")  # fmt: skip
    assert (said.code, OTHER in said.err) == (1, True)
    assert [one["name"] for one in connected.json("connection", "list")] == ["acme"]


def test_what_cannot_be_meant_is_refused_in_one_sentence(acme: Terminal, connected: Terminal, file: str) -> None:
    connect = ("connection", "connect")
    for words, why in (
        (("acme", "--id", OTHER, *TOKEN), f"belongs to the company {COMPANY}"),
        (("acme", "--id", COMPANY, *TOKEN, "--config", file), "leave --config out"),
        (("newcomer", "--id", COMPANY, *TOKEN), "after --config"),
        (("newcomer", "--id", "1234", *TOKEN, "--config", file), "company_uuid should be"),
        (("acme-qad", "--id", COMPANY, *TOKEN), "`connection connect` is for SAP Concur"),
        (("acme", "--id", COMPANY, "--request-token", "concur-request-token"), "must not stand here in clear"),
    ):
        said = acme(*connect, *words)
        assert (said.code, why in said.err) == (2, True), said


def test_only_who_connected_himself_is_accepted(connected: Terminal) -> None:
    said = connected("connection", "accept", "acme")
    assert (said.code, "does not wait" in said.err) == (2, True)
