"""The end of a month over the API: the same figures, lists and sign-offs as on the page, in the name of an operator."""

from __future__ import annotations

import csv
import io
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConnectorError
from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.operations import job_files, jobs
from connector.operations.work import audit
from tests.api.conftest import INVOICES
from tests.api.test_changing import ended, key
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


def test_files_are_made_by_jobs_and_taken_away_as_they_are_on_the_page(house: House) -> None:
    viewer, operator = house.program(Role.VIEWER), house.program(Role.OPERATOR)
    record = invoice(house, "2017-01", "10.50")
    job = ended(viewer, viewer.post("/periods/2017-01/files", {"of": INVOICES}))
    taken = viewer.get(f"/jobs/{job['id']}/file")
    (row,) = csv.DictReader(io.StringIO(taken.text))
    assert (row["record"], row["amount"], row["figure"]) == (str(record), "10.50", "between")
    assert taken.headers["Content-Disposition"].endswith("month-end-acme-qad_invoices_to_jaggaer-2017-01.csv")
    house.scene.finish(record, target_id="T1")
    chosen = {"chosen": {"flow": INVOICES, "key": house.scene.record(record).source_key}}
    for kind, begins in (("csv", b"kind,number"), ("xlsx", b"PK")):
        job = ended(operator, operator.post("/files", {"format": kind, **chosen}))
        assert job["result"]["name"] == f"documents.{kind}"
        content = viewer.get(f"/jobs/{job['id']}/file").content
        assert content.startswith(begins)
        assert job["result"]["bytes"] == len(content)
    (sealed,) = house.scene.ask("SELECT content FROM job_files WHERE job_id = :id", id=job["id"])
    assert b"PK" not in bytes(sealed.content)[:100], "what was made is sealed in the ledger"
    counted = ended(operator, operator.post("/periods/2017-01/counts"))
    assert viewer.get(f"/jobs/{counted['id']}/file").status_code == HTTPStatus.NOT_FOUND
    assert operator.post("/files", {"chosen": {"limit": 1}}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_file_of_one_document_is_taken_away_in_each_format(house: House) -> None:
    viewer, record = house.program(Role.VIEWER), house.records["2000020"]
    assert viewer.get(f"/records/{record}/file").json()["document"]["source_key"] == "2000020"
    for kind, media_type in (("csv", "text/csv"), ("page", "text/html")):
        assert viewer.get(f"/records/{record}/file", format=kind).headers["Content-Type"].startswith(media_type)


def test_a_file_longer_than_a_part_is_the_same_again_and_one_that_is_stopped_leaves_nothing(house: House) -> None:
    def made(content: Iterable[bytes]) -> tuple[UUID, str]:
        def make(_: jobs.Job) -> job_files.File:
            return job_files.File(name="a", media_type="text/csv", content=content)

        number = job_files.begin(house.operator, "Try", make, place="")
        until(lambda: not jobs.get(house.operator, number).under_way, "the job has ended")
        return number, jobs.get(house.operator, number).status

    pieces = [bytes([number]) * 700_000 for number in range(4)]
    number, _ = made(pieces)
    assert b"".join(job_files.read(house.operator, number).content) == b"".join(pieces)
    assert len(house.scene.ask("SELECT FROM job_files WHERE job_id = :id", id=number)) == 3
    taken = iter(job_files.read(house.operator, number).content)
    next(taken)
    house.scene.change("DELETE FROM job_files WHERE job_id = :id", id=number)
    with pytest.raises(ConnectorError, match="make it anew"):
        list(taken)

    def breaking() -> Iterator[bytes]:
        yield from pieces
        raise jobs.Stopped

    number, status = made(breaking())
    assert status == "stopped"
    assert house.scene.ask("SELECT FROM job_files WHERE job_id = :id", id=number) == []
