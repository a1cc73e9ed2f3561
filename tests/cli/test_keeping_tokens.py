from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.token import Token

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

CONCUR = """
client_id: concur-client
company_uuid: 11111111-2222-4333-8444-555555555555
client_secret: env:CONCUR_SECRET
request_token: env:CONCUR_REQUEST_TOKEN
"""
TOKEN = Token(access="a", refresh="r", extra={"geolocation": "https://us2.example"})


@pytest.fixture
def connected(terminal: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A company in Concur, connected a while ago."""
    monkeypatch.setenv("CONCUR_SECRET", "canary-secret")
    monkeypatch.setenv("CONCUR_REQUEST_TOKEN", "canary-request")
    terminal.ok("connection", "add", "acme-concur", "--system", "concur", "--config", terminal.file("c.yaml", CONCUR))
    built.open_connection("acme-concur").tokens.renew(None, lambda _: TOKEN)
    return built


def rotated(terminal: Terminal, change: str) -> None:
    terminal.ok("connection", "rotate", "acme-concur", "--config", terminal.file("change.yaml", change))


@pytest.mark.parametrize("change", ["timeout_seconds: 60", "client_secret: env:NEW", CONCUR])
def test_a_token_only_a_person_can_replace_outlives_a_change_it_does_not_depend_on(
    terminal: Terminal, connected: Application, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setenv("NEW", "canary-new")

    rotated(terminal, change)

    assert connected.open_connection("acme-concur").tokens.current() == TOKEN


@pytest.mark.parametrize(
    "change", ["request_token: env:NEW", "company_uuid: 22222222-2222-4333-8444-555555555555", "client_id: other"]
)
def test_a_company_that_is_connected_anew_starts_without_the_old_token(
    terminal: Terminal, connected: Application, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setenv("NEW", "canary-new")

    rotated(terminal, change)

    assert connected.open_connection("acme-concur").tokens.current() is None


def test_a_set_up_file_takes_no_token_from_a_company_that_is_connected(
    terminal: Terminal, connected: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEW", "worth-nothing-any-more")
    config = CONCUR.replace("CONCUR_REQUEST_TOKEN", "NEW").replace("\n", "\n    ")
    file = terminal.file("setup.yaml", f"connections:\n  acme-concur:\n    system: concur{config}timeout_seconds: 60\n")
    (applied,) = terminal.json("apply", file)
    assert applied["detail"] == "timeout_seconds"
    assert connected.open_connection("acme-concur").tokens.current() == TOKEN

    with connected.store.unit() as unit:
        unit.connections.stop("acme-concur", "its refresh token is over")
        unit.commit()
    (applied,) = terminal.json("apply", file)
    assert applied["detail"] == "request_token"
    assert connected.open_connection("acme-concur").tokens.current() is None


def test_what_connected_a_company_is_no_part_of_its_set_up(terminal: Terminal, connected: Application) -> None:
    exported = terminal.ok("export").out
    assert "request_token" not in exported
    (applied,) = terminal.json(
        "apply", terminal.file("exported.yaml", exported.replace("ACME_CONCUR_CLIENT", "CONCUR"))
    )
    assert applied["verdict"] == "unchanged"
    assert connected.open_connection("acme-concur").tokens.current() == TOKEN


def test_any_other_token_is_asked_for_anew_after_every_change(acme: Terminal, built: Application) -> None:
    built.open_connection("acme-qad").tokens.renew(None, lambda _: TOKEN)

    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("t.yaml", "timeout_seconds: 60"))

    assert built.open_connection("acme-qad").tokens.current() is None
