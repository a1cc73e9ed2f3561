from __future__ import annotations

import base64
from typing import Any

import pytest
import requests

from sandbox.server import running
from tests.waiting import HANG_SECONDS

SUPPLIERS = "api/qracore/browses?browseId=urn:browse:mfg:ad014&page=1&pageSize=5&pageAction=first"


def status(qad: Any, **headers: str) -> int:
    return requests.get(f"{qad.base}/{SUPPLIERS}", headers=headers, timeout=HANG_SECONDS).status_code


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_the_password_grant_takes_a_query_and_a_form(reader: Any) -> None:
    assert reader.token().json()["expires_in"] == 3600
    form = {
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": "MFG",
        "password": "qad-sandbox",
        "grant_type": "password",
    }
    answer = requests.post(f"{reader.base}/oauth/token", data=form, timeout=HANG_SECONDS)
    assert status(reader, Authorization=f"Bearer {answer.json()['access_token']}") == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"password": "wrong"}, "invalid_grant"),
        ({"username": "nobody"}, "invalid_grant"),
        ({"client_id": "f" * 32}, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "never-issued"}, "invalid_grant"),
    ],
)
def test_wrong_credentials_get_no_token(reader: Any, changed: dict[str, str], error: str) -> None:
    answer = reader.token(**changed)
    assert (answer.status_code, answer.json()["error"]) == (401, error)


def test_an_unknown_grant_is_a_bad_request(reader: Any) -> None:
    assert reader.token(grant_type="client_credentials").status_code == 400


def test_a_refresh_token_works_once(reader: Any) -> None:
    refresh = reader.token().json()["refresh_token"]
    renewed = reader.token(grant_type="refresh_token", refresh_token=refresh, password="")
    assert status(reader, Authorization=f"Bearer {renewed.json()['access_token']}") == 200
    assert reader.token(grant_type="refresh_token", refresh_token=refresh).status_code == 401


def test_a_session_is_a_cookie(reader: Any) -> None:
    login = {"username": "mfg", "password": "qad-sandbox"}
    answer = requests.post(f"{reader.base}/api/login", json=login, timeout=HANG_SECONDS)
    session = answer.json()["sessionId"]
    assert answer.cookies["JSESSIONID"] == session
    assert status(reader, Cookie=f"JSESSIONID={session}") == 200
    assert status(reader, Cookie="JSESSIONID=made-up") == 401


@pytest.mark.parametrize("login", [{"username": "mfg", "password": "no"}, ["mfg"], {}])
def test_a_wrong_login_opens_no_session(reader: Any, login: object) -> None:
    assert requests.post(f"{reader.base}/api/login", json=login, timeout=HANG_SECONDS).status_code == 401


def test_basic_works_unless_it_is_switched_off(reader: Any) -> None:
    assert status(reader, Authorization=basic("mfg", "qad-sandbox")) == 200
    assert status(reader, Authorization=basic("mfg", "wrong")) == 401
    assert status(reader, Authorization="Basic not-base64") == 401
    with running("qad", documents=0, options={"basic": False}) as server:
        url = f"{server.url}/clouderp/{SUPPLIERS}"
        assert requests.get(url, auth=("mfg", "qad-sandbox"), timeout=HANG_SECONDS).status_code == 401


def test_nobody_gets_in_without_signing_in(reader: Any) -> None:
    answer = requests.get(f"{reader.base}/{SUPPLIERS}", timeout=HANG_SECONDS)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_dies_when_its_time_is_over(qad: Any) -> None:
    qad.sandbox.set_options(expires_in=0)
    token = qad.token().json()
    assert token["expires_in"] == 0
    assert status(qad, Authorization=f"Bearer {token['access_token']}") == 401


def test_revoking_ends_tokens_and_sessions_but_not_refresh_tokens(qad: Any) -> None:
    refresh = qad.token().json()["refresh_token"]
    qad.sandbox.set_options(revoke=True)
    assert status(qad, **qad.headers) == 401
    assert qad.token(grant_type="refresh_token", refresh_token=refresh).status_code == 200


def test_an_unknown_workspace_is_forbidden_and_the_other_one_has_no_transactions(reader: Any) -> None:
    def rows(workspace: str, browse: str) -> requests.Response:
        url = f"{reader.base}/api/qracore/browses?browseId={browse}&page=1&pageSize=5&pageAction=first"
        return requests.get(url, headers={**reader.headers, "x-qad-workspace-id": workspace}, timeout=HANG_SECONDS)

    refused = rows("10USA_NOWHERE", "urn:browse:mfg:ad014")
    assert refused.status_code == 403
    assert list(refused.json()) == ["errors"]
    assert len(rows("11CAN_11CANCO", "urn:browse:mfg:ad014").json()["data"]) == 5
    assert rows("11CAN_11CANCO", "urn:browse:mfg:xxap01").json()["data"] == []
    assert len(rows("10USA_10USACO", "urn:browse:mfg:xxap01").json()["data"]) == 5


def test_what_is_not_permitted_is_forbidden_with_bare_errors(qad: Any) -> None:
    qad.sandbox.set_options(not_permitted=["orders"])
    browse = "api/qracore/browses"
    given = {"browseId": "urn:browse:mfg:ca009", "page": 1, "pageSize": 5, "pageAction": "first"}
    refused = qad.send("GET", browse, **given)
    assert (refused.status_code, list(refused.json())) == (403, ["errors"])
    assert qad.send("GET", browse, **{**given, "browseId": "urn:browse:mfg:ad014"}).status_code == 200
    assert qad.send("GET", "api/erp/purchaseOrderHeaders").status_code == 403


def test_another_context_root_or_path_is_not_found(reader: Any) -> None:
    for path in ("qad-central/api/qracore/browses", "api/qracore/browses", "clouderp/api/erp/nothings"):
        answer = requests.get(f"{reader.sandbox.url}/{path}", headers=reader.headers, timeout=HANG_SECONDS)
        assert answer.status_code == 404


def test_a_wrong_method_is_an_internal_error_and_options_say_what_is_right(reader: Any) -> None:
    answer = reader.send("PUT", "api/erp/supplierV2s")
    assert (answer.status_code, answer.json()["errors"]) == (500, ["Request method 'PUT' not supported"])
    assert reader.send("OPTIONS", "api/erp/supplierV2s").headers["Allow"] == "GET,POST"


def test_the_description_is_served_only_when_switched_on(qad: Any) -> None:
    assert qad.send("GET", "api/swagger.json").status_code == 404
    qad.sandbox.set_options(swagger=True)
    described = qad.get("api/swagger.json")
    assert described["servers"] == [{"url": qad.base}]
    assert set(described["paths"]["/api/erp/supplierV2s"]) == {"get", "post"}
