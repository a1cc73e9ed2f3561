from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from connector.embedded.places import free_port
from sandbox.server import running
from sandbox.simulator import SandboxMistakeError
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client

TOKEN = "/oauth2/v0/token"
LIST = "/financialintegration/fi/v4/companies/transactiontypes/expense/transactions"


def test_the_company_lives_on_another_port_than_the_token_host(strict: Client) -> None:
    assert strict.home.startswith("http://127.0.0.1:")
    assert urlsplit(strict.home).port != urlsplit(strict.server.url).port
    assert strict.state("geolocation") == strict.home


@pytest.mark.parametrize("path", [LIST, "/api/v3.1/invoice/vendors", "/list/v4/lists", "/events/v4/topics"])
def test_the_token_host_knows_nothing_of_the_company(strict: Client, path: str) -> None:
    answer = strict.session.get(strict.server.url + path, timeout=HANG_SECONDS)
    assert answer.status_code == 404


def test_a_refresh_token_is_refused_where_the_company_does_not_live(client: Client) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": client.refresh_token}
    answer = client.token({"client_id": "concur-client", "client_secret": "concur-sandbox", **form})
    assert (answer.status_code, answer.json()["code"]) == (400, 16)
    assert client.refresh().status_code == 200


def test_a_client_that_comes_by_another_name_is_told_the_geolocation_by_that_name(strict: Client) -> None:
    by_name = strict.server.url.replace("127.0.0.1", "localhost")
    form = {
        "client_id": "concur-client",
        "client_secret": "concur-sandbox",
        "grant_type": "client_credentials",
    }
    told = requests.post(by_name + TOKEN, data=form, timeout=HANG_SECONDS).json()
    assert told["geolocation"] == strict.home.replace("127.0.0.1", "localhost")


def test_every_answer_has_a_correlation_id_of_its_own_and_requests_without_one_are_counted(client: Client) -> None:
    before = client.state("without_correlation")
    sent = {"concur-correlationid": "mine"}
    ids = {client.send("GET", LIST, headers=sent).headers["concur-correlationid"] for _ in range(3)}
    assert len(ids - {"mine"}) == 3
    assert client.state("without_correlation") == before
    client.send("GET", LIST)
    assert client.state("without_correlation") == before + 1


def test_a_refusal_has_a_correlation_id_too(strict: Client) -> None:
    answer = strict.session.get(strict.home + LIST, headers={"Authorization": "Bearer nobody"}, timeout=HANG_SECONDS)
    assert answer.status_code == 401
    assert answer.headers["concur-correlationid"]


def two_free_ports() -> int:
    """The first of two that lie side by side."""
    port = free_port()
    while free_port(port + 1) != port + 1:
        port = free_port()
    return port


def test_a_named_port_takes_the_next_one_for_the_geolocation() -> None:
    port = two_free_ports()
    with running("concur", port=port, documents=0) as server:
        assert server.url == f"http://127.0.0.1:{port}"
        assert server.state("geolocation")["geolocation"] == f"http://127.0.0.1:{port + 1}"


def test_a_geolocation_port_that_is_taken_is_refused_with_a_way_out() -> None:
    port = two_free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        with (
            pytest.raises(SandboxMistakeError, match=f"port {port + 1}.*another port, or 0"),
            running("concur", port=port),
        ):
            pass
