from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

INVOICES = "/j1p/api/public/ji/v1/invoices"


def ask(client: Client) -> Json:
    return client.session.get(client.server.url + INVOICES, timeout=HANG_SECONDS)


def test_a_live_token_opens_the_api_however_its_scheme_is_written(client: Client) -> None:
    assert ask(client).status_code == 200
    client.session.headers["Authorization"] = client.session.headers["Authorization"].replace("Bearer", "bearer")
    assert ask(client).status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer invented", "Basic abc", "Bearer"])
def test_anything_but_a_live_token_is_refused_with_a_challenge(client: Client, header: Json) -> None:
    client.session.headers["Authorization"] = header
    answer = ask(client)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="J1p-integrations"')
    assert ("Token is not active" in answer.headers["WWW-Authenticate"]) == (header in {"Bearer invented", "Basic abc"})


def test_an_expired_token_is_refused(client: Client) -> None:
    client.server.set_options(expires_in=0)
    client.sign_in()
    assert ask(client).status_code == 401


def test_revoking_ends_all_tokens_and_a_new_one_opens_again(client: Client) -> None:
    client.server.set_options(revoke_tokens=True)
    assert ask(client).status_code == 401
    client.sign_in()
    assert ask(client).status_code == 200
    assert client.server.state("tokens_issued") == {"tokens_issued": 2}


def test_the_refusal_can_come_crippled(client: Client) -> None:
    client.server.set_options(challenge=False, broken_content_type=True, revoke_tokens=True)
    answer = ask(client)
    assert answer.status_code == 401
    assert "WWW-Authenticate" not in answer.headers
    assert answer.headers["Content-Type"] == "; charset=UTF-8"


def test_a_clock_behind_that_of_the_token_endpoint_takes_a_token_later(client: Client) -> None:
    client.server.set_options(api_clock_behind=100)
    client.sign_in()
    early = ask(client)
    client.server.set_options(seconds_later=100)
    later = ask(client)

    assert (early.status_code, later.status_code) == (401, 200)
    clocks = [parsedate_to_datetime(answer.headers["Date"]) for answer in (early, client.token(), later)]
    assert clocks[0] + dt.timedelta(seconds=90) < clocks[1]
    assert clocks[0] < clocks[2]
