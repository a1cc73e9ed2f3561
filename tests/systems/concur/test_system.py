from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.domain.exchange import Verdict
from connector.domain.token import Token
from connector.embedded.places import free_port
from connector.ports import Lapsing, Renewing
from connector.systems.concur.names import Names
from connector.systems.concur.system import SYSTEM
from tests.http.misbehaving import says
from tests.systems.concur.conftest import FIS, LISTS, TOKEN_PATH, Connection, tells

if TYPE_CHECKING:
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server

GOOD = {"client_id": "concur-client", "company_uuid": "11111111-2222-4333-8444-555555555555"}
ENTITIES = {
    "expenses",
    "invoices",
    "cash_advances",
    "vendors",
    "list_items",
    "purchase_orders",
    "receipts",
    "payment_confirmations",
}


def test_the_registry_finds_the_system_by_its_folder() -> None:
    assert registry.system("concur") is SYSTEM
    assert (SYSTEM.title, SYSTEM.secrets) == ("SAP Concur", {"client_secret", "request_token"})


def test_a_checked_configuration_is_complete_and_holds_no_secret() -> None:
    checked = SYSTEM.check({**GOOD, "client_secret": "s3cret", "request_token": "t0ken"}, {})

    assert checked == {
        **GOOD,
        "base_url": "https://glz.api.concursolutions.com",
        "system_id": "",
        "allow_test_documents": False,
        "document_format": "JSON",
        "page_size": 100,
        "geolocation": "",
        "timeout_seconds": 30.0,
    }
    assert SYSTEM.check(checked, {}) == checked


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"client_id": ""}, "client_id is empty."),
        (
            {"ask_again_seconds": []},
            "ask_again_seconds should be a list of whole seconds, the wait before each question",
        ),
        ({"ask_again_seconds": [5, "soon"]}, "ask_again_seconds should be a list of whole seconds"),
        ({"client_id": 7}, "client_id should be a text."),
        ({"company_uuid": "acme"}, "company_uuid should be the company's id as the App Center gives it"),
        ({"base_url": ""}, "base_url is empty; leave it out for https://glz.api"),
        ({"base_url": "glz.api.example"}, "base_url should be a full address such as https://glz"),
        ({"base_url": "https://[glz"}, "base_url cannot be read as an address."),
        ({"base_url": "https://glz.api.example/oauth2/v0"}, "base_url should be an address only, without path"),
        ({"geolocation": "us2"}, "geolocation should be a full address"),
        ({"geolocation": "https://u:p@us2.example"}, "geolocation should be an address only, without path, user"),
        ({"system_id": "S" * 51}, "system_id should have at most 50 characters."),
        ({"allow_test_documents": "perhaps"}, "allow_test_documents should be true or false."),
        ({"document_format": "xml"}, "document_format should be one of 'text' or 'JSON'."),
        ({"page_size": 0}, "page_size should be 1 or more."),
        ({"page_size": 5000}, "page_size should be 1000 or less."),
        ({"page_size": "many"}, "page_size should be a number."),
        ({"clientid": "x"}, "There is no setting 'clientid' for a Concur connection. Did you mean 'client_id'?"),
    ],
)
def test_each_mistake_in_the_configuration_has_its_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check({**GOOD, **change}, {})

    assert sentence in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check({"page_size": 0}, {"vendor": {}})

    assert "client_id is missing." in str(error.value)
    assert "company_uuid is missing." in str(error.value)
    assert "page_size should be" in str(error.value)
    assert "entities.vendor is not known. Did you mean 'vendors'?" in str(error.value)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"vendors": {"path": None}}, "entities.vendors.path cannot be left out; give it a name."),
        ({"list_items": {"lists": {"cost_centers": "x"}}}, "Did you mean 'cost_centres'?"),
        ({"transactions": None}, "entities.transactions cannot be left out"),
    ],
)
def test_a_mistake_in_the_names_has_its_sentence(overrides: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check(GOOD, overrides)

    assert sentence in str(error.value)


def test_lists_may_stay_unset_and_what_goes_into_a_path_is_made_safe() -> None:
    names = Names({"list_items": {"lists": {"accounts": "a"}}})

    assert names.lists() == {"accounts": "a"}
    assert names("purchase_orders", "single", order="PO/1?x").endswith("/PO%2F1%3Fx")
    assert names.assumed("purchase_orders", "single")
    assert not names.assumed("vendors", "path")


def test_a_connection_without_its_secret_says_how_to_give_it() -> None:
    with pytest.raises(ConfigurationError, match="has no client_secret; give it one with `connection rotate acme-conc"):
        SYSTEM.source(Connection(url="https://glz.example", secret=""))


def test_a_plain_http_address_is_refused_where_the_deployment_does_not_allow_it() -> None:
    with pytest.raises(ConfigurationError, match="is not encrypted; use https"):
        SYSTEM.target(Connection(url="http://127.0.0.1:1", allow_private_addresses=False))


def test_opening_a_connection_sends_nothing() -> None:
    nobody = Connection(url=f"http://127.0.0.1:{free_port()}")

    SYSTEM.source(nobody)
    SYSTEM.target(nobody)


def test_its_tokens_are_kept_and_their_end_is_known() -> None:
    assert isinstance(SYSTEM, Renewing)
    assert isinstance(SYSTEM, Lapsing)
    assert "client_secret" not in SYSTEM.grant
    token = Token(access="a", extra={"refreshed_at": "2026-11-20T00:00:00+00:00"})
    assert SYSTEM.lapses_at(token) == dt.datetime(2027, 5, 20, tzinfo=dt.UTC)


def test_ping_finds_every_entity_of_the_sandbox(connection: Connection) -> None:
    report = SYSTEM.ping(connection)

    assert report.ok, report
    assert report.system == "concur"
    assert report.login == f"OAuth2 as company {GOOD['company_uuid']}, client concur-client"
    assert report.latency_ms > 0
    assert {check.entity for check in report.checks} == ENTITIES
    lists = [check.detail for check in report.checks if check.entity == "list_items"]
    assert lists == [
        "The company has 4 lists.",
        f"Set for accounts: {LISTS['accounts']} is accounts (1 level).",
        f"Set for cost_centres: {LISTS['cost_centres']} is cost_centres (1 level).",
        "Not set: aaaaaaaa-0003-4000-8000-000000000003 is projects (1 level).",
        "Not set: aaaaaaaa-0004-4000-8000-000000000004 is connected (1 level).",
    ]


def test_ping_changes_nothing_but_the_token(connection: Connection, sandbox: SandboxServer) -> None:
    sandbox.add_documents({"generate": {"expenses": 2}})
    before = sandbox.state("statuses", "writes")

    SYSTEM.ping(connection)
    first = connection.tokens.stored
    SYSTEM.ping(connection)

    assert sandbox.state("statuses", "writes") == before
    assert connection.tokens.stored != first


def test_ping_without_lists_says_to_set_them(sandbox: SandboxServer) -> None:
    report = SYSTEM.ping(Connection(url=sandbox.url, overrides={}))

    check, *lists = [check for check in report.checks if check.entity == "list_items"]
    assert check.verdict is Verdict.FOUND
    assert "none is set; write the ids" in check.detail
    assert [one.detail.split()[2] for one in lists][:2] == list(LISTS.values())


def test_ping_finds_every_list_however_many_there_are_and_says_what_is_wrong_with_one(sandbox: SandboxServer) -> None:
    gone = "dddddddd-0001-4000-8000-000000000001"
    sandbox.set_options(list_page_size=1, read_only_lists=["accounts"])
    overrides = {"list_items": {"lists": {"accounts": LISTS["accounts"], "projects": gone}}}

    report = SYSTEM.ping(Connection(url=sandbox.url, overrides=overrides))

    first, read_only, missing, *others = [check for check in report.checks if check.entity == "list_items"]
    assert first.detail == "The company has 4 lists."
    assert (read_only.verdict, "It is read only in Concur" in read_only.detail) == (Verdict.NOT_PERMITTED, True)
    assert (missing.verdict, gone in missing.path) == (Verdict.MISSING, True)
    assert len(others) == 3


def test_ping_tells_missing_from_forbidden_and_from_broken(home: Server, logged_in: Connection) -> None:
    home.on(TOKEN_PATH, tells({"access_token": "a2", "refresh_token": "r2", "geolocation": home.url}))
    home.on(f"{FIS}/expense/transactions", tells({"content": []}))
    home.on(f"{FIS}/invoice/transactions", tells({"message": "no scope"}, status=403))
    home.on(f"{FIS}/cashadvance/transactions", says(503))
    home.on("/api/v3.1/invoice/vendors", says(200, b"<Vendors/>"))
    home.on(f"/list/v4/lists/{LISTS['accounts']}/children", tells({"error": {"message": "gone"}}, status=404))
    home.on("/api/v3.0/invoice/purchaseorderreceipts", tells({"message": "No receipts"}, status=404))

    report = SYSTEM.ping(logged_in)

    verdicts = [(check.entity, check.verdict) for check in report.checks]
    assert verdicts == [
        ("expenses", Verdict.FOUND),
        ("invoices", Verdict.NOT_PERMITTED),
        ("cash_advances", Verdict.UNCERTAIN),
        ("vendors", Verdict.UNCERTAIN),
        ("list_items", Verdict.MISSING),
        ("list_items", Verdict.MISSING),
        ("list_items", Verdict.MISSING),
        ("purchase_orders", Verdict.MISSING),
        ("receipts", Verdict.FOUND),
        ("payment_confirmations", Verdict.MISSING),
    ]
    assert all(check.detail for check in report.checks if check.verdict is not Verdict.FOUND)


def test_ping_of_nobody_is_an_error() -> None:
    with pytest.raises(Unavailable, match="refuses connections"):
        SYSTEM.ping(Connection(url=f"http://127.0.0.1:{free_port()}"))


def test_ping_with_wrong_credentials_says_how_to_reconnect(sandbox: SandboxServer) -> None:
    with pytest.raises(CredentialsRefused, match="connection connect acme-concur"):
        SYSTEM.ping(Connection(url=sandbox.url, request_token="wrong"))


def test_a_refresh_token_that_is_over_stops_the_connection(sandbox: SandboxServer, connection: Connection) -> None:
    SYSTEM.ping(connection)
    sandbox.set_options(hours_later=4400)

    with pytest.raises(CredentialsRefused, match="code 108"):
        SYSTEM.ping(connection)


@pytest.mark.parametrize("code", [5, 10, 16, 53, 61, 105, 108])
def test_each_refusal_of_the_login_stops_the_connection(
    sandbox: SandboxServer, connection: Connection, code: int
) -> None:
    sandbox.set_options(token_error=code)

    with pytest.raises(CredentialsRefused, match=f"code {code}\\b"):
        SYSTEM.ping(connection)


def test_a_company_under_maintenance_is_tried_again(sandbox: SandboxServer, connection: Connection) -> None:
    sandbox.set_options(token_error=134)

    with pytest.raises(Unavailable):
        SYSTEM.ping(connection)
