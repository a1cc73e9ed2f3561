"""The list of documents: what is found, where a search leads, how it is paged through and taken away."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID
from zipfile import ZipFile

import pytest

from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.work import documents
from connector.store.operator import listing
from tests.console.web.conftest import HOSTILE
from tests.console.web.plant import INVOICES, Plant, golden
from tests.waiting import until

if TYPE_CHECKING:
    from tests.console.web.conftest import Browser, Console

_ROW = re.compile(r'<a href="/documents/([0-9a-f-]{36})" data-row>(.*?)</a>')
_TOLD = re.compile(r"<span>(\d+)\W(\d+) of ([^<]+)</span>")
FLOW = f"acme/{INVOICES}"


@pytest.fixture(scope="module")
def plant(console: Console) -> Plant:
    made = Plant(console).open()
    for number in ("4711", "47110", "4712"):
        made.invoice(number)
    made.invoice("WAITS-1", case="not-approved")
    made.invoice("CODE-1", credit_terms="N45")
    made.invoice("DEAD-1", case="amounts-do-not-add-up")
    made.invoice("=HYPERLINK(1)")
    return made


@pytest.fixture(scope="module")
def browser(console: Console) -> Browser:
    return console.member(Role.VIEWER)


def numbers(page: str) -> list[str]:
    return [unescape(number) for _, number in _ROW.findall(page)]


def listed(plant: Plant, browser: Browser, query: str) -> list[str]:
    assert plant
    answer = browser.get(f"/documents?{query}")
    assert answer.status_code == 200, answer.headers
    return numbers(answer.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=471", ["4712", "47110", "4711"]),
        ("q=4711&list=1", ["4711", "47110"]),
        ("q=harrow&flow=acme/qad_suppliers_to_jaggaer", ["10023"]),
        (f"flow={FLOW}&state=gate", ["WAITS-1"]),
        ("state=park", ["CODE-1"]),
        ("state=dead-letters", ["DEAD-1"]),
        ("state=needs-you", ["DEAD-1", "CODE-1"]),
        ("state=moving", []),
        ("waits-for=crosswalk:payment_terms:N45", ["CODE-1"]),
        ("connection=nowhere", []),
        ("connection=acme-qad&hold=gate", ["WAITS-1"]),
        ("hold=park&begun-before=1d", []),
        ("state=dead-letters&since=1d&until=2999-01-01T00:00%2B00:00", ["DEAD-1"]),
        ("state=dead-letters&until=2d", []),
        (f"flow={FLOW}&from=2026-11-10&to=2026-11-10&q=WAITS", ["WAITS-1"]),
        ("from=2026-11-11&to=2026-11-12&q=WAITS", []),
        ("amount=206.94&party=10023&q=4712&state=done", ["4712"]),
        ("q=---", []),
        ("q=nothing-like-it", []),
    ],
)
def test_what_is_asked_for_is_listed(plant: Plant, browser: Browser, query: str, found: list[str]) -> None:
    assert listed(plant, browser, query) == found


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("state=nowhere", "no state"),
        ("hold=nowhere", "no hold"),
        ("flow=acme/no_such_flow", "no flow"),
        ("amount=abc", "is no amount"),
        ("from=tomorrow", "is no date"),
        ("from=2026-11-12&to=2026-11-11", "lies after"),
        ("behind=nonsense", "no such page"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(plant: Plant, browser: Browser, query: str, says: str) -> None:
    assert plant
    answer = browser.get(f"/documents?{query}")
    assert answer.status_code == 200
    assert says in unescape(answer.text)
    assert numbers(answer.text) == []


def test_a_page_that_is_not_there_says_so_in_words(plant: Plant, browser: Browser) -> None:
    assert plant
    answer = browser.get("/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "<h1>There is no such thing here</h1>" in answer.text
    assert "Not Found" not in answer.text


def test_one_exact_hit_leads_to_the_document_and_several_are_listed(plant: Plant, browser: Browser) -> None:
    (only,) = plant.rows("SELECT id FROM records WHERE source_key = 'I-4711'")
    for typed in ("4711", " 4711 ", "i-4711", str(only.id), str(only.id)[:18]):
        assert browser.get("/documents", params={"q": typed}).headers["Location"] == f"/documents/{only.id}", typed
    assert "Location" not in browser.get("/documents?q=10023").headers, "a supplier, and all that is of it"
    assert "Location" not in browser.get("/documents?q=4711&state=done").headers
    assert "Location" not in browser.get("/documents?q=471").headers


def test_pages_are_turned_and_say_how_much_there_is(
    plant: Plant, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = listed(plant, browser, f"flow={FLOW}")
    chosen = documents.chosen
    monkeypatch.setattr(documents, "chosen", lambda said, *, now: replace(chosen(said, now=now), most=3))
    place, seen, told = f"/documents?flow={FLOW}", [], []
    while place:
        page = browser.get(place).text
        seen += numbers(page)
        told += _TOLD.findall(page)
        following = re.search(r'<a href="([^"]+)" rel="next">', page)
        place = unescape(following[1]) if following else ""
    assert seen == whole
    assert told == [("1", "3", "7"), ("4", "6", "7"), ("7", "7", "7")]
    monkeypatch.setattr(listing, "COUNTED", 4)
    assert _TOLD.findall(browser.get(f"/documents?flow={FLOW}").text) == [("1", "3", "more than 4")]


def test_what_is_shown_is_taken_away_with_its_filters_and_no_formula(plant: Plant, browser: Browser) -> None:
    assert plant
    answer = browser.get(f"/documents.csv?flow={FLOW}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["number"] for row in rows][:2] == ["'=HYPERLINK(1)", "DEAD-1"]
    assert (rows[-1]["number"], rows[-1]["amount"], rows[-1]["state"]) == ("4711", "206.94", "done")
    book = browser.get(f"/documents.xlsx?flow={FLOW}&state=park")
    sheet = ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "CODE-1" in sheet
    assert "WAITS-1" not in sheet
    assert "<f>" not in sheet
    refused = browser.get("/documents.csv?flow=acme/no_such_flow")
    assert refused.status_code == 404
    assert "no flow" in unescape(refused.text)


def test_a_workbook_of_many_documents_is_made_by_a_job(
    plant: Plant, console: Console, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    assert plant
    few = browser.get(f"/documents?flow={FLOW}&state=park").text
    monkeypatch.setattr(listing, "COUNTED", 0)
    many = browser.get(f"/documents?flow={FLOW}&state=park").text
    assert ("/documents.xlsx" in few, "/documents.xlsx" in many) == (True, False)
    asked = re.search(r'<form method="post" action="/documents/file">(.*?)</form>', many)
    assert asked
    said = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', asked[1]))
    place = browser.post("/documents/file", **said).headers["Location"]
    until(lambda: not jobs.get(console.operator, UUID(place.rpartition("/")[2])).under_way, "it is written")
    sheet = ZipFile(io.BytesIO(browser.get(f"{place}/file").content)).read("xl/worksheets/sheet1.xml").decode()
    assert ("CODE-1" in sheet, "WAITS-1" in sheet) == (True, False)


def test_more_than_one_page_is_taken_away(plant: Plant, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    assert plant
    monkeypatch.setattr(documents, "EXPORTED", 2)
    rows = list(csv.DictReader(io.StringIO(browser.get("/documents.csv").text)))
    assert len({row["id"] for row in rows}) == len(rows) > 8


def test_a_filter_that_another_page_brought_stays_and_can_be_left_out(plant: Plant, browser: Browser) -> None:
    assert plant
    page = browser.get("/documents?state=dead-letters&code=malformed").text
    assert "with the reason malformed" in page
    assert '<input type="hidden" name="code" value="malformed">' in page
    assert 'href="/documents?state=dead-letters"' in page


def test_nothing_of_a_tenant_is_markup(plant: Plant, browser: Browser) -> None:
    plant.read(INVOICES, golden(INVOICES, "not-approved", reference=HOSTILE, invoice_id="I-hostile"))
    page = browser.get("/documents").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\x1b" not in page


def test_counts_of_today_lead_to_exactly_what_they_count(plant: Plant, browser: Browser) -> None:
    assert plant
    counts = re.findall(r'<a class="state \w+" href="(/documents\?[^"]+)">(\d+) ', browser.get("/").text)
    assert len(counts) >= 2
    for place, number in counts:
        assert len(numbers(browser.get(unescape(place)).text)) == int(number), place
