"""Quick Connect, by the page that the App Center leads to."""

from __future__ import annotations

import datetime as dt
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import TYPE_CHECKING

import pytest
import requests

from connector import registry
from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.inbound.connect import Attempts
from connector.operations.operator import Operator
from connector.operations.setup.landing import SHOWN_FOR
from connector.operations.setup.landing import AppCenter as Handing
from tests.cli.app_center import COMPANY, AppCenter
from tests.waiting import HANG_SECONDS, until
from workers.console import create

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

OTHER = "99999999-2222-4333-8444-555555555555"
NAME = f"concur-{COMPANY[:8]}"
SECRETS = ("concur-request-token", "concur-sandbox")


def sentence(answer: requests.Response) -> str:
    found = re.search(r"<p>(.*?)</p>", answer.text, re.DOTALL)
    assert found is not None, answer.text
    return unescape(found[1])


def connections(terminal: Terminal) -> dict[str, str]:
    """The name of each, and what keeps it from being used."""
    return {
        one["name"]: "offered" if one["offered_at"] else one["stopped_why"] or one["ping_why"] or "ok"
        for one in terminal.json("connection", "list")
    }


@pytest.fixture
def accepted(terminal: Terminal, app_center: AppCenter) -> Terminal:
    """A company that connected itself as ``acme``."""
    app_center.connect()
    terminal.ok("connection", "accept", NAME, "--name", "acme")
    return terminal


def test_a_company_that_connects_itself_waits_for_an_operator(acme: Terminal, app_center: AppCenter) -> None:
    there, shown = app_center.connect()
    assert "Acme Sandbox Company" in shown
    assert f"ml-connector connection accept {NAME}" in shown
    assert connections(acme)[NAME] == "offered"
    assert "accept" in acme.ok("connection", "show", NAME).out
    pair = ("integration", "add", "concur", "--kind", "qad-concur", "--from", "acme-qad", "--to")
    said = acme(*pair, NAME)
    assert (said.code, "nobody has accepted it" in said.err) == (2, True)
    assert NAME not in acme.ok("export").out

    acme.ok("connection", "accept", NAME, "--name", "acme")
    assert connections(acme)["acme"] == "ok"
    assert NAME not in connections(acme)
    acme.ok(*pair, "acme")
    later = requests.get(there, timeout=HANG_SECONDS).text
    assert ("connection ping acme" in later, "accept" in later) == (True, False), "it shows what is so by now"


def test_a_company_takes_nobodys_name(acme: Terminal, app_center: AppCenter) -> None:
    acme.ok("connection", "add", NAME, "--system", "qad", "--config", str(acme.folder / "qad.yaml"))
    app_center.connect()
    assert {NAME, f"{NAME}-2"} <= set(connections(acme))


def test_the_exchange_is_made_at_once_and_what_came_of_it_is_kept(accepted: Terminal, app_center: AppCenter) -> None:
    app_center.concur.set_options(hours_later=30)
    accepted.ok("connection", "ping", "acme")


def test_a_company_that_an_operator_named_before_is_connected_at_once(
    terminal: Terminal, app_center: AppCenter, file: str
) -> None:
    named = terminal.file("named.yaml", f"{(terminal.folder / file).read_text()}company_uuid: {COMPANY}\n")
    terminal.ok("connection", "add", "acme", "--system", "concur", "--config", named)
    said = terminal("connection", "ping", "acme")
    assert (said.code, "never been connected" in said.err) == (1, True)
    app_center.connect()
    assert connections(terminal) == {"acme": "ok"}
    terminal.ok("connection", "ping", "acme")


def test_a_page_that_is_loaded_twice_connects_once(accepted: Terminal, app_center: AppCenter) -> None:
    app_center.concur.set_options(request_token_once=True, request_token="good-once")
    for _ in range(2):
        assert "Connected again" in app_center.connect("good-once")[1]
    assert list(connections(accepted)) == ["acme"]


def test_a_browser_that_asks_twice_at_once_connects_once(terminal: Terminal, app_center: AppCenter) -> None:
    app_center.concur.set_options(request_token_once=True)
    app_center.concur.set_faults({"match": {"path": "/oauth2/v0/token"}, "kind": "slow", "seconds": 300, "count": 1})
    with ThreadPoolExecutor() as browser:
        asked = [browser.submit(app_center.press)]
        until(lambda: app_center.concur.state("tokens")["tokens"]["issued"], "the first token is exchanged")
        asked.append(browser.submit(app_center.press))
        until(lambda: app_center.page.connections() == 2, "both are there")
        app_center.concur.set_faults()  # lets the first answer go
        assert [one.result().status_code for one in asked] == [303, 303]
    assert list(connections(terminal)) == [NAME]


def test_a_company_connects_itself_again_and_goes_on(accepted: Terminal, app_center: AppCenter) -> None:
    app_center.concur.set_options(lapse_refresh_tokens=True, revoke_tokens=True, hours_later=25)
    assert accepted("connection", "ping", "acme").code == 1
    app_center.concur.set_options(request_token="a-new-one")
    there, shown = app_center.connect("a-new-one")
    assert ("Connected again" in shown, "a-new-one" in there) == (True, False)
    assert connections(accepted) == {"acme": "ok"}
    accepted.ok("connection", "ping", "acme")


def test_a_stranger_takes_nothing_from_a_connection_that_works(accepted: Terminal, app_center: AppCenter) -> None:
    answer = app_center.press("made-up")
    assert (answer.status_code, "did not accept" in sentence(answer)) == (403, True)
    assert "acme" not in answer.text
    accepted.ok("connection", "ping", "acme")


