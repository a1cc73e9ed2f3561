from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.domain.exchange import Verdict
from connector.embedded.places import free_port
from connector.systems.jaggaer.names import Names
from connector.systems.jaggaer.system import SYSTEM
from tests.http.misbehaving import says
from tests.systems.jaggaer.conftest import TOKEN_PATH, Connection

if TYPE_CHECKING:
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server

GOOD = {
    "base_url": "https://api.jaggaer.example/",
    "token_url": "https://login.jaggaer.example/auth/realms/J1p-integrations/protocol/openid-connect/token",
    "client_id": "acme",
}
LISTS = {
    "companies": "/j1p/api/public/ja/v1/companyprofiles",
    "account_values": "/j1p/api/public/ji/v1/customfieldvalues",
    "orders": "/j1p/api/public/ji/v1/purchaseorders",
    "invoices": "/j1p/api/public/ji/v1/invoices",
}


def test_the_registry_finds_the_system_by_its_folder() -> None:
    assert registry.system("jaggaer") is SYSTEM
    assert (SYSTEM.title, SYSTEM.secrets) == ("JAGGAER ONE", {"client_secret"})


def test_a_checked_configuration_is_complete_and_holds_no_secret() -> None:
    checked = SYSTEM.check({**GOOD, "client_secret": "s3cret"}, {})

    assert checked == {
        **GOOD,
        "base_url": "https://api.jaggaer.example",
        "invoice_casing": "invoiceOcr",
        "account_field": "Account",
        "sub_account_field": "SubAccount",
        "cost_centre_field": "CostCentre",
        "project_field": "Project",
        "timeout_seconds": 30.0,
    }
    assert SYSTEM.check(checked, {}) == checked


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"base_url": None}, "base_url should be a text."),
        ({"base_url": "api.jaggaer.example"}, "base_url should be a full address such as https://"),
        ({"base_url": "https://[api"}, "base_url cannot be read as an address."),
        ({"base_url": "https://u:p@api.example"}, "base_url should be an address only, without user"),
        ({"base_url": "https://api.example/?tenant=1"}, "base_url should be an address only"),
        ({"base_url": "https://api.example/j1p/api/public"}, "base_url should end before /j1p"),
        ({"token_url": "https://login.example"}, "token_url should be the full address of the token endpoint"),
        ({"client_id": ""}, "client_id is empty."),
        (
            {"ask_again_seconds": []},
            "ask_again_seconds should be a list of whole seconds, the wait before each question",
        ),
        ({"ask_again_seconds": [5, "soon"]}, "ask_again_seconds should be a list of whole seconds"),
        ({"client_id": 7}, "client_id should be a text."),
        ({"invoice_casing": "invoiceocr"}, "invoice_casing should be one of 'invoiceOcr' or 'invoiceOCR'."),
        ({"account_field": " "}, "account_field is empty."),
        ({"timeout_seconds": 0}, "timeout_seconds should be 1 or more."),
        ({"timeout_seconds": 9999}, "timeout_seconds should be 600 or less."),
        ({"timeout_seconds": "soon"}, "timeout_seconds should be a number."),
        ({"tokenurl": "x"}, "There is no setting 'tokenurl' for a JAGGAER connection. Did you mean 'token_url'?"),
    ],
)
def test_each_mistake_in_the_configuration_has_its_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check({**GOOD, **change}, {})

    assert sentence in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check({"base_url": "x"}, {"invoice": {}})

    assert "base_url should be" in str(error.value)
    assert "token_url is missing." in str(error.value)
    assert "client_id is missing." in str(error.value)
    assert "entities.invoice is not known. Did you mean 'invoices'?" in str(error.value)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"orders": {"path": None}}, "entities.orders.path cannot be left out; give it a name."),
        ({"orders": None}, "entities.orders cannot be left out"),
        ({"envelope": {"code": None}}, "entities.envelope.code cannot be left out"),
        ({"orders": {"pth": "x"}}, "entities.orders.pth is not known. Did you mean 'path'?"),
    ],
)
def test_a_mistake_in_the_names_has_its_sentence(overrides: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check(GOOD, overrides)

    assert sentence in str(error.value)


def test_every_packaged_name_says_where_it_is_from() -> None:
    names = Names({})

    assert names.assumed("orders", "path")
    assert not names.assumed("companies", "path")
    assert not Names({"orders": {"path": "v2/orders"}}).assumed("orders", "path")


def test_jaggaer_is_not_read_from() -> None:
    with pytest.raises(ConfigurationError, match="no flow reads from JAGGAER; make it the target"):
        SYSTEM.source(Connection(url="https://api.example"))


def test_a_connection_without_its_secret_says_how_to_give_it() -> None:
    with pytest.raises(ConfigurationError, match="has no client_secret; give it one with `connection rotate acme-jag"):
        SYSTEM.target(Connection(url="https://api.example", secret=""))


def test_a_plain_http_address_is_refused_where_the_deployment_does_not_allow_it() -> None:
    with pytest.raises(ConfigurationError, match="is not encrypted; use https"):
        SYSTEM.target(Connection(url="http://127.0.0.1:1", allow_private_addresses=False))


def test_ping_finds_every_entity_of_the_sandbox(connection: Connection) -> None:
    report = SYSTEM.ping(connection)

    assert report.ok, report
    assert (report.system, report.login) == ("jaggaer", "OAuth2 client credentials as ml-connector")
    assert report.latency_ms > 0
    assert [check.entity for check in report.checks] == [*LISTS, "invoices", "payment_status"]


def test_ping_changes_nothing(connection: Connection, sandbox: SandboxServer) -> None:
    SYSTEM.ping(connection)

    assert sandbox.state()["writes"] == []


def test_ping_logs_in_anew_so_that_wrong_credentials_do_not_hide_behind_a_good_token(sandbox: SandboxServer) -> None:
    connection = Connection(url=sandbox.url)
    SYSTEM.ping(connection)
    connection.secret = "wrong"

    with pytest.raises(CredentialsRefused, match="does not accept client 'ml-connector'"):
        SYSTEM.ping(connection)


def test_ping_of_nobody_says_that_nobody_is_there() -> None:
    with pytest.raises(Unavailable, match=r"acme-jaggaer: 127\.0\.0\.1 refuses connections"):
        SYSTEM.ping(Connection(url=f"http://127.0.0.1:{free_port()}"))


def test_ping_names_the_paths_that_are_not_there(sandbox: SandboxServer) -> None:
    overrides = {
        "orders": {"path": "j1p/api/public/ji/v1/purchaseorder"},
        "invoices": {"import_path": "j1p/api/public/ji/v1/invoices/import"},
        "payment_status": {"path": "j1p/api/public/nowhere"},
    }

    report = SYSTEM.ping(Connection(url=sandbox.url, overrides=overrides))

    verdicts = {(check.entity, check.path.rpartition("/")[2]): check.verdict for check in report.checks}
    assert verdicts == {
        ("companies", "companyprofiles"): Verdict.FOUND,
        ("account_values", "customfieldvalues"): Verdict.FOUND,
        ("orders", "purchaseorder"): Verdict.MISSING,
        ("invoices", "invoices"): Verdict.FOUND,
        ("invoices", "import"): Verdict.MISSING,
        ("payment_status", "nowhere"): Verdict.MISSING,
    }
    details = " ".join(check.detail for check in report.checks)
    assert "has no /j1p/api/public/ji/v1/purchaseorder (404)" in details
    assert "It takes no writes; correct entities.invoices.import_path." in details


def test_ping_names_a_filter_the_tenant_refuses(sandbox: SandboxServer) -> None:
    report = SYSTEM.ping(Connection(url=sandbox.url, overrides={"orders": {"filter": "orderNo"}}))

    [orders] = [check for check in report.checks if check.entity == "orders"]
    assert orders.verdict is Verdict.UNCERTAIN
    assert "Correct the filter names in entities.orders" in orders.detail


def ping_with(server: Server, **answers: Any) -> dict[str, tuple[Verdict, str]]:
    server.on(TOKEN_PATH, says(body=b'{"access_token": "t", "expires_in": 300}'))
    empty = says(body=b'{"returnCode": "0", "totRecords": 0, "returnedRecords": 0}')
    for entity, path in LISTS.items():
        server.on(path, answers.get(entity, empty))
    server.on(LISTS["invoices"] + "/ocr", answers.get("import_", says(405)))
    server.on(LISTS["invoices"] + "/paymentstatus", answers.get("payment", says(405)))
    checks = SYSTEM.ping(Connection(url=server.url)).checks
    return {check.path.rpartition("/")[2]: (check.verdict, check.detail) for check in checks}


def test_ping_tells_missing_permission_from_a_missing_path(server: Server) -> None:
    seen = ping_with(server, orders=says(403), companies=says(404), import_=says(403), payment=says(404, b"gone"))

    assert seen["purchaseorders"][0] is Verdict.NOT_PERMITTED
    assert "does not let this client use /j1p/api/public/ji/v1/purchaseorders (403)" in seen["purchaseorders"][1]
    assert seen["companyprofiles"][0] is Verdict.MISSING
    assert seen["ocr"][0] is Verdict.NOT_PERMITTED
    assert seen["paymentstatus"][0] is Verdict.MISSING


def test_ping_believes_a_path_that_only_takes_writes(server: Server) -> None:
    seen = ping_with(server)

    assert seen["ocr"] == (Verdict.FOUND, "It is there; whether it takes our documents shows with the first one.")


def test_ping_does_not_believe_a_list_that_makes_no_sense(server: Server) -> None:
    seen = ping_with(
        server,
        companies=says(body=b'{"returnCode": 0, "totRecords": 7, "returnedRecords": 7, "otherList": [1]}'),
        orders=says(body=b'{"hello": "world"}'),
        invoices=says(503),
        account_values=says(body=b"<html>"),
        payment=says(500),
    )

    assert seen["companyprofiles"][0] is Verdict.MISSING
    assert "set entities.companies.list" in seen["companyprofiles"][1]
    assert [seen[path][0] for path in ("purchaseorders", "invoices", "customfieldvalues", "paymentstatus")] == [
        Verdict.UNCERTAIN
    ] * 4
