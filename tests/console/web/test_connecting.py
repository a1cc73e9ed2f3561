"""Connections from their first form to their removal, as somebody with a browser has them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from connector.domain.errors import UnknownName
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.setup import connections, filling_in
from connector.operations.work import audit
from sandbox.server import running
from tests.console.web import sandboxes
from tests.console.web.conftest import HOSTILE
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.web.conftest import Browser, Console


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    with running("qad", seed=3, documents=20) as qad, running("jaggaer", seed=3, documents=20) as jaggaer:
        yield {"qad": qad.url, "jaggaer": jaggaer.url}


@pytest.fixture
def browser(console: Console) -> Browser:
    return console.member(Role.ADMIN)


def pinged(console: Console, browser: Browser, name: str) -> str:
    """Ping, and return the page that says what came of it."""
    place = browser.post(f"/connections/{name}/ping").headers["Location"]
    until(lambda: not jobs.get(console.operator, UUID(place.rpartition("/")[2])).under_way, "the ping ends")
    return str(browser.get(place).text)


def test_a_connection_is_added_pinged_changed_and_removed(
    console: Console, browser: Browser, urls: dict[str, str]
) -> None:
    page = browser.get("/connections/add/qad").text
    assert "Address with the context root" in page, "it says what each setting means"

    answer = browser.post("/connections/add/qad", name="shop-qad", **sandboxes.qad(urls["qad"]))
    assert answer.headers["Location"] == "/connections/shop-qad"
    kept = connections.get(console.operator, "shop-qad")
    assert (kept.config["workspace"], kept.config["page_size"]) == ("10USA_10USACO", 500)
    assert "password" not in kept.config

    report = pinged(console, browser, "shop-qad")
    assert "Everything was found" in report
    shown = browser.get("/connections/shop-qad").text
    assert "What the last ping found" in shown
    assert "invoices" in shown

    form = sandboxes.read("/connections/shop-qad/change", browser)
    assert "set.password" not in form, "a secret is never shown again"
    assert sandboxes.PASSWORD not in shown + browser.get("/connections/shop-qad/change").text
    browser.post("/connections/shop-qad/change", **form | {"set.page_size": "250", "why": "less at a time"})
    assert connections.get(console.operator, "shop-qad").config["page_size"] == 250
    assert "What the last ping found" not in browser.get("/connections/shop-qad").text, "that was of what it was"
    assert "Everything was found" in pinged(console, browser, "shop-qad"), "its password is still there"

    browser.post("/connections/shop-qad/remove", name="shop")
    assert connections.get(console.operator, "shop-qad"), "another name was typed"
    browser.post("/connections/shop-qad/remove", name="shop-qad")
    with pytest.raises(UnknownName):
        connections.get(console.operator, "shop-qad")


def test_a_form_with_mistakes_says_each_beside_its_field_and_gives_no_secret_back(browser: Browser) -> None:
    wrong = sandboxes.qad("ftp://files", page_size="many", password="canary-typed") | {"name": "bad"}
    answer = browser.post("/connections/add/qad", **wrong)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "base_url should be a full address such as https://acme.qad.com/clouderp." in answer.text
    assert "page_size should be a number." in answer.text
    assert 'value="ftp://files/clouderp"' in answer.text, "what was typed is still there"
    assert "canary-typed" not in answer.text
    assert answer.text.count('aria-invalid="true"') == 2


@pytest.mark.parametrize("reference", ["env:HOME", "file:/etc/hostname"])
def test_a_form_reads_nothing_of_the_machine(browser: Browser, reference: str) -> None:
    fields = sandboxes.qad("http://127.0.0.1:9") | {"name": "bad"}
    for name in ("set.password", "set.username"):
        answer = browser.post("/connections/add/qad", **fields | {name: reference})
        assert answer.status_code == HTTPStatus.BAD_REQUEST, name


def test_a_secret_that_is_needed_is_missed_in_words_of_a_form(browser: Browser) -> None:
    fields = sandboxes.jaggaer("http://127.0.0.1:9") | {"name": "bad", "set.client_secret": ""}
    answer = browser.post("/connections/add/jaggaer", **fields)
    assert "client_secret is missing." in answer.text
    assert "env:NAME" not in answer.text


def test_secrets_do_not_go_to_another_address_unless_they_are_written_again(
    console: Console, browser: Browser, urls: dict[str, str]
) -> None:
    browser.post("/connections/add/jaggaer", name="shop-j1", **sandboxes.jaggaer(urls["jaggaer"]))
    form = sandboxes.read("/connections/shop-j1/change", browser) | {"why": "it moved"}
    moved = form | {"set.base_url": "http://127.0.0.1:666"}
    answer = browser.post("/connections/shop-j1/change", **moved)
    assert "client_secret is missing: with another base_url it may be sent somewhere else" in answer.text
    assert connections.get(console.operator, "shop-j1").config["base_url"] == urls["jaggaer"]
    for setting, value in (("proxy", "http://evil.example:1"), ("ca_file", "/etc/theirs.pem")):
        answer = browser.post("/connections/shop-j1/change", **form | {f"set.{setting}": value})
        assert answer.status_code == HTTPStatus.BAD_REQUEST, setting
    answer = browser.post("/connections/shop-j1/change", **moved | {"set.client_secret": "another"})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert connections.get(console.operator, "shop-j1").config["base_url"] == "http://127.0.0.1:666"


def test_what_somebody_changed_meanwhile_is_not_changed_back(console: Console, browser: Browser) -> None:
    form = sandboxes.read("/connections/acme-j1/change", browser) | {"why": "both at once"}
    browser.post("/connections/acme-j1/change", **form | {"set.timeout_seconds": "31"})
    answer = browser.post("/connections/acme-j1/change", **form | {"set.timeout_seconds": "99"})
    assert "Somebody changed acme-j1 meanwhile" in answer.text
    assert connections.get(console.operator, "acme-j1").config["timeout_seconds"] == 31
    events = [one for one in audit.walk(console.operator, since=None, until=None) if one.name == "operator.rotated"]
    assert "both at once" in [one.detail.get("why") for one in events]


def test_every_setting_of_every_system_is_asked_for_with_its_meaning_and_comes_back_as_it_is(browser: Browser) -> None:
    for system, _ in filling_in.systems():
        page = browser.get(f"/connections/add/{system}")
        assert page.status_code == HTTPStatus.OK, system
        for setting in filling_in.settings(system):
            assert f'name="set.{setting.name}"' in page.text, (system, setting.name)
            assert setting.help, (system, setting.name)


def test_what_is_called_differently_there_is_written_as_yaml(console: Console, browser: Browser) -> None:
    entities = "invoices:\n  browse: urn:browse:mfg:mine"
    fields = sandboxes.qad("http://127.0.0.1:9", entities=entities) | {"name": "own-qad"}
    browser.post("/connections/add/qad", **fields)
    overrides = connections.get(console.operator, "own-qad").overrides
    assert overrides == {"invoices": {"browse": "urn:browse:mfg:mine"}}
    form = sandboxes.read("/connections/own-qad/change", browser)
    answer = browser.post("/connections/own-qad/change", why="again", **form)
    assert "That is what own-qad has already" in answer.text, "a form that is sent back changes nothing"
    answer = browser.post("/connections/own-qad/change", why="typo", **form | {"set.entities": "invoices: [1"})
    assert "this is not YAML" in answer.text


def test_what_is_typed_is_shown_as_text(browser: Browser) -> None:
    answer = browser.post("/connections/add/qad", name=HOSTILE, **sandboxes.qad(HOSTILE))
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
