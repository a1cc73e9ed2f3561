"""An afternoon in a real browser: an invoice is found by its number, why it waits is read, and a field is corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from connector.domain.role import Role
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.conftest import GOOD
from tests.console.web.plant import Plant
from tests.console.web.test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.console.web.conftest import Console

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def plant(console: Console) -> Plant:
    return Plant(console).open()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_invoice_is_found_read_and_corrected(
    chromium: Browser, console: Console, plant: Plant, width: int, scheme: str
) -> None:
    console.member(Role.OPERATOR)
    number, code = f"Inv 47/{width}", f"N{width}"
    plant.invoice(number, credit_terms=code)
    plant.invoice(f"{number}-long", case="not-approved", description="a" * 400)
    how = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with looking(chromium, console, **how) as (page, wrong):

        def fits() -> None:
            assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
            assert violations(page) == [], page.url

        signed_in(page, "some-operator", GOOD)
        expect(page.get_by_role("navigation")).to_be_visible()
        page.keyboard.press("/")
        page.keyboard.type(number[:6])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
        fits()
        page.keyboard.press("/")
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(number)
        expect(page.get_by_label("Where it stands")).to_contain_text(
            f"no row says what JAGGAER ONE calls payment_terms '{code}'"
        )
        fits()
        page.get_by_role("link", name="Show content").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Content of {number}")
        fits()
        page.get_by_role("row", name=f"credit_terms {code}").get_by_role("link", name="Correct").click()
        page.get_by_label("What it should say").fill("N30")
        fits()
        page.get_by_role("button", name="Show what it changes").click()
        expect(page.get_by_role("heading", name="What it changes")).to_be_visible()
        page.get_by_label(f"payment_terms {code} → Net 30").check()
        page.get_by_label("Why?").fill("a slip of the supplier")
        fits()
        page.get_by_role("button", name="Correct it and let it go on").click()
        expect(page.get_by_role("status")).to_contain_text(f"payment_terms {code} is Net 30 for every document")
        plant.work()
        page.reload()
        expect(page.get_by_label("Where it stands")).to_contain_text("done")
        expect(page.get_by_role("link", name="Version 1")).to_be_visible()
        assert wrong == []
