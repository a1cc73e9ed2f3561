"""The page of Quick Connect, whoever is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError, ConnectorError, CredentialsRefused, StoreUnavailable, Unanswered
from connector.inbound.app import build
from connector.inbound.companies import Said
from connector.inbound.connect import Attempts
from tests.console.receiver import Serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from connector.inbound.companies import Companies, Landed

PRESSED = "/connect/concur?id=11111111-2222-4333-8444-555555555555&requestToken=a-request-token"


class Nobody:
    """Takes no company over, and says why."""

    def __init__(self) -> None:
        self.why: ConnectorError = Said("Not today.")
        self.asked = 0

    def hand_over(self, company: str, request_token: str) -> str:
        self.asked += 1
        raise self.why

    def landed(self, word: str) -> Landed | None:
        raise self.why


@pytest.fixture
def nobody() -> Nobody:
    return Nobody()


def page(companies: Companies | None, attempts: Attempts | None = None, ready: Callable[[], str] = str) -> Serving:
    told = {"bring_forward": lambda *_: 0, "ready": ready, "attempts": attempts}
    known = {"concur": companies} if companies else {}
    return Serving(build(keys=(), marketplaces=registry.marketplaces(), companies=known, **told))


@pytest.fixture
def served(nobody: Nobody) -> Iterator[Serving]:
    with page(nobody) as running:
        yield running


def told(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.text.partition("<p>")[2].partition("</p>")[0]


def test_where_nobody_set_it_up_there_is_nothing() -> None:
    with page(None) as served:
        status, sentence = told(served.get(PRESSED))
        assert (status, "cannot connect themselves" in sentence) == (404, True)
        assert served.get("/connect/concur/connected/word").status_code == 404


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        (Said("Not today."), (409, "Not today.")),
        (
            CredentialsRefused("of acme-concur", code=53),
            (403, "did not accept what its App Center handed over (code 53)"),
        ),
        (StoreUnavailable("the ledger of 10.0.0.1"), (503, "does not answer now, so nothing was connected")),
        (Unanswered("nothing came"), (503, "does not answer now")),
        (ConfigurationError("/etc/secret.yaml is wrong"), (500, "its operator finds out why")),
    ],
)
def test_a_failure_is_one_sentence_that_names_nothing_of_ours(
    served: Serving, nobody: Nobody, why: ConnectorError, shown: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    nobody.why = why
    answer = served.get(PRESSED)
    status, sentence = told(answer)
    assert (status, shown[1] in sentence) == (shown[0], True)
    assert (why.message in answer.text) is isinstance(why, Said)
    assert "a-request-token" not in answer.text
    [logged] = [record.__dict__ for record in caplog.records if record.message == "connect.failed"]
    assert (logged["error"], "a-request-token" in str(logged)) == (why.message, False)


def test_sap_is_asked_a_few_times_a_minute_whoever_calls(nobody: Nobody) -> None:
    now = [0.0]
    with page(nobody, Attempts(most=2, clock=lambda: now[0])) as served:
        assert [served.get(PRESSED).status_code for _ in range(3)] == [409, 409, 429]
        assert nobody.asked == 2
        now[0] = 60.0
        assert served.get(PRESSED).status_code == 409


def test_a_result_that_cannot_be_looked_up_now_can_be_later(served: Serving, nobody: Nobody) -> None:
    nobody.why = StoreUnavailable("The ledger cannot be reached.")
    assert served.get("/connect/concur/connected/word").status_code == 503


def test_an_address_that_is_not_ours_leads_nowhere(served: Serving) -> None:
    for other in ("/connect/concur/", "/connect", "//evil.example/connect/concur"):
        answer = served.get(other, allow_redirects=False, headers={"Host": "evil.example"})
        assert (answer.status_code, "Location" in answer.headers) == (404, False)
