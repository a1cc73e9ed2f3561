"""Quick Connect as a page: a company is connected with what the App Center handed over."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import UnknownName
from connector.domain.role import Role
from connector.operations.setup import connections
from sandbox.server import running
from tests.cli.app_center import COMPANY, REQUEST_TOKEN
from tests.console.web import sandboxes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.server import SandboxServer
    from tests.console.web.conftest import Browser, Console

PLACE = "/connections/connect/concur"


@pytest.fixture(scope="module")
def concur() -> Iterator[SandboxServer]:
    with running("concur", seed=3, documents=20) as server:
        server.set_options(request_token_once=True)
        yield server


@pytest.fixture
def browser(console: Console) -> Browser:
    return console.member(Role.ADMIN)


def handed_over(concur: SandboxServer, **more: str) -> dict[str, str]:
    written = {
        "base_url": concur.url,
        "client_id": "concur-client",
        "client_secret": "concur-sandbox",
        "company_uuid": COMPANY,
        "request_token": REQUEST_TOKEN,
    }
    return sandboxes.filled(written | more)


def test_a_company_is_connected_shown_and_connected_again(
    console: Console, browser: Browser, concur: SandboxServer
) -> None:
    page = browser.get(PLACE).text
    assert "App Center" in page
    assert "good for 24 hours" in page

    refused = browser.post(PLACE, name="acme-concur", **handed_over(concur, request_token="made-up-token"))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "Nothing was connected" in refused.text
    assert "made-up-token" not in refused.text
    with pytest.raises(UnknownName):
        connections.get(console.operator, "acme-concur")

    made = browser.post(PLACE, name="acme-concur", **handed_over(concur))
    assert made.status_code == HTTPStatus.OK
    assert "Acme Sandbox Company" in made.text
    assert "What is next" in made.text
    kept = connections.get(console.operator, "acme-concur")
    assert (kept.config["company_uuid"], kept.offered_at) == (COMPANY, None)
    assert "Acme Sandbox Company" in browser.get("/connections/acme-concur").text

    worthless = browser.post(PLACE, again="acme-concur", token="made-up")
    assert worthless.status_code == HTTPStatus.BAD_REQUEST
    concur.set_options(request_token="a-new-one")
    again = browser.post(PLACE, again="acme-concur", token="a-new-one")
    assert "is connected again" in again.text
    assert "a-new-one" not in again.text


def test_what_is_missing_is_said_beside_its_field(browser: Browser, concur: SandboxServer) -> None:
    answer = browser.post(PLACE, name="other", **handed_over(concur, request_token="", company_uuid="nonsense"))
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "request_token is missing." in answer.text
    answer = browser.post(PLACE, name="other", **handed_over(concur, company_uuid="nonsense"))
    assert "company_uuid should be the company" in answer.text


def test_a_system_that_hands_over_nobody_says_so(browser: Browser) -> None:
    assert "hands over no companies" in browser.get("/connections/connect/qad").text