@pytest.mark.parametrize("scopes", [["FISVC"], ["company.read", "FISVC"]], ids=["nothing", "another company"])
def test_a_connection_is_renewed_only_if_sap_says_whose_token_it_is(
    accepted: Terminal, app_center: AppCenter, scopes: list[str]
) -> None:
    app_center.concur.set_options(scopes=scopes, profile_id=OTHER, request_token="strange")
    before = accepted.json("connection", "show", "acme")["updated_at"]
    answer = app_center.press("strange")
    assert answer.status_code in {403, 409}
    assert accepted.json("connection", "show", "acme")["updated_at"] == before


def test_a_company_whose_profile_is_not_shown_says_so_to_the_operator(
    terminal: Terminal, app_center: AppCenter
) -> None:
    app_center.concur.set_options(scopes=["FISVC"])
    _, shown = app_center.connect()
    assert "company.read" in shown
    assert "company.read" in terminal.ok("connection", "show", NAME).out


def test_a_company_with_two_connections_is_left_to_the_operator(accepted: Terminal, app_center: AppCenter) -> None:
    accepted.ok("connection", "connect", "second", "--id", COMPANY, "--request-token", "-", "--config",
                str(accepted.folder / "application.yaml"), stdin="concur-request-token")  # fmt: skip
    answer = app_center.press()
    assert (answer.status_code, "more than one connection" in sentence(answer)) == (409, True)


def test_there_is_an_end_to_companies_that_wait(terminal: Terminal, app_center: AppCenter, built: Application) -> None:
    app_center.connect()
    with built.store.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO connections (id, name, system, config, secrets, offered_at) "
            "SELECT gen_random_uuid(), 'waits-' || n, 'concur', "
            """'{"company_uuid": "x", "client_id": "x"}'::jsonb, ''::bytea, now() FROM generate_series(1, 49) n"""
        )
    answer = app_center.press(company=OTHER)
    assert (answer.status_code, "Too many companies" in sentence(answer)) == (409, True)


@pytest.mark.parametrize(
    "words",
    [
        "",
        f"?id={COMPANY}",
        "?requestToken=x",
        "?id=1234&requestToken=x",
        f"?id={COMPANY}&requestToken=%0d%0aSet-Cookie:a",
    ],
)
def test_an_address_that_the_app_center_never_sends_is_refused(app_center: AppCenter, words: str) -> None:
    answer = app_center.page.get(f"/connect/concur{words}")
    assert (answer.status_code, "press Connect" in sentence(answer)) == (400, True)


def test_sap_or_the_ledger_may_be_away(app_center: AppCenter) -> None:
    app_center.concur.set_faults({"match": {"path": "/oauth2/v0/token"}, "kind": "503", "count": 10})
    answer = app_center.press()
    assert (answer.status_code, "in a few minutes" in sentence(answer)) == (503, True)


def test_what_sap_says_is_shown_as_text_and_the_page_loads_nothing(
    terminal: Terminal, app_center: AppCenter, caplog: pytest.LogCaptureFixture
) -> None:
    app_center.concur.set_options(company_name='<script>alert(1)</script> & "Söhne"')
    with caplog.at_level(logging.INFO):
        sent_on = app_center.press()
        there, shown = app_center.connect()
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Söhne&quot;" in shown
    headers = sent_on.headers
    assert headers["Location"].startswith("/connect/concur/connected/")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    logged = "\n".join(str(record.__dict__) for record in caplog.records)
    assert "connect.connected" in logged
    assert not [secret for secret in SECRETS for text in (there, shown, sent_on.text, logged) if secret in text]


def test_a_result_is_shown_for_a_while_and_to_nobody_who_makes_up_its_address(
    terminal: Terminal, app_center: AppCenter, built: Application
) -> None:
    there, _ = app_center.connect()
    for made_up in (there[:-6] + "AAAAAA", there.rsplit("/", 1)[0] + "/x", there.rsplit("/", 1)[0] + "/%ff%00"):
        assert requests.get(made_up, timeout=HANG_SECONDS).status_code == 404
    word = there.rsplit("/", 1)[1]
    operator = Operator(application=built, actor="app-center")
    for late, found in ((dt.timedelta(), True), (SHOWN_FOR, False)):
        now = dt.datetime.now(dt.UTC) + late
        landed = Handing(
            operator=operator, system=registry.marketplace("concur"), application={}, now=lambda now=now: now
        ).landed(word)
        assert (landed is not None) is found


def test_a_mistake_in_the_application_is_said_when_the_console_starts(
    terminal: Terminal, app_center: AppCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = terminal.file("wrong.yaml", "client_id: concur-client\nclient_secret: concur-sandbox\n")
    monkeypatch.setenv("ML_CONNECTOR_CONCUR_APPLICATION", wrong)
    with pytest.raises(ConfigurationError, match=r"CONCUR_APPLICATION.*must not stand here in clear"):
        create(load_settings())
    for nobody, why in (("CONCRU", "Did you mean 'concur'"), ("QAD", "hands over no companies")):
        monkeypatch.delenv("ML_CONNECTOR_CONCUR_APPLICATION", raising=False)
        monkeypatch.setenv(f"ML_CONNECTOR_{nobody}_APPLICATION", wrong)
        with pytest.raises(ConfigurationError, match=f"{nobody}_APPLICATION.*{why}"):
            create(load_settings())
        monkeypatch.delenv(f"ML_CONNECTOR_{nobody}_APPLICATION")


def test_sap_is_not_asked_again_and_again_in_our_name() -> None:
    now = [0.0]
    attempts = Attempts(most=2, clock=lambda: now[0])
    assert [attempts.may_begin() for _ in range(3)] == [True, True, False]
    now[0] = 59.9
    assert not attempts.may_begin()
    now[0] = 60.0
    assert [attempts.may_begin() for _ in range(3)] == [True, True, False]
