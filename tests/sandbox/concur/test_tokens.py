from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.concur.token_errors import TOKEN_ERRORS
from tests.sandbox.concur.client import APPLICATION, TYPES
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client

READ = f"{TYPES}/expense/transactions"


def code(client: Client, **changed: str) -> tuple[int, int]:
    answer = client.token(**changed)
    return answer.status_code, answer.json().get("code", 0)


def test_the_request_token_is_exchanged_for_tokens_and_the_geolocation(client: Client) -> None:
    told = client.token().json()
    assert set(told) == {"expires_in", "scope", "token_type", "access_token", "refresh_token", "geolocation"}
    assert (told["expires_in"], told["token_type"]) == ("3600", "Bearer")
    assert "FISVC" in told["scope"].split()


def test_the_request_token_works_several_times_within_its_day_and_never_after_it(client: Client) -> None:
    assert client.token().status_code == client.token().status_code == 200
    client.server.set_options(hours_later=23.9)
    assert client.token().status_code == 200
    client.server.set_options(hours_later=24.1)
    assert code(client) == (400, 5)


def test_a_request_token_may_be_good_for_one_exchange_only(client: Client) -> None:
    client.server.set_options(request_token_once=True)
    assert client.token().status_code == 200
    assert code(client) == (400, 5)
    client.server.set_options(request_token="second")
    assert client.token(password="second").status_code == 200


def test_a_company_tells_whose_token_it_is_if_the_token_may_know(client: Client) -> None:
    told = client.call("GET", "/profile/v1/me")
    assert (told["id"], told["meta"]) == ("11111111-2222-4333-8444-555555555555", {"principalType": "company"})
    client.sign_in(APPLICATION)
    client.send("GET", "/profile/v1/me", status=403)


def test_a_new_request_token_reconnects_the_company_and_the_old_one_does_not(client: Client) -> None:
    client.server.set_options(hours_later=24.1, request_token="second")
    assert code(client) == (400, 5)
    assert client.token(password="second").status_code == 200


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"client_id": "stranger"}, (401, 61)),
        ({"client_secret": "wrong"}, (401, 64)),
        ({"username": "99999999-0000-4000-8000-000000000000"}, (400, 19)),
        ({"password": "wrong"}, (400, 5)),
        ({"credtype": "password"}, (400, 5)),
        ({"grant_type": "implicit"}, (400, 115)),
    ],
)
def test_wrong_credentials_are_refused_with_the_published_code(
    strict: Client, changed: dict[str, str], expected: tuple[int, int]
) -> None:
    assert code(strict, **changed) == expected


def test_a_request_that_is_no_form_is_refused(strict: Client) -> None:
    answer = strict.session.post(f"{strict.server.url}/oauth2/v0/token", json={}, timeout=HANG_SECONDS)
    assert (answer.status_code, answer.json()["code"]) == (400, 115)


@pytest.mark.parametrize("wanted", sorted(TOKEN_ERRORS))
def test_every_published_code_can_be_provoked(strict: Client, wanted: int) -> None:
    strict.server.set_options(token_error=wanted)
    answer = strict.token()
    strict.server.set_options(token_error=0)
    assert (answer.status_code, answer.json()["code"]) == (TOKEN_ERRORS[wanted].status, wanted)
    assert set(answer.json()) == {"code", "error", "error_description"}


def test_a_code_can_be_provoked_for_one_grant_only(client: Client) -> None:
    client.server.set_options(token_error=134, token_error_grant="refresh_token")
    assert client.token().status_code == 200
    assert client.refresh().json()["code"] == 134


def test_a_refresh_token_is_dead_once_it_was_rotated(client: Client) -> None:
    second = client.refresh().json()["refresh_token"]
    assert second != client.refresh_token
    assert client.refresh().json()["code"] == 108
    assert client.refresh(second).status_code == 200


def test_without_rotation_the_refresh_token_stays(client: Client) -> None:
    client.server.set_options(rotate_refresh_tokens=False)
    for _ in range(2):
        told = client.refresh().json()
        assert told["refresh_token"] == client.refresh_token
        assert told["geolocation"] == client.home


def test_a_refresh_token_lapses_after_six_months_counted_from_its_rotation(client: Client) -> None:
    client.server.set_options(hours_later=24 * 182)
    second = client.refresh().json()["refresh_token"]
    client.server.set_options(hours_later=24 * 364)
    third = client.refresh(second).json()["refresh_token"]
    client.server.set_options(hours_later=24 * 548)
    answer = client.refresh(third)
    assert (answer.status_code, answer.json()["code"]) == (400, 108)


def test_refresh_tokens_can_be_made_to_lapse_at_once(client: Client) -> None:
    client.server.set_options(lapse_refresh_tokens=True)
    assert client.refresh().json()["code"] == 108
    client.send("GET", READ)


def test_a_scope_that_was_not_granted_is_refused(client: Client) -> None:
    assert client.refresh(scope="FISVC INVPO").status_code == 200
    assert client.refresh(client.refresh_token, scope="GRAPH").json()["code"] == 54


def test_an_access_token_ends_with_its_hour_or_when_it_is_revoked(client: Client) -> None:
    client.send("GET", READ)
    client.server.set_options(hours_later=1.01)
    client.send("GET", READ, status=401)
    client.server.set_options(hours_later=0.0)
    client.send("GET", READ)
    client.server.set_options(revoke_tokens=True)
    client.send("GET", READ, status=401)


def test_its_life_can_be_short_and_is_told_as_a_text(client: Client) -> None:
    client.server.set_options(expires_in=90)
    assert client.sign_in()["expires_in"] == "90"
    client.server.set_options(hours_later=0.03)
    client.send("GET", READ, status=401)


def test_a_token_without_the_scope_of_a_service_does_not_open_it(client: Client) -> None:
    client.server.set_options(scopes=["FISVC"])
    client.sign_in()
    client.send("GET", READ)
    client.send("GET", "/api/v3.1/invoice/vendors", status=403)
    assert client.call("GET", "/list/v4/lists", status=403)["httpStatus"] == "403 FORBIDDEN"


def test_the_application_token_opens_events_and_no_documents(client: Client) -> None:
    client.send("GET", "/events/v4/topics", status=403)
    told = client.sign_in(APPLICATION)
    assert "refresh_token" not in told
    client.send("GET", "/events/v4/topics")
    client.send("GET", READ, status=403)


def test_a_company_token_does_not_open_events_even_with_their_scope(client: Client) -> None:
    client.server.set_options(scopes=["FISVC", "events.topic.read"])
    client.sign_in()
    assert "application" in client.call("GET", "/events/v4/topics", status=403)["message"]


def test_tokens_are_counted_for_tests_that_want_few_of_them(client: Client) -> None:
    client.refresh()
    assert client.state("tokens") == {"issued": 2, "refreshed": 1}
