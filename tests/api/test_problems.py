"""Whatever goes wrong is a problem of one sentence, and tells nobody what is none of their business."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
import requests
from fastapi import FastAPI

from connector.api import web
from connector.domain.role import Role
from connector.operations.work import runs
from tests.api.conftest import operator_over
from tests.console.receiver import Serving
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.api.conftest import House


def problem(answer: requests.Response) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert said["status"] == answer.status_code
    assert said["title"] == HTTPStatus(answer.status_code).phrase
    assert len(said["detail"].splitlines()) == 1
    return said


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v2/flows", "/docs", "/redoc", "/v1/flows/"])
def test_an_address_that_is_none(house: House, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = requests.request(method, f"{house.url}/api{path}", timeout=HANG_SECONDS, allow_redirects=False)
        assert problem(answer)["status"] == HTTPStatus.NOT_FOUND


def test_what_cannot_be_done_at_an_address_names_what_can(house: House) -> None:
    answer = house.program(Role.ADMIN).ask("PATCH", "/records")
    assert problem(answer)["status"] == HTTPStatus.METHOD_NOT_ALLOWED
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("path", "query", "where", "what"),
    [
        ("/records", {"flw": "x"}, "query.flw", "is nothing that is known here"),
        ("/records", {"limit": "0"}, "query.limit", "should be 1 or more"),
        ("/records", {"limit": "10000"}, "query.limit", "should be 500 or less"),
        ("/records", {"limit": "many"}, "query.limit", "should be a number"),
        ("/records", {"state": "lost"}, "query.state", "should be one of 'extracted', "),
        ("/records", {"amount": "a..b"}, "query.amount", "is not spelled as it should be"),
        ("/records", {"search": "a" * 201}, "query.search", "should have at most 200 characters"),
        ("/records", {"since": "yesterday"}, "query.since", "should be a moment such as 2026-11-01T08:00:00+01:00"),
        (
            "/records",
            {"since": "2026-11-01T00:00:00"},
            "query.since",
            "should be a moment such as 2026-11-01T08:00:00+01:00",
        ),
        ("/records/17", {}, "path.record", "is no id"),
    ],
)
def test_a_request_that_is_not_as_described_is_refused_with_the_place(
    house: House, path: str, query: dict[str, str], where: str, what: str
) -> None:
    said = problem(house.program(Role.VIEWER).get(path, **query))
    assert said["type"] == "urn:ml-connector:problem:invalid-request"
    assert [one["where"] for one in said["errors"]] == [where]
    assert said["errors"][0]["what"].startswith(what)
    assert f"{where}: {what}" in said["detail"]


@pytest.mark.parametrize("path", ["/me?x=1", "/records?search=a%00b", "/connections/a%00b", "/records?flow=%ED%A0%80"])
def test_what_nothing_is_called_is_refused(house: House, path: str) -> None:
    answer = house.program(Role.VIEWER).get(path)
    assert answer.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND}
    problem(answer)


def test_a_mistake_of_ours_is_told_to_the_log_and_not_to_the_program(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: object, **__: object) -> None:
        raise RuntimeError("canary-internals")

    monkeypatch.setattr(runs, "list_", mistaken)
    answer = house.program(Role.VIEWER).get("/runs")
    assert problem(answer)["status"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "canary" not in answer.text
    assert "canary-internals" in caplog.text


def test_a_ledger_that_does_not_answer_is_said_without_its_address() -> None:
    operator = operator_over("postgresql://nobody:canary-word@127.0.0.1:1/nothing")
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    web.add(app, operator)
    with Serving(app) as serving:
        headers = {"Authorization": f"Bearer mlc_{'0' * 32}_x"}
        answer = requests.get(f"{serving.url}/api/v1/me", headers=headers, timeout=HANG_SECONDS)
    assert problem(answer)["status"] == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(answer.headers["Retry-After"]) > 0
    assert "canary" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_the_description_needs_no_token_and_names_every_route(house: House) -> None:
    answer = requests.get(f"{house.url}/api/openapi.json", timeout=HANG_SECONDS)
    described = answer.json()
    found = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert found == {(duty.method, duty.path) for duty in house.service.duties}
    silent = [
        f"{method} {path}"
        for path, methods in described["paths"].items()
        for method, told in methods.items()
        if not told.get("description") or not told.get("tags")
    ]
    assert silent == []
    assert "number" not in {
        part.get("type") for part in described["components"]["schemas"]["Record"]["properties"]["amount"]["anyOf"]
    }
