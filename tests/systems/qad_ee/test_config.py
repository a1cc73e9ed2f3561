from __future__ import annotations

from typing import Any

import pytest
import yaml

from connector.domain.errors import ConfigurationError
from connector.ports import Interface, Lacking
from connector.systems.qad_ee import config as configuration
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad_ee.standing_in import settings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"qxi_url": "qad.acme.example"}, "qxi_url should be a full address"),
        ({"receiver": "two words"}, "should be the name of a receiver"),
        ({"receivers": {"bcinvoice": "a b"}}, "`API: receiver` lines"),
        ({"username": ""}, "username is missing; auth: session_context needs it"),
        ({"workspaces": ["11CAN"]}, "a list of DOMAIN_ENTITY"),
        ({"reads": {"orderz": "wsa"}}, "has no 'orderz'; it may name suppliers"),
        ({"reads": {"orders": "telepathy"}}, "orders should be"),
        ({"reads": {"orders": "wsa"}}, "wsa_url is missing; orders is read by wsa"),
        ({"posted": {"supplier_invoices": "browse"}}, "browse_url is missing; supplier_invoices is read by browse"),
        ({"posted": {"supplier_invoices": "query_service"}}, "should be one of"),
        ({"timezone": "Mars"}, "should be a time zone"),
        ({"workspaces": ["11CAN_10USACO"]}, "workspaces has entity 10USACO in several domains"),
        ({"workspaces": ["11CAN_X", "12MEX_X"]}, "workspaces has entity X in several domains"),
        ({"receivers": {"bcinvoce": "QADFIN"}}, r"receivers has 'bcinvoce', .* it may name bcinvoice"),
        ({"session": {"password": "x"}}, "session has no 'password'; it may name mnemonicsRaw"),
        ({"session": {"decimalSeparator": ","}}, "a value for decimalSeparator that it may not have"),
        ({"session": "raw"}, "`property: value` lines"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        SYSTEM.check(settings(**changes), {})


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"orders": {"objects": {"order": {"fields": {"order_number": None}}}}}, "names the key of orders"),
        ({"invoices": {"objects": {"invoice": {"fields": {"approved": None}}}}}, "it could pay an invoice"),
        ({"orders": {"objects": {"order": {"record": None}}}}, "record cannot be left out"),
        ({"supplier_invoices": {"fields": {"reference": None}}}, "fields.reference cannot be left out"),
        ({"supplier_invoices": {"search": {"fields": {"entity": None}}}}, "search.fields.entity cannot be left out"),
        ({"supplier_invoices": {"fields": {"correlation": None}}}, "finds nothing; leave that out too"),
        ({"orders": {"wsa": {"operation": "x", "most_rows": 0}}}, "most_rows must be a whole number"),
        ({"orders": {"wsa": {"operation": "x", "parameters": ["d"]}}}, "`element: value` lines"),
        ({"query_service": {"profile": None}}, "profile cannot be left out"),
        ({"lengths": {"account": "eight"}}, "entities.lengths.account must be"),
        ({"lengths": {"comment": "long"}}, "entities.lengths.comment must be a whole number of at least 1"),
        ({"browses": {"suppliers": {"detail": {}}}}, "not for Enterprise Edition"),
        ({"browses": {"suppliers": {"browze": "x"}}}, "Did you mean 'browse'"),
    ],
)
def test_a_mistake_in_the_names_is_named(overrides: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        SYSTEM.check(settings(), overrides)


def test_a_domain_and_an_entity_may_have_any_name() -> None:
    config = configuration.read(settings(domain="10_USA", entity="US_CO", workspaces=["11CAN_11CANCO"]))
    assert config.domains == {"US_CO": "10_USA", "11CANCO": "11CAN"}


def test_its_documents_are_those_of_qad() -> None:
    assert isinstance(SYSTEM, Interface)
    assert SYSTEM.interface_of == "qad"


def test_what_a_site_cannot_do_is_known_before_anything_runs() -> None:
    assert isinstance(SYSTEM, Lacking)

    def lacks(entity: str, *, posting: bool = False, overrides: dict[str, Any] | None = None, **changes: Any) -> str:
        return " ".join(SYSTEM.lacks(entity, settings(**changes), overrides or {}, posting=posting))

    assert lacks("orders") == ""
    assert "only as far as QXO has pushed them" in lacks("invoices")
    assert "it has no Financials" in lacks("invoices", reads={"invoices": "query_service"})
    assert "entities.invoices.query_qdoc is not described" in lacks("invoices", reads={"invoices": "query_qdoc"})
    assert "reads.invoices: none" in lacks("invoices", reads={"invoices": "none"})
    assert "goes to a person" in lacks("journal_entries", posting=True)
    assert "not pushed in time" in lacks("journal_entries", posting=True, posted={"journal_entries": "qxo"})
    assert "writes: false" in lacks("journal_entries", posting=True, writes=False)
    described = {"journal_entries": {"search": {"query_qdoc": {"api": "queryPosted"}}}}
    posted = {"journal_entries": "query_qdoc"}
    assert lacks("journal_entries", posting=True, posted=posted, overrides=described) == ""
    assert "is not described" in lacks("journal_entries", posting=True, posted=posted)
    short = {"posted": posted, "overrides": described, "ask_again_seconds": [5, 15]}
    assert "after 20 seconds of asking" in lacks("journal_entries", posting=True, **short)
    assert lacks("journal_entries", posting=True, **short, timeout_seconds=20) == ""
    patient = {"timeoutLimit": "600"}
    assert "may work on it for 600" in lacks("journal_entries", posting=True, posted=posted, session=patient)
    never = {"posted": posted, "overrides": described, "session": {"timeoutLimit": "0"}}
    assert "QAD may work on it without end (timeoutLimit is 0)" in lacks("journal_entries", posting=True, **never)


def test_the_connection_to_the_simulator_is_one() -> None:
    written = yaml.safe_load(SYSTEM.examples.at("http://127.0.0.1:9006"))
    overrides = written.pop("entities")
    assert SYSTEM.check(written, overrides)["qxi_url"].startswith("http://127.0.0.1:9006/")
