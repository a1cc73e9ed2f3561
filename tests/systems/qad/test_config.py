from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError
from connector.systems.qad.config import read
from connector.systems.qad.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_right_configuration_comes_back_whole_and_without_its_secret(right: Callable[..., dict[str, Any]]) -> None:
    checked = SYSTEM.check(right(base_url="https://acme.qad.com/clouderp/", password="hidden-1"), {})
    assert checked["base_url"] == "https://acme.qad.com/clouderp"
    assert checked["page_size"] == 500
    assert checked["auth"] == "oauth_password"
    assert "password" not in checked


def test_a_checked_configuration_can_be_checked_again(right: Callable[..., dict[str, Any]]) -> None:
    checked = SYSTEM.check(right(timezone="America/Chicago"), {})
    assert SYSTEM.check(checked, {}) == checked


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"base_url": "acme.qad.com/clouderp"},
            "base_url should be a full address such as https://acme.qad.com/clouderp.",
        ),
        (
            {"base_url": "https://acme.qad.com/clouderp/api"},
            "base_url should end with the context root (for instance /clouderp), before /api.",
        ),
        (
            {"base_url": "https://acme.qad.com/clouderp/oauth/token"},
            "base_url should end with the context root (for instance /clouderp), before /oauth.",
        ),
        (
            {"base_url": "https://u:p@acme.qad.com/x"},
            "base_url should be an address only, without user, password, question mark or #.",
        ),
        ({"auth": "jwt"}, "auth should be one of 'oauth_password', 'session' or 'basic'."),
        ({"dates": "day first"}, "dates should be one of 'iso', 'mdy', 'dmy' or 'ymd'."),
        ({"decimals": ","}, "decimals should be one of 'point' or 'comma'."),
        ({"page_size": "many"}, "page_size should be a number."),
        ({"page_size": 0}, "page_size should be 1 or more."),
        ({"page_size": 10_001}, "page_size should be 10000 or less."),
        ({"timeout_seconds": 0.1}, "timeout_seconds should be 1 or more."),
        ({"username": ""}, "username is empty."),
        ({"username": 5}, "username should be a text."),
        ({"workspace": "10USA"}, "workspace should be DOMAIN_ENTITY, for instance 10USA_10USACO."),
        ({"domain": "11CAN"}, "domain '11CAN' is not the one of workspace '10USA_10USACO'."),
        ({"entity": "11CANCO"}, "entity '11CANCO' is not the one of workspace '10USA_10USACO'."),
        ({"writes": "perhaps"}, "writes should be true or false."),
        ({"workspaces": "11CAN_11CANCO"}, "workspaces should be a list."),
        (
            {"workspaces": ["11CAN"]},
            "workspaces should be a list of DOMAIN_ENTITY, for instance [11CAN_11CANCO].",
        ),
        ({"timezone": "Middle/Earth"}, "timezone should be a time zone such as UTC or America/Chicago."),
        ({"timezone": "../etc/passwd"}, "timezone should be a time zone such as UTC or America/Chicago."),
        (
            {"client_id": ""},
            "client_id is missing; auth: oauth_password needs it (screen 'Client IDs' of the instance).",
        ),
    ],
)
def test_each_mistake_has_its_sentence(
    right: Callable[..., dict[str, Any]], changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check(right(**changes), {})
    assert error.value.message == sentence


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        SYSTEM.check({"base_url": "x", "user": "mfg"}, {"invoice": {}})
    said = error.value.message
    assert "base_url should be a full address" in said
    assert "username is missing." in said
    assert "There is no setting 'user' for a QAD connection. Did you mean 'username'?" in said
    assert "entities.invoice is not known. Did you mean 'invoices'?" in said


def test_the_workspace_may_be_given_as_domain_and_entity(right: Callable[..., dict[str, Any]]) -> None:
    assert read(right(workspace="", domain="10USA", entity="10USACO")).full_workspace == "10USA_10USACO"


def test_a_configuration_without_workspace_is_refused(right: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(ConfigurationError, match="workspace is missing; give workspace: DOMAIN_ENTITY"):
        read(right(workspace="", domain="10USA"))


def test_documents_go_to_the_workspace_of_their_entity(right: Callable[..., dict[str, Any]]) -> None:
    checked = SYSTEM.check(right(workspaces=["11CAN_11CANCO"]), {})
    assert SYSTEM.check(checked, {}) == checked
    assert read(checked).posting_workspaces == {"10USACO": "10USA_10USACO", "11CANCO": "11CAN_11CANCO"}


def test_the_shared_set_is_needed_as_long_as_suppliers_are_read_in_detail(right: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(ConfigurationError, match="shared_set is missing"):
        SYSTEM.check(right(shared_set=""), {})
    assert SYSTEM.check(right(shared_set=""), {"suppliers": {"detail": None}})["shared_set"] == ""


def test_basic_needs_no_client_id(right: Callable[..., dict[str, Any]]) -> None:
    assert read(right(auth="basic", client_id="")).auth == "basic"


def test_no_sentence_repeats_a_value_that_may_be_a_secret() -> None:
    with pytest.raises(ConfigurationError) as error:
        read({"base_url": "https://mfg:s3cret@host/x", "passwort": "s3cret"})
    assert "s3cret" not in error.value.message
