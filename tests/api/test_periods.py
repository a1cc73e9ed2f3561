"""The end of a month over the API: the same figures, lists and sign-offs as on the page, in the name of an operator."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.operations.work import audit
from tests.api.conftest import INVOICES
from tests.api.test_changing import ended, key

if TYPE_CHECKING:
    from uuid import UUID

    from tests.api.conftest import House


def invoice(house: House, month: str, amount: str) -> UUID:
    record = house.scene.read_one(str(new_id()), flow=house.scene.invoices)
    house.scene.change(
        "INSERT INTO summaries (record_id, kind, number, party, party_name, date, amount, currency) VALUES (:id, "
        "'invoice', :number, 'S1', 'Acme', CAST(:date AS date), CAST(:amount AS numeric), 'EUR')",
        id=record,
        number=f"N{str(record)[-6:]}",
        date=f"{month}-15",
        amount=amount,
    )
    return record


def test_a_month_is_counted_listed_signed_off_and_what_changes_later_is_named(house: House) -> None:
    viewer, program, place = house.program(Role.VIEWER), house.program(Role.OPERATOR), "/periods/2021-03"
    done, waits = invoice(house, "2021-03", "10.50"), invoice(house, "2021-03", "7")
    house.scene.finish(done, target_id="T1")
    (line,) = [one for one in viewer.read(place)["items"] if one["flow"] == INVOICES]
    assert (line["state"], line["documents"], line["left_open"]) == ("open", 2, "1 document is on its way")
    assert [(one["figure"], one["documents"], one["amount"]) for one in line["sums"]] == [
        ("between", 1, "7"),
        ("in target", 1, "10.50"),
    ]
    one = f"{place}/flows/{INVOICES}"
    assert viewer.read(one)["figures"] | {"as_of": ""} == line | {"as_of": ""}
    first = viewer.get(f"{one}/documents", limit=1)
    second = viewer.read(f"{one}/documents", limit=1, cursor=first.json()["next"])
    assert [page["items"][0]["record_id"] for page in (first.json(), second)] == [str(done), str(waits)]
    assert second["next"] is None
    assert 'rel="next"' in first.headers["Link"]
    (listed,) = viewer.read(f"{one}/documents", figure="between")["items"]
    assert listed["record_id"] == str(waits)

    asked = {"of": INVOICES, "seen": {INVOICES: line["seen"]}}
    refused = ended(program, program.post(f"{place}/sign-offs", asked))
    assert refused["error"].endswith("1 document is on its way. Say why it is signed off all the same.")
    third = invoice(house, "2021-03", "1")
    refused = ended(program, program.post(f"{place}/sign-offs", {**asked, "why": "in April"}))
    assert "changed while you looked at them, so nothing was signed" in refused["error"]
    house.scene.change("UPDATE summaries SET date = '2021-04-01' WHERE record_id = :id", id=third)
    once = key()
    began = program.post(f"{place}/sign-offs", {**asked, "why": "in April"}, key=once)
    (signed,) = ended(program, began)["result"]["signed"]
    again = program.post(f"{place}/sign-offs", {**asked, "why": "in April"}, key=once)
    assert again.headers["Location"] == began.headers["Location"]
    assert (signed["flow"], signed["sign_off"]["documents"]) == (INVOICES, 2)
    assert signed["sign_off"]["actor"].startswith("operator:some-operator (API, token t-")
    event = audit.history(house.operator, viewer.read(one)["subject"])[-1]
    assert (event.actor, event.detail["why"]) == (signed["sign_off"]["actor"], "in April")
    assert viewer.read(f"{one}/changes")["anything"] is False

    house.scene.change("UPDATE summaries SET amount = 8 WHERE record_id = :id", id=waits)
    found = viewer.read(f"{one}/changes")
    assert [(each["what"], each["before"]["amount"], each["now"]["amount"]) for each in found["changes"]] == [
        ("another amount", "7", "8")
    ]
    assert found["figures"][0]["now"] == {"documents": 1, "amount": "8"}
    result = ended(program, program.post(f"{one}/changes"))["result"]
    assert (result["changes_in_all"], result["changes"][0]["what"]) == (1, "another amount")
    assert viewer.read(one)["state"] == "changed since sign-off"

    assert program.post(f"{one}/withdraw", {"why": " "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert program.post(f"{one}/withdraw", {"why": "7 was 8"}).json()["items"][0]["withdrawn_why"] == "7 was 8"
    assert viewer.get(f"{one}/changes").status_code == HTTPStatus.CONFLICT


def test_sign_offs_are_listed_page_by_page(house: House) -> None:
    program, reading = house.program(Role.OPERATOR), house.program(Role.VIEWER)
    for month in ("2019-01", "2019-02", "2019-03"):
        assert ended(program, program.post(f"/periods/{month}/sign-offs", {"of": INVOICES}))["status"] == "done"
    seen, cursor = [], ""
    while cursor is not None:
        page = reading.read("/sign-offs", of=INVOICES, limit=1, cursor=cursor)
        seen += [one["sign_off"]["first"] for one in page["items"]]
        cursor = page["next"]
    assert [one for one in seen if one.startswith("2019")] == ["2019-03-01", "2019-02-01", "2019-01-01"]
    assert len(seen) == len(reading.read("/sign-offs", of="acme")["items"])


def test_both_systems_are_asked_by_a_job_that_the_page_shows_as_its_own(house: House) -> None:
    program = house.program(Role.OPERATOR)
    invoice(house, "2018-01", "1")
    job = ended(program, program.post("/periods/2018-01/comparisons", {"of": INVOICES}))
    assert (job["status"], job["kind"]) == ("done", "reconciliation")
    (flow,) = job["result"]["flows"]
    assert (flow["flow"], flow["documents"], flow["wrong"]) == (INVOICES, 1, True)
    assert program.read("/periods/2018-01", integration="acme")["items"][0]["compared_at"]
    assert ended(program, program.post("/periods/2018-01/counts"))["result"] == {"documents": 1}


@pytest.mark.parametrize("path", ["soon", "2021-13", "2021-03/flows/acme/none"])
def test_what_is_no_period_or_no_flow_is_not_found(house: House, path: str) -> None:
    assert house.program(Role.VIEWER).get(f"/periods/{path}").status_code == HTTPStatus.NOT_FOUND
    assert house.program(Role.OPERATOR).post("/periods/2021-03/sign-offs", {"of": "no/such"}).status_code == 404
