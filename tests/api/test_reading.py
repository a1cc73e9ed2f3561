"""What programs read: the same as people see, page by page, and never a secret."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.role import Role
from connector.operations.work import audit
from tests.api.conftest import INVOICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import House, Program

PLACES = (
    "/me",
    "/overview",
    "/needs",
    "/connections",
    "/connections/acme-qad",
    "/integrations",
    "/integrations/acme",
    "/integrations/acme/codes",
    "/integrations/acme/codes/missing",
    "/flows",
    f"/flows/{INVOICES}",
    "/runs",
    "/records",
    "/dead-letters",
    "/audit/events",
    "/audit/seals",
    "/operators",
)


def pages(program: Program, path: str, **query: Any) -> Iterator[list[Any]]:
    cursor = ""
    while True:
        page = program.read(path, **query, **({"cursor": cursor} if cursor else {}))
        yield page["items"]
        if page["next"] is None:
            return
        cursor = page["next"]


@pytest.mark.parametrize("path", PLACES)
def test_everything_that_people_see_is_read_and_no_secret_with_it(house: House, path: str) -> None:
    answer = house.program(Role.ADMIN).get(path)
    assert answer.status_code == HTTPStatus.OK, answer.text
    assert "canary-secret" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/records", {}),
        ("/records", {"search": "20000"}),
        ("/records", {"search": "10-300"}),
        ("/records", {"flow": INVOICES, "state": "extracted"}),
        ("/runs", {}),
        ("/audit/events", {}),
    ],
)
def test_pages_of_a_list_are_the_list(house: House, path: str, query: dict[str, str]) -> None:
    program = house.program(Role.VIEWER)
    whole = program.read(path, **query, limit=500)["items"]
    by_twos = list(pages(program, path, **query, limit=2))
    assert len(whole) > 2
    assert [one["id"] for page in by_twos for one in page] == [one["id"] for one in whole]
    assert {len(page) for page in by_twos[:-1]} == {2}


def test_the_next_page_is_named_in_the_header_too(house: House) -> None:
    program = house.program(Role.VIEWER)
    answer = program.get("/records", limit=1, state="extracted")
    onward = answer.headers["Link"].partition(">")[0].removeprefix("</api/v1")
    assert 'rel="next"' in answer.headers["Link"]
    assert program.read(onward)["items"] == program.read("/records", limit=2, state="extracted")["items"][1:]


def test_a_cursor_is_good_for_its_own_question_alone(house: House) -> None:
    program = house.program(Role.VIEWER)
    cursor = program.read("/records", limit=1)["next"]
    for path, query in (("/records", {"state": "done"}), ("/runs", {}), ("/audit/events", {})):
        answer = program.get(path, cursor=cursor, **query)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert answer.json()["type"] == "urn:ml-connector:problem:invalid-cursor"
    for cursor in ("x", "W10=", "bnVsbA==", "eyI6IH0=", "WyJ4IixbNV1d"):
        for path in ("/records", "/alerts/told", "/audit/events"):
            assert program.get(path, cursor=cursor).status_code == HTTPStatus.NOT_FOUND


def test_documents_are_read_by_those_who_may_and_that_is_written_down(house: House) -> None:
    record = house.records["2000010"]
    assert house.program(Role.VIEWER).get(f"/records/{record}/payloads").status_code == HTTPStatus.FORBIDDEN
    found = house.program(Role.OPERATOR).read(f"/records/{record}/payloads")
    assert found["source"] == {"id": "2000010"}
    looked = audit.page(house.operator, after=None, until=None, most=1000)[-1]
    assert looked.name == "operator.read_payload"
    assert looked.actor.startswith("operator:some-operator (API, token t-")
    assert looked.detail == {"record": str(record)}


def test_a_record_tells_its_history_but_not_its_documents(house: House) -> None:
    found = house.program(Role.VIEWER).read(f"/records/{house.records['2000020']}")
    assert found["record"]["state"] == "dead"
    assert [one["name"] for one in found["events"]][-1] == "record.dead"
    assert set(found) == {"record", "attempts", "events", "versions"}


def test_what_is_not_there_is_a_problem_that_names_what_is(house: House) -> None:
    answer = house.program(Role.VIEWER).get("/connections/acme-qat")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:ml-connector:problem:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no connection 'acme-qat'. Did you mean 'acme-qad'? Known: acme-j1, acme-qad.",
    }
