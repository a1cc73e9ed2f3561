"""Codes: tables, edited in place and by files, tried, and looked through for what nobody needs."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from connector.domain.role import Role
from connector.operations.setup import code_tables, crosswalks, suggesting
from connector.operations.setup.crosswalks import Chosen, Code
from connector.operations.work import audit
from tests.console.web.causes import buried, invoices, parked, scene_of
from tests.console.web.conftest import HOSTILE
from tests.flows.golden import PAIRS
from tests.store.scene import WAITS
from tests.waiting import until

if TYPE_CHECKING:
    from tests.console.web.conftest import Browser, Console
    from tests.store.scene import Scene

TABLE = "/codes/acme/tables/units"
IMPORT = "/codes/acme/import"
FILE = "table;source;target\r\nunits;EA;EACH\r\nunits;KG;KGM\r\nunits;T;TNE\r\n"


@pytest.fixture(scope="module")
def scene(console: Console) -> Scene:
    return scene_of(console)


@pytest.fixture
def browser(console: Console) -> Browser:
    """An operator's, before three units."""
    rows = crosswalks.list_(console.operator, "acme").rows
    for table in {row.table for row in rows}:
        sources = [row.source for row in rows if row.table == table]
        crosswalks.remove_several(console.operator, "acme", table, sources, "a new test")
    units = [("EA", "PCE"), ("KG", "KGM"), ("BX", "BOX")]
    crosswalks.fill(console.operator, "acme", [Code(table="units", source=s, target=t) for s, t in units])
    return console.member(Role.OPERATOR)


def saved(console: Console, table: str = "units") -> dict[str, str]:
    rows = crosswalks.list_(console.operator, "acme", Chosen(table=table)).rows
    return {row.source: row.target for row in rows}


def told(browser: Browser, place: str) -> str:
    found = re.search(r'role="status">([^<]*)<', browser.get(place).text)
    return unescape(found[1]) if found else ""


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def test_what_is_missing_comes_first_with_how_much_waits(console: Console, scene: Scene, browser: Browser) -> None:
    invoices(scene, parked("units", "CASE"), "C1", "C2", amount="10.25")
    page = browser.get("/codes").text
    assert re.search(r'units/CASE"[^>]*>CASE</a>.*?>2</td>.*?20\.50 <abbr>USD', page, re.DOTALL)
    assert page.index(TABLE) < page.index("/codes/acme/tables/charges"), "the table that lacks a code stands first"
    assert "2 documents wait" in browser.get(TABLE).text


def test_a_row_is_added_changed_and_removed_and_the_page_says_who_did_it(console: Console, browser: Browser) -> None:
    added = browser.post(f"{TABLE}/set", source="T", target="TNE")
    assert told(browser, added.headers["Location"]) == "T is TNE: added."
    browser.post(f"{TABLE}/set", source="EA", target="EACH")
    assert "EA has a row already" in told(browser, TABLE), "adding changes nothing that is there"
    browser.post(f"{TABLE}/set", source="EA", target="EACH", change="yes")
    assert "Say why" in told(browser, TABLE)
    assert saved(console)["EA"] == "PCE"
    stale = browser.post(f"{TABLE}/set", source="EA", target="EACH", change="yes", was="PC", why="as JAGGAER has it")
    assert "Somebody changed EA meanwhile: it is PCE now." in told(browser, stale.headers["Location"])
    assert saved(console)["EA"] == "PCE"
    browser.post(f"{TABLE}/set", source="EA", target="EACH", change="yes", was="PCE", why="as JAGGAER has it")
    assert 'name="was" value="EACH"' in browser.get(TABLE).text
    browser.post(f"{TABLE}/remove", source="KG", why="nobody weighs")
    assert saved(console) == {"EA": "EACH", "BX": "BOX", "T": "TNE"}

    page = browser.get(TABLE).text
    assert "as JAGGAER has it" in page
    assert "nobody weighs" in page
    assert re.search(r"<code>EA</code></th>.*?some-operator \(console\)", page, re.DOTALL)
    (removed,) = audit.history(console.operator, "crosswalk:acme/units")[-1:]
    assert (removed.actor, removed.detail["codes"]) == ("operator:some-operator (console)", {"KG": "KGM"})


