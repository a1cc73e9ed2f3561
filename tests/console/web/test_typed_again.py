"""What somebody typed is not lost where it was not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from connector.domain.role import Role
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.conftest import GOOD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.console.web.conftest import Console

pytestmark = needs_chromium


def test_what_was_not_taken_stands_in_its_form_again_and_nothing_is_kept(chromium: Browser, console: Console) -> None:
    console.member(Role.ADMIN)
    with looking(chromium, console) as (page, wrong):
        signed_in(page, "some-admin", GOOD)
        page.goto("/settings")
        adding = page.locator("form", has=page.get_by_role("button", name="Add an operator"))
        adding.get_by_label("Name").fill("anna müller")
        adding.get_by_label("Role").select_option("operator")
        adding.get_by_role("button", name="Add an operator").click()
        expect(page.get_by_role("status")).to_contain_text("'anna müller' cannot name an operator")
        expect(adding.get_by_label("Name")).to_have_value("anna müller")
        expect(adding.get_by_label("Role")).to_have_value("operator")
        assert page.evaluate("sessionStorage.length") == 0

        page.goto("/settings")
        expect(adding.get_by_label("Name")).to_have_value("")
        assert wrong == []


def test_a_form_that_was_opened_is_open_again_and_its_brothers_are_not(chromium: Browser, console: Console) -> None:
    console.member(Role.ADMIN)
    with looking(chromium, console) as (page, _):
        signed_in(page, "some-admin", GOOD)
        page.goto("/integrations/acme")
        page.get_by_text("Remove…").click()
        page.get_by_label("Why").fill("it is over")
        page.locator("input[name=name]:visible").fill("acne")
        page.get_by_role("button", name="Remove", exact=False).last.click()
        expect(page.get_by_role("status")).to_contain_text("type acme to remove it")
        expect(page.get_by_label("Why")).to_have_value("it is over")
        expect(page.locator("details.ask[open]")).to_have_count(1)
