"""The console as a person has it: in a real browser, which refuses what its policy does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from connector.domain.role import Role
from connector.operations.accounts import people
from connector.operations.setup import connections
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.conftest import GOOD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.console.web.conftest import Console

PAGES = (
    "/",
    "/work",
    "/work/dead-letters/acme/qad_invoices_to_jaggaer/refused",
    "/work/missing-codes/acme/units/A%20CODE%2FWITH%20ALL",
    "/codes",
    "/codes/acme/tables/units",
    "/codes/acme/import",
    "/flows",
    "/flows/acme/qad_invoices_to_jaggaer",
    "/connections",
    "/reconciliation",
    "/audit?by=all",
    "/audit/seals",
    "/reconciliation/acme/qad_invoices_to_jaggaer",
    "/reconciliation/acme/qad_invoices_to_jaggaer/documents",
    "/connections/acme-qad",
    "/connections/acme-qad/change",
    "/connections/add/concur",
    "/connections/connect/concur",
    "/integrations/acme",
    "/integrations/add/qad-jaggaer",
    "/flows/acme/qad_invoices_to_jaggaer/schedule",
    "/flows/acme/qad_invoices_to_jaggaer/options",
    "/flows/acme/qad_invoices_to_jaggaer/rehearse",
    "/settings",
    "/settings/alerts",
    "/settings/alerts/add?kind=email",
    "/settings/alerts/rules/dead.letters",
    "/settings/system",
)

pytestmark = needs_chromium


def test_somebody_new_signs_in_chooses_a_password_and_works_by_keys(chromium: Browser, console: Console) -> None:
    once = people.add(console.operator, "keys", Role.ADMIN).once
    with looking(chromium, console) as (page, wrong):
        signed_in(page, "keys", once)
        page.get_by_label("New").fill(GOOD)
        page.get_by_label("Once more").fill(GOOD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing runs yet.")
        expect(page.locator("footer")).to_contain_text("Europe/Berlin")

        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("f")
        expect(page.get_by_role("heading", level=1)).to_have_text("Flows")
        page.get_by_label("Search flows").fill("invoices")
        page.keyboard.press("Enter")
        page.wait_for_url("**/flows?q=invoices")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Supplier invoices")

        page.get_by_text("Switch on…").click()
        page.get_by_label("Why?").fill("we begin")
        page.get_by_role("button", name="Switch it on").click()
        expect(page.get_by_role("status")).to_contain_text("runs by its schedule")
        assert wrong == []


def test_pages_fit_and_break_no_rule_of_their_own_at_any_width(chromium: Browser, console: Console) -> None:
    console.member(Role.ADMIN)
    with looking(chromium, console) as (page, wrong):
        signed_in(page, "some-admin", GOOD)
        expect(page.get_by_role("navigation")).to_be_visible()
        for place in PAGES:
            page.goto(place)
            for width, scheme in ((360, "dark"), (1280, "light"), (2560, "dark")):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)
        assert wrong == []


def test_everything_can_be_read_and_done_without_a_script(chromium: Browser, console: Console) -> None:
    console.member(Role.OPERATOR)
    with looking(chromium, console, java_script_enabled=False) as (page, _):
        signed_in(page, "some-operator", GOOD)
        page.goto("/connections/acme-j1")
        page.get_by_text("Stop…").click()
        page.get_by_label("Why should nothing use it?").fill("<b>it is upgraded</b>")
        page.get_by_role("button", name="Stop it").click()
        expect(page.get_by_text("some-operator (console) stopped it: <b>it is upgraded</b>")).to_be_visible()
        page.get_by_role("button", name="Resume").click()
        assert connections.get(console.operator, "acme-j1").stopped_why is None
