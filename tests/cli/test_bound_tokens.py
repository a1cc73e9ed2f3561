"""A connection is moved to another tenant while others are at work with what it was before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.bootstrap import Application
from connector.domain.errors import ConnectorError, Unavailable
from connector.domain.exchange import PingReport
from connector.domain.token import Token
from connector.operations.operator import Operator
from connector.operations.setup import ping
from connector.ports import Heard, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config.settings import Settings
    from tests.cli.conftest import Terminal

CONCUR = """
base_url: https://us2.api.concursolutions.com
client_id: concur-client
company_uuid: 11111111-2222-4333-8444-555555555555
client_secret: env:CONCUR_SECRET
request_token: env:CONCUR_REQUEST_TOKEN
"""
MOVES = {
    "acme-concur": "company_uuid: 22222222-2222-4333-8444-555555555555\n",
    "acme-qad": "base_url: http://127.0.0.1:8/clouderp\n",
    "acme-j1": "client_id: another\n",
}
OLD, NEW = (Token(access=name, refresh=f"refresh-{name}") for name in ("old", "new"))


@pytest.fixture
def three(acme: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A connection to each system."""
    monkeypatch.setenv("CONCUR_SECRET", "canary-secret")
    monkeypatch.setenv("CONCUR_REQUEST_TOKEN", "canary-request")
    acme.ok("connection", "add", "acme-concur", "--system", "concur", "--config", acme.file("c.yaml", CONCUR))
    return acme


def move(terminal: Terminal, name: str) -> None:
    terminal.ok("connection", "rotate", name, "--config", terminal.file("move.yaml", MOVES[name]))


def never(_: Token | None) -> Token:
    raise AssertionError("nobody should have logged in")


@pytest.mark.parametrize("name", MOVES)
def test_a_process_that_opened_it_before_gets_no_token_of_the_new_tenant_and_keeps_none(
    three: Terminal, built: Application, name: str
) -> None:
    before = built.open_connection(name)
    before.tokens.renew(None, lambda _: OLD)
    move(three, name)
    built._open.clear()
    after = built.open_connection(name)
    assert after.tokens.current() is None
    after.tokens.renew(None, lambda _: NEW)

    assert before.tokens.current() is None
    with pytest.raises(Unavailable, match=rf"{name} was changed while it was being used"):
        before.tokens.renew(OLD, never)
    assert after.tokens.current() == NEW


@pytest.mark.parametrize("name", MOVES)
def test_a_login_that_was_under_way_is_kept_by_nobody(three: Terminal, built: Application, name: str) -> None:
    def fetch(_: Token | None) -> Token:
        move(three, name)
        return OLD

    with pytest.raises(Unavailable, match="a login by what it was before is worth nothing now"):
        built.open_connection(name).tokens.renew(None, fetch)
    with built.store.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM tokens")).scalar_one() == 0


def test_a_refresh_token_outlives_a_change_that_is_not_about_its_company(three: Terminal, built: Application) -> None:
    before = built.open_connection("acme-concur")
    three.ok("connection", "rotate", "acme-concur", "--config", three.file("t.yaml", "timeout_seconds: 60\n"))

    assert before.tokens.renew(None, lambda _: OLD) == OLD
    built._open.clear()
    assert built.open_connection("acme-concur").tokens.current() == OLD


def test_a_token_that_an_earlier_release_stored_is_worth_something_until_it_is_renewed(
    three: Terminal, built: Application
) -> None:
    row = built.store.connection("acme-concur")
    built.store.tokens(row.id, built.vault).renew(None, lambda _: OLD)  # says nothing of what it was given for

    assert built.open_connection("acme-concur").tokens.current() == OLD


def test_an_address_that_came_with_a_token_is_shown_and_in_the_trail(three: Terminal, built: Application) -> None:
    there, moved = "https://eu2.api.concursolutions.com", "https://us2.api.concursolutions.com"
    tokens = built.open_connection("acme-concur").tokens
    first = Token(access="a", refresh="r", extra={"geolocation": there})
    tokens.renew(None, lambda _: first)
    assert three.json("connection", "show", "acme-concur")["address"] == there
    assert there in three.ok("connection", "show", "acme-concur").out.replace("\n", "")

    second = Token(access="b", refresh="r", extra={"geolocation": moved})
    tokens.renew(first, lambda _: second)
    tokens.renew(second, lambda _: Token(access="c", refresh="r", extra={"geolocation": moved}))

    events = three.json("audit", "show", "connection:acme-concur")
    placed = [event["detail"] for event in events if event["name"] == "connection.placed"]
    assert placed == [{"address": there, "was": ""}, {"address": moved, "was": there}]


def test_what_the_old_tenant_did_slows_and_stops_nothing_of_the_new_one(three: Terminal, built: Application) -> None:
    opened = built.store.connection("acme-qad").updated_at
    with built.store.unit() as unit:
        unit.connections.pause("acme-qad", dt.timedelta(seconds=1), "asked too often", opened=opened)
        unit.commit()
    assert three.json("connection", "show", "acme-qad")["pace"] == 10.0
    move(three, "acme-qad")
    assert three.json("connection", "show", "acme-qad")["pace"] is None

    with built.store.unit() as unit:
        for _ in range(5):
            unit.connections.failed("acme-qad", "does not answer", opened=opened)
        unit.connections.pause("acme-qad", dt.timedelta(minutes=5), "asked too often", opened=opened)
        unit.connections.stop("acme-qad", "refused", opened=opened)
        unit.commit()

    shown = three.json("connection", "show", "acme-qad")
    assert (shown["failures"], shown["pace"], shown["paused_until"], shown["stopped_why"]) == (0, None, None, None)


class Pinging(Application):
    """Is pinged while somebody works at the connection."""

    def __init__(
        self, settings: Settings, meanwhile: Callable[[], object], report: PingReport | ConnectorError
    ) -> None:
        super().__init__(settings)
        self._meanwhile, self._report = meanwhile, report

    def ping(self, name: str, heard: Heard = silent) -> PingReport:
        self._meanwhile()
        if isinstance(self._report, ConnectorError):
            raise self._report
        return self._report


@pytest.mark.parametrize(
    "found", [PingReport(system="qad", login="as a user"), Unavailable("The old address does not answer.")], ids=repr
)
def test_what_a_ping_finds_of_the_old_tenant_is_not_written_down_of_the_new_one(
    three: Terminal, built: Application, found: PingReport | ConnectorError
) -> None:
    def stop(why: str) -> None:
        with built.store.unit() as unit:
            unit.connections.stop("acme-qad", why)
            unit.commit()

    def meanwhile() -> None:
        move(three, "acme-qad")
        stop("the new tenant refused")

    stop("the old tenant refused")
    pinged = Pinging(built.settings, meanwhile, found)
    try:
        assert not ping.ping(Operator(application=pinged, actor="operator:jane"), "acme-qad").freed
    except Unavailable:
        pass
    finally:
        pinged.store.close()
    shown = three.json("connection", "show", "acme-qad")
    assert (shown["stopped_why"], shown["ping_why"]) == ("the new tenant refused", None)