def test_a_viewer_looks_tries_and_takes_away_but_changes_nothing(console: Console, browser: Browser) -> None:
    viewer = console.member(Role.VIEWER)
    page = viewer.get(f"{TABLE}?try=EA").text
    assert "<code>EA</code><span" in page.partition('class="became"')[2]
    assert f'action="{TABLE}' not in page
    assert "has no row" in viewer.get(f"{TABLE}?try=nothing").text
    answer = viewer.get("/codes/acme/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''codes-acme.csv"
    assert "units,EA,PCE" in answer.text
    assert viewer.get("/codes/acme/tables/unitz").status_code == HTTPStatus.NOT_FOUND
    assert viewer.get(IMPORT).status_code == HTTPStatus.FORBIDDEN
    del browser


def test_a_table_of_many_rows_is_paged_and_searched(console: Console, browser: Browser) -> None:
    rows = [Code(table="payment_terms", source=f"N{number:03}", target="NET") for number in range(120)]
    crosswalks.fill(console.operator, "acme", rows)
    place, seen = "/codes/acme/tables/payment_terms", []
    while place:
        page = browser.get(place).text
        seen += re.findall(r'<th scope="row"><code>(N\d+)</code>', page)
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        place = unescape(onward[1]) if onward else ""
    assert seen == [row.source for row in rows]
    found = browser.get("/codes/acme/tables/payment_terms?q=N11").text
    assert "10 codes begin with “N11”" in found


def test_a_file_is_shown_before_it_changes_anything_and_then_does_that(
    console: Console, scene: Scene, browser: Browser
) -> None:
    invoices(scene, parked("units", "T"), "I1")
    shown = browser.post(IMPORT, text=FILE, name="units.csv", alone="yes").text
    assert "1 added · 1 changed · 1 removed · 1 as before" in shown
    assert saved(console) == {"EA": "PCE", "KG": "KGM", "BX": "BOX"}
    carried = {"text": FILE, "name": "units.csv", "alone": "yes", "seen": field(shown, "seen"), "why": "the new list"}

    answer = browser.post(f"{IMPORT}/confirm", **carried)

    assert told(browser, answer.headers["Location"]).startswith("1 added, 1 changed, 1 removed. 1 waiting")
    assert saved(console) == {"EA": "EACH", "KG": "KGM", "T": "TNE"}
    (event,) = audit.history(console.operator, "crosswalk:acme/units")[-1:]
    assert event.detail["why"] == "the new list"


def test_what_was_not_shown_is_not_imported(console: Console, browser: Browser) -> None:
    shown = browser.post(IMPORT, text=FILE).text
    crosswalks.fill(console.operator, "acme", [Code(table="units", source="EA", target="ELSE")])
    for seen in (field(shown, "seen"), ""):
        answer = browser.post(f"{IMPORT}/confirm", text=FILE, seen=seen, why="x")
        assert "changed by somebody else since the preview" in answer.text
        assert saved(console) == {"EA": "ELSE", "KG": "KGM", "BX": "BOX"}


def test_what_one_row_would_change_is_seen_before_it_is_changed(console: Console, browser: Browser) -> None:
    shown = browser.post(IMPORT, table="units", source="EA", target="=EACH", change="yes", why="").text
    assert "0 added · 1 changed · 0 removed" in shown
    assert re.search(r"<code>PCE</code>.*<code>=EACH</code>", shown)
    assert saved(console)["EA"] == "PCE"
    carried = unescape(shown.partition('name="text"')[2].partition(">")[2].partition("</textarea>")[0])
    browser.post(f"{IMPORT}/confirm", text=carried, seen=field(shown, "seen"), why="as they call it")
    assert saved(console)["EA"] == "=EACH"


def test_flows_that_codes_are_rehearsed_with_are_those_that_look_into_their_tables(console: Console) -> None:
    found = code_tables.looking_into(console.operator, "acme", {"charges"})
    assert found == [("acme/qad_invoices_to_jaggaer", "Supplier invoices")]


def test_every_mistake_of_a_file_is_named_with_its_line_and_it_can_be_mended(browser: Browser) -> None:
    text = f"table,source,target\nunit,A,B\nunits,C,\nunits,{HOSTILE},D\n"
    answer = browser.post(IMPORT, text=text, name="mine.csv")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = unescape(answer.text)
    assert "mine.csv, line 2: There is no crosswalk table 'unit'" in page
    assert "mine.csv, line 3: the target is empty." in page
    assert "<script>alert" not in answer.text
    assert "units,C," in page.partition("<textarea")[2], "what was typed is still there"


def test_a_file_may_be_long_where_somebody_is_signed_in_and_nowhere_else(console: Console, browser: Browser) -> None:
    rows = "".join(f"units,S{number:05},T\n" for number in range(20_000))
    assert "20,000 added" in browser.post(IMPORT, text=f"table,source,target\n{rows}").text
    stranger = console.browser()
    too_long = stranger.post(IMPORT, proof=stranger.proof("/sign-in"), text=rows)
    assert too_long.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    elsewhere = browser.post(f"{TABLE}/set", source=rows, target="T")
    assert elsewhere.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_codes_that_no_document_asks_for_are_found_and_removed(
    console: Console, scene: Scene, browser: Browser
) -> None:
    crosswalks.fill(console.operator, "acme", [Code(table="payment_terms", source="N45", target="NET45")])
    crosswalks.fill(console.operator, "acme", [Code(table="payment_terms", source="OLD", target="NET90")])
    asks_for_n45 = PAIRS["qad-jaggaer"].folder / "qad_invoices_to_jaggaer" / "all-missing-codes-at-once.source.json"
    invoices(scene, WAITS, "U1", content=asks_for_n45.read_text())
    invoices(scene, buried("x"), "U2", content="{}")

    place = browser.post("/codes/acme/tables/payment_terms/uses", days="90").headers["Location"]

    until(lambda: "took" in browser.get(place).text, "the job ends")
    page = browser.get(place).text
    assert "1 code was asked for by no document" in page
    assert 'value="OLD"' in page
    browser.post("/codes/acme/tables/payment_terms/remove", source="OLD", why="nobody asks for it")
    assert saved(console, "payment_terms") == {"N45": "NET45"}


def test_master_data_that_was_read_is_suggested_before_what_the_table_says(console: Console, scene: Scene) -> None:
    for key in ("10S1001", "10S1002", "20X9"):
        scene.read_one(key, flow=scene.suppliers)
    change = parked("business_units", "10s100")
    invoices(scene, replace(change, waits_for=(*change.waits_for, "link:qad_suppliers_to_jaggaer:10S100")), "Q1")
    crosswalks.fill(console.operator, "acme", [Code(table="business_units", source="F", target="FREIGHT")])

    found = suggesting.suggest(console.operator, "acme", "business_units", "10s100")

    assert [one.target for one in found] == ["10S1001", "10S1002", "20X9", "FREIGHT"]
    assert found[0].why.startswith("QAD")
    words = suggesting.suggest(console.operator, "acme", "charges", "ship")
    assert [one.target for one in words] == ["shippingCharge", "handlingCharge"], "JAGGAER takes nothing else"
