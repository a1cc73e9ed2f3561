"""Who may do what on every route of the API. A route that a release adds must be named here first."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request

from connector.api.serving.callers import Callers, Pace
from connector.domain.role import Role
from connector.operations.accounts import people, tokens
from tests.api.conftest import Program

if TYPE_CHECKING:
    from tests.api.conftest import House

VIEWER, OPERATOR, ADMIN = Role
WHO = {
    ("GET", "/me"): VIEWER,
    ("GET", "/overview"): VIEWER,
    ("GET", "/needs"): VIEWER,
    ("GET", "/connections"): VIEWER,
    ("GET", "/connections/{name}"): VIEWER,
    ("GET", "/integrations"): VIEWER,
    ("GET", "/integrations/{name}"): VIEWER,
    ("GET", "/integrations/{name}/codes"): VIEWER,
    ("GET", "/integrations/{name}/codes/missing"): VIEWER,
    ("POST", "/integrations/{name}/codes/choices"): OPERATOR,
    ("GET", "/flows"): VIEWER,
    ("GET", "/flows/{integration}/{flow}"): VIEWER,
    ("GET", "/runs"): VIEWER,
    ("GET", "/runs/{run}"): VIEWER,
    ("GET", "/runs/{run}/records"): VIEWER,
    ("GET", "/records"): VIEWER,
    ("GET", "/records/{record}"): VIEWER,
    ("GET", "/records/{record}/payloads"): OPERATOR,
    ("GET", "/records/{record}/lineage"): OPERATOR,
    ("GET", "/lookups/records"): VIEWER,
    ("GET", "/lookups/dead-letters"): VIEWER,
    ("GET", "/messages"): VIEWER,
    ("GET", "/messages/{number}"): VIEWER,
    ("GET", "/messages/{number}/body"): OPERATOR,
    ("POST", "/messages/{number}/retry"): OPERATOR,
    ("POST", "/messages/{number}/discard"): OPERATOR,
    ("POST", "/messages/{number}/restore"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/reapplications"): OPERATOR,
    ("GET", "/dead-letters"): VIEWER,
    ("GET", "/dead-letters/{letter}"): VIEWER,
    ("GET", "/audit/events"): VIEWER,
    ("GET", "/audit/history"): VIEWER,
    ("GET", "/audit/seals"): VIEWER,
    ("GET", "/operators"): ADMIN,
    ("GET", "/operators/{name}"): ADMIN,
    ("GET", "/operators/{name}/tokens"): ADMIN,
    ("GET", "/tokens"): ADMIN,
    ("GET", "/jobs"): VIEWER,
    ("GET", "/jobs/{job}"): VIEWER,
    ("POST", "/jobs/{job}/stop"): VIEWER,
    ("POST", "/connections"): ADMIN,
    ("PUT", "/connections/{name}/credentials"): ADMIN,
    ("DELETE", "/connections/{name}"): ADMIN,
    ("POST", "/connections/{name}/connect"): ADMIN,
    ("POST", "/connections/{name}/accept"): ADMIN,
    ("GET", "/connections/{name}/webhooks"): OPERATOR,
    ("POST", "/connections/{name}/webhooks"): ADMIN,
    ("POST", "/connections/{name}/webhooks/remove"): ADMIN,
    ("GET", "/setup"): VIEWER,
    ("POST", "/setup"): ADMIN,
    ("GET", "/alerts"): VIEWER,
    ("GET", "/alerts/told"): VIEWER,
    ("GET", "/alert-rules"): VIEWER,
    ("GET", "/alert-rules/{name}"): VIEWER,
    ("PUT", "/alert-rules/{name}"): ADMIN,
    ("POST", "/alert-rules/{name}/reset"): ADMIN,
    ("GET", "/alert-channels"): VIEWER,
    ("GET", "/alert-channels/{name}"): VIEWER,
    ("POST", "/alert-channels"): ADMIN,
    ("PUT", "/alert-channels/{name}"): ADMIN,
    ("POST", "/alert-channels/{name}/test"): OPERATOR,
    ("DELETE", "/alert-channels/{name}"): ADMIN,
    ("POST", "/connections/{name}/ping"): OPERATOR,
    ("POST", "/connections/{name}/stop"): OPERATOR,
    ("POST", "/connections/{name}/resume"): OPERATOR,
    ("POST", "/integrations"): ADMIN,
    ("POST", "/integrations/{name}/remove"): ADMIN,
    ("PUT", "/integrations/{name}/codes"): OPERATOR,
    ("POST", "/integrations/{name}/codes/remove"): OPERATOR,
    ("POST", "/integrations/{name}/codes/import/preview"): OPERATOR,
    ("POST", "/integrations/{name}/codes/import"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/enable"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/disable"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/hold"): OPERATOR,
    ("PUT", "/flows/{integration}/{flow}/schedule"): OPERATOR,
    ("PUT", "/flows/{integration}/{flow}/options"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/runs"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/rereads"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/dry-runs"): OPERATOR,
    ("POST", "/flows/{integration}/{flow}/rehearsals"): OPERATOR,
    ("POST", "/runs/{run}/cancel"): OPERATOR,
    ("POST", "/records/{record}/replay"): OPERATOR,
    ("POST", "/records/{record}/corrections"): OPERATOR,
    ("POST", "/records/{record}/corrections/preview"): OPERATOR,
    ("POST", "/requeues"): OPERATOR,
    ("POST", "/requeues/preview"): OPERATOR,
    ("POST", "/dead-letters/{letter}/discard"): OPERATOR,
    ("POST", "/dead-letters/{letter}/settle"): OPERATOR,
    ("POST", "/reconciliations"): OPERATOR,
    ("POST", "/master-data/comparisons"): OPERATOR,
    ("GET", "/periods/{period}"): VIEWER,
    ("POST", "/periods/{period}/counts"): OPERATOR,
    ("POST", "/periods/{period}/comparisons"): OPERATOR,
    ("POST", "/periods/{period}/sign-offs"): OPERATOR,
    ("GET", "/periods/{period}/flows/{integration}/{flow}"): VIEWER,
    ("GET", "/periods/{period}/flows/{integration}/{flow}/documents"): VIEWER,
    ("GET", "/periods/{period}/flows/{integration}/{flow}/changes"): VIEWER,
    ("POST", "/periods/{period}/flows/{integration}/{flow}/changes"): OPERATOR,
    ("POST", "/periods/{period}/flows/{integration}/{flow}/withdraw"): OPERATOR,
    ("GET", "/sign-offs"): VIEWER,
    ("POST", "/periods/{period}/files"): VIEWER,
    ("POST", "/files"): VIEWER,
    ("GET", "/records/{record}/file"): VIEWER,
    ("GET", "/jobs/{job}/file"): VIEWER,
    ("POST", "/audit/verifications"): OPERATOR,
    ("POST", "/operators"): ADMIN,
    ("PUT", "/operators/{name}/role"): ADMIN,
    ("POST", "/operators/{name}/reset"): ADMIN,
    ("POST", "/operators/{name}/sign-out"): ADMIN,
    ("POST", "/operators/{name}/revoke"): ADMIN,
    ("POST", "/operators/{name}/tokens"): ADMIN,
    ("DELETE", "/operators/{name}/tokens/{token}"): ADMIN,
}
_ID = "01234567-89ab-7def-8123-456789abcdef"


def place(path: str) -> str:
    names = {
        "integration": "acme",
        "flow": "no-such-flow",
        "name": "nothing-is-called-so",
        "table": "x",
        "token": "x",
        "period": "never",
        "number": "999",
    }
    return path.format(**names, **dict.fromkeys(("run", "record", "letter", "job"), _ID))


def test_every_route_is_named_here(house: House) -> None:
    found = {(duty.method, duty.path.removeprefix("/api/v1")): duty.role for duty in house.service.duties}
    assert found == WHO


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_may_what_it_may_and_nothing_else(house: House, role: Role | None) -> None:
    program, wrong = house.program(role), []
    for (method, path), least in WHO.items():
        status = program.ask(method, place(path), json={} if method != "GET" else None).status_code
        refused = status == (HTTPStatus.UNAUTHORIZED if role is None else HTTPStatus.FORBIDDEN)
        may = role is not None and role.may(least)
        if refused is may or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wrong.append((method, path, status))
    assert wrong == []


def test_a_token_may_no_more_than_its_operator_from_this_moment_on(house: House) -> None:
    program = Program(house.url, house.token(ADMIN, of="moved"))
    house.token(ADMIN)
    assert program.get("/operators").status_code == HTTPStatus.OK
    people.change_role(house.operator, "moved", VIEWER, "moved to purchasing")
    assert program.get("/operators").status_code == HTTPStatus.FORBIDDEN
    assert program.read("/me")["role"] == "viewer"
    people.revoke(house.operator, "moved", "left")
    assert program.get("/me").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Basic c29tZTpvbmU="},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer mlc_x_y"},
        {"Cookie": "ml_session={token}"},
        {"Cookie": "Authorization=Bearer {token}"},
        {"X-Api-Key": "{token}"},
    ],
    ids=str,
)
def test_nothing_but_a_token_in_its_header_lets_anybody_in(house: House, headers: dict[str, str]) -> None:
    token = house.token(ADMIN)
    given = {name: value.format(token=token) for name, value in headers.items()}
    answer = Program(house.url, "").ask("GET", "/me", headers=given)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_token_in_the_address_is_no_token(house: House) -> None:
    token = house.token(ADMIN)
    for name in ("token", "access_token", "api_key"):
        assert Program(house.url, "").get("/me", **{name: token}).status_code == HTTPStatus.UNAUTHORIZED


def test_wrong_tokens_are_slowed_down_and_right_ones_are_not(house: House) -> None:
    right, wrong = house.program(VIEWER), Program(house.url, f"mlc_{_ID.replace('-', '')}_wrong")
    house.scene.change("DELETE FROM sign_in_failures")
    answers = [wrong.get("/me") for _ in range(tokens.FREE + 2)]
    assert {one.status_code for one in answers[: tokens.FREE]} == {HTTPStatus.UNAUTHORIZED}
    assert answers[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert right.get("/me").status_code == HTTPStatus.OK
    house.scene.change("DELETE FROM sign_in_failures")


def test_whoever_asks_too_often_is_told_to_slow_down(house: House) -> None:
    def asking(token: str) -> Request:
        return Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]})

    now = [0.0]
    callers = Callers(house.operator, Pace(burst=3, a_second=0.5), clock=lambda: now[0])
    one, other = asking(house.token(VIEWER, of="eager")), asking(house.token(VIEWER, of="patient"))
    told: list[Any] = []
    for request in (one, one, one, one, other):
        try:
            told.append(callers.admit(request, VIEWER).bearer.name)
        except Exception as error:  # noqa: BLE001
            told.append(getattr(error, "status", error))
    assert told == ["eager", "eager", "eager", HTTPStatus.TOO_MANY_REQUESTS, "patient"]
    now[0] = 2.0
    assert callers.admit(one, VIEWER).bearer.name == "eager"
