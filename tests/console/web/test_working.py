"""Work in a real browser: what waits for a code goes, what was refused goes again, codes come from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from connector.domain.role import Role
from connector.operations.setup import crosswalks
from connector.operations.setup.crosswalks import Chosen, Code
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.causes import REFUSED, buried, invoices, parked, scene_of
from tests.console.web.conftest import GOOD

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.console.web.conftest import Console

pytestmark = needs_chromium


def test_a_missing_code_is_set_by_a_suggestion_and_a_group_is_requeued(chromium: Browser, console: Console) -> None:
    scene = scene_of(console)
    crosswalks.fill(console.operator, "acme", [Code(table="units", source="EA", target="PCE")])
    invoices(scene, parked("units", "EACH"), "2000101", "2000102")
    refused = invoices(scene, buried(), *(f"20002{number:02}" for number in range(5)))
    console.member(Role.OPERATOR)
    with looking(chromium, console) as (page, wrong):
        signed_in(page, "some-operator", GOOD)
        page.get_by_role("link", name="Work", exact=True).click()
        cause = page.locator(".cause", has_text="units:EACH")
        expect(cause).to_contain_text("2 documents")
        cause.get_by_role("link", name="2 documents").click()
        expect(page.get_by_role("link", name="2000101")).to_be_visible()
        page.go_back()
        cause.get_by_role("button", name="PCE").click()
        expect(cause.get_by_label("EACH is in the target")).to_have_value("PCE")
        cause.get_by_role("button", name="Set", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("units: EACH is PCE from now on. 2 documents go on.")
        expect(page.locator(".cause", has_text="units:EACH")).to_have_count(0)

        page.locator(".cause", has_text="refused").get_by_role("link", name="Requeue or discard").click()
        page.wait_for_url(f"**{REFUSED}")
        expect(page.get_by_role("button", name="Requeue all 5")).to_be_visible()
        page.get_by_role("checkbox", name="2000201").check()
        page.get_by_role("checkbox", name="2000203").check()
        page.get_by_label("Why?").fill("QAD has the tax code now")
        page.get_by_role("button", name="Requeue 2 ticked").click()
        expect(page.get_by_role("status")).to_have_text("2 documents are on the way again.")
        page.get_by_label("Why?").fill("the others, too")
        page.get_by_role("button", name="Requeue all 3").click()
        page.wait_for_url("**/work")
        expect(page.get_by_text("Nothing needs you")).to_be_visible()
        assert wrong == []
    assert {scene.record(record).state for record in refused} == {"extracted"}


def test_a_file_is_read_into_its_field_and_imported_once_it_was_seen(
    chromium: Browser, console: Console, tmp_path: Path
) -> None:
    file = tmp_path / "units.csv"
    file.write_text("table,source,target\nunits,ST,PCE\nunits,M,MTR\n")
    console.member(Role.OPERATOR)
    with looking(chromium, console) as (page, wrong):
        signed_in(page, "some-operator", GOOD)
        page.get_by_role("link", name="Codes", exact=True).click()
        page.get_by_role("link", name="Import…").click()
        chosen = page.get_by_label("A CSV file")
        expect(chosen).to_be_visible()  # the script shows it once it listens
        chosen.set_input_files(file)
        expect(page.get_by_label("What stands in it")).to_have_value(file.read_text())
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("2 rows would be otherwise")
        with page.expect_popup() as beside:
            page.get_by_role("button", name="Rehearse Supplier invoices").click()
        expect(beside.value.get_by_role("heading", level=1)).to_contain_text("qad_invoices_to_jaggaer")
        expect(beside.value.locator("#live-job .state").first).to_have_text("done")
        page.get_by_label("Why?").fill("the list of November")
        page.get_by_role("button", name="Import it").click()
        expect(page.get_by_role("status")).to_have_text("2 added, 0 changed, 0 removed.")
        page.get_by_role("link", name="units", exact=True).click()
        page.get_by_label("What does this become?").fill("M")
        page.get_by_role("button", name="Try").click()
        expect(page.locator(".became")).to_contain_text("M→MTR")
        assert wrong == []
    rows = crosswalks.list_(console.operator, "acme", Chosen(table="units")).rows
    assert {row.source: row.target for row in rows}["ST"] == "PCE"


def test_all_of_it_is_done_without_a_script(chromium: Browser, console: Console) -> None:
    scene = scene_of(console)
    (record,) = invoices(scene, buried("scriptless"), "2000301")
    console.member(Role.OPERATOR)
    with looking(chromium, console, java_script_enabled=False) as (page, _):
        signed_in(page, "some-operator", GOOD)
        page.goto(REFUSED.replace("refused", "scriptless"))
        page.get_by_role("checkbox", name="2000301").check()
        page.get_by_label("Why?").fill("mended")
        page.get_by_role("button", name="Requeue the ticked ones").click()
        expect(page.get_by_role("status")).to_have_text("1 document is on the way again.")
        page.goto("/codes/acme/import")
        page.get_by_label("What stands in it").fill("table,source,target\nunits,H,HUR\n")
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_label("Why?").fill("hours")
        page.get_by_role("button", name="Import it").click()
        expect(page.get_by_role("status")).to_have_text("1 added, 0 changed, 0 removed.")
    assert scene.record(record).state == "extracted"
