from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.domain.exchange import Verdict
from connector.ports import Lacking
from connector.systems.jaggaer_xml import countries
from connector.systems.jaggaer_xml.system import SYSTEM, JaggaerXmlSystem
from tests.systems.jaggaer_xml.conftest import ADDRESS, Connection

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

CONFIG = {"base_url": "https://integrations.acme.example", "identity": "AcmeOrg"}


def test_it_is_another_interface_of_jaggaer() -> None:
    assert registry.documents_of("jaggaer-xml") == "jaggaer"
    assert "jaggaer-xml" in registry.speaking("jaggaer")
    assert isinstance(SYSTEM, Lacking)
    assert SYSTEM.secrets == {"shared_secret"}


def test_the_defaults_are_those_of_the_example() -> None:
    checked = SYSTEM.check(CONFIG, {})
    assert (checked["invoice_path"], checked["order_numbers_unique"], checked["account_field"]) == (
        "",
        False,
        "Account",
    )


@pytest.mark.parametrize(
    ("config", "overrides", "sentence"),
    [
        ({"base_url": "acme"}, {}, "base_url should be a full address such as"),
        ({"identity": ""}, {}, "identity is empty"),
        ({"invoice_path": "https://other.example/x"}, {}, "invoice_path should be the path behind base_url"),
        ({"adresses": {}}, {}, "Did you mean 'addresses'?"),
        ({"addresses": {"1": {**ADDRESS, "lines": []}}}, {}, "addresses.1.lines"),
        ({}, {"orders": {"header": {"number": None}}}, "entities.orders.header.number cannot be left out"),
        ({}, {"orders": {"header": {"change": None}}}, "entities.orders.header.change cannot be left out"),
        ({}, {"orders": {"header": {"buyer": "User profile"}}}, "is no place in a message"),
        ({}, {"orders": {"dtd": 'x" y "'}}, "is no place in a message"),
        ({}, {"order": {}}, "Did you mean 'orders'?"),
    ],
)
def test_a_mistake_is_one_sentence(config: dict[str, Any], overrides: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence.replace("?", r"\?")):
        SYSTEM.check({**CONFIG, **config}, overrides)


def test_nothing_is_read_from_it_and_nothing_sent_without_a_secret(sandbox: SandboxServer) -> None:
    connection: Any = Connection(url=sandbox.url, secret="")
    with pytest.raises(ConfigurationError, match="make it the target"):
        SYSTEM.source(connection)
    with pytest.raises(ConfigurationError, match="has no shared_secret"):
        SYSTEM.target(connection)


def test_ping_looks_for_the_paths_and_says_what_has_no_message(sandbox: SandboxServer) -> None:
    connection: Any = Connection(url=sandbox.url, overrides={"orders": {"path": "apps/Router/Nowhere"}})
    report = SYSTEM.ping(connection)
    assert {check.entity: check.verdict for check in report.checks} == {
        "companies": Verdict.FOUND,
        "orders": Verdict.MISSING,
        "invoices": Verdict.FOUND,
        "account_values": Verdict.NOT_OFFERED,
        "payment_status": Verdict.NOT_OFFERED,
    }
    details = {check.entity: check.detail for check in report.checks}
    assert "correct entities.orders.path" in details["orders"]
    assert "no message known" in details["payment_status"]
    assert report.login == "shared secret as AcmeOrg, not tried"
    assert sandbox.state()["messages"] == [], "a ping sends nothing"


def test_ping_misses_the_path_of_invoices_until_somebody_names_it(sandbox: SandboxServer) -> None:
    connection: Any = Connection(url=sandbox.url, settings={"invoice_path": ""})
    [check] = [check for check in SYSTEM.ping(connection).checks if check.entity == "invoices"]
    assert check.verdict is Verdict.MISSING
    assert check.detail.startswith("invoice_path is not set")


@pytest.mark.parametrize(
    ("entity", "settings", "said"),
    [
        ("companies", {}, "Payment terms and phone numbers"),
        ("orders", {}, "an answer that is lost goes to a person"),
        ("orders", {}, "addresses is empty"),
        ("invoices", {}, "invoice_path is not set"),
        ("invoices", {"invoice_path": "x"}, "switch the option accounts_required off"),
        ("account_values", {}, "nothing is sent"),
        ("payment_status", {}, "nothing is sent"),
    ],
)
def test_what_it_cannot_carry_is_said_of_each_flow(entity: str, settings: dict[str, Any], said: str) -> None:
    system = JaggaerXmlSystem()
    assert said in " ".join(system.lacks(entity, {**CONFIG, **settings}, {}, posting=True))
    assert system.lacks(entity, {**CONFIG, **settings}, {}, posting=False) == ()


def test_what_is_set_is_not_lacked() -> None:
    settings = {"order_numbers_unique": True, "addresses": {"1": ADDRESS}}
    [only] = JaggaerXmlSystem().lacks("orders", {**CONFIG, **settings}, {}, posting=True)
    assert only.startswith("Payment terms, accounting")


@pytest.mark.parametrize(("code", "two", "three"), [("DE", "DE", "DEU"), ("USA", "US", "USA"), ("XX", "", "")])
def test_countries_have_two_codes(code: str, two: str, three: str) -> None:
    assert (countries.of_two_letters(code), countries.of_three_letters(code)) == (two, three)
