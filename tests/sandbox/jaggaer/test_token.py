from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

GOOD = [("grant_type", "client_credentials"), ("client_id", "ml-connector"), ("client_secret", "jaggaer-sandbox")]


def basic(pair: str) -> Json:
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def test_a_token_comes_without_a_refresh_token_and_must_not_be_stored(client: Client) -> None:
    answer = client.token()
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {
        *("access_token", "expires_in", "refresh_expires_in", "token_type", "not-before-policy", "scope"),
    }
    assert (body["expires_in"], body["refresh_expires_in"], body["token_type"]) == (3600, 0, "Bearer")
    assert body["access_token"].count(".") == 2
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")


def test_credentials_may_come_as_http_basic_form_encoded(client: Client) -> None:
    client.server.set_options(client_secret="a b:c")
    grant = {"grant_type": "client_credentials"}
    assert client.token(grant, **basic("ml-connector:a+b%3Ac")).status_code == 200
    assert client.token(grant, **basic("ml-connector:wrong")).status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "error", "description"),
    [
        ([], 400, "invalid_request", "Missing form parameter: grant_type"),
        (
            [("grant_type", "password"), ("client_id", "nobody")],
            400,
            "unsupported_grant_type",
            "Unsupported grant_type",
        ),
        (GOOD[:1], 400, "invalid_client", "Missing client_id parameter"),
        ([GOOD[0], ("client_id", "nobody"), GOOD[2]], 401, "invalid_client", "Invalid client or Invalid client "),
        ([*GOOD[:2], ("client_secret", "no")], 401, "unauthorized_client", "Invalid client or Invalid client "),
        (GOOD[:2], 401, "unauthorized_client", "Invalid client or Invalid client "),
        ([*GOOD, ("scope", "a"), ("scope", "b")], 400, "invalid_request", "duplicated parameter"),
        ([*GOOD, ("client_secret", "no")], 400, "invalid_request", "duplicated parameter"),
        ([*GOOD[:2], *GOOD[:2], ("client_secret", "no")], 401, "unauthorized_client", "Invalid client or "),
    ],
)
def test_a_bad_request_is_refused_as_keycloak_does_and_in_its_order(
    strict: Client, form: Json, status: int, error: str, description: str
) -> None:
    answer = strict.token(form, Content_Type="application/x-www-form-urlencoded")
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].startswith(description)


@pytest.mark.parametrize(
    ("options", "status", "error", "description"),
    [
        ({"require_https": True, "realm_enabled": False}, 403, "invalid_request", "HTTPS required"),
        ({"realm_enabled": False}, 403, "access_denied", "Realm not enabled"),
        ({"client_enabled": False}, 401, "invalid_client", "Invalid client or Invalid client credentials"),
        (
            {"client_secret": "other", "wrong_secret_error": "invalid_client"},
            401,
            "invalid_client",
            "Invalid client or",
        ),
        ({"service_account": False}, 401, "unauthorized_client", "Client not enabled to retrieve service account"),
        ({"public_client": True}, 401, "unauthorized_client", "Public client not allowed to retrieve service account"),
    ],
)
def test_the_realm_and_the_client_can_be_set_up_wrong(
    client: Client, options: Json, status: int, error: str, description: str
) -> None:
    client.server.set_options(**options)
    answer = client.token()
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith(description)


@pytest.mark.parametrize("header", ["Basic !!!", "Negotiate abc", "Basic bm8tY29sb24="])
def test_an_unreadable_authorization_header_is_challenged_with_an_empty_body(client: Client, header: Json) -> None:
    answer = client.token({"grant_type": "client_credentials"}, Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="J1p-integrations"'
    assert answer.content == b""


def test_an_unreadable_authorization_header_is_overlooked_when_the_form_names_the_client(client: Client) -> None:
    assert client.token(Authorization="Negotiate abc").status_code == 200


def test_another_realm_or_a_body_that_is_no_form_gives_no_token(client: Client) -> None:
    url = client.server.url + "/auth/realms/master/protocol/openid-connect/token"
    assert client.session.post(url, data={}, timeout=HANG_SECONDS).status_code == 404
    assert client.token("{}", Content_Type="application/json").status_code == 415


def test_old_keycloaks_write_bearer_in_lower_case_and_other_lifetimes(client: Client) -> None:
    client.server.set_options(token_type="bearer", expires_in=60, not_before_policy=17)
    body = client.token().json()
    assert (body["token_type"], body["expires_in"], body["not-before-policy"]) == ("bearer", 60, 17)
