"""What a person sees where things stand: sentences in their lines, figures inside their card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.role import Role
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.conftest import GOOD
from tests.console.web.test_month_end import invoice, scene

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.console.web.conftest import Console
    from tests.store.scene import Scene

__all__ = ["scene"]
pytestmark = needs_chromium

#: a laptop, as people of accounts payable have one
LAPTOP = {"width": 1280, "height": 800}
_LINES = """
card => { const text = document.createRange(); text.selectNodeContents(card);
          return new Set([...text.getClientRects()].map(part => Math.round(part.top / 8))).size }
"""


def test_a_link_stands_in_the_line_of_its_sentence(chromium: Browser, console: Console) -> None:
    console.member(Role.VIEWER)
    with looking(chromium, console, viewport=LAPTOP) as (page, _):
        signed_in(page, "some-viewer", GOOD)
        for place in ("/connections?q=lost", "/flows?q=lost", "/messages?connection=acme-qad", "/work", "/documents"):
            page.goto(place)
            assert page.locator("p.empty.card").evaluate(_LINES) == 1, place


def test_the_figures_of_a_month_in_many_currencies_fit_a_laptop(
    chromium: Browser, console: Console, scene: Scene
) -> None:
    currencies = {"BHD": "6147123.287", "CAD": "18819899.83", "EUR": "14509499.44", "JPY": "191961925", "USD": "-14999"}
    for currency, amount in currencies.items():
        invoice(scene, "2021-11", amount, currency)
        scene.finish(invoice(scene, "2021-11", amount, currency), target_id="T1")
    console.member(Role.VIEWER)
    with looking(chromium, console, viewport=LAPTOP) as (page, _):
        signed_in(page, "some-viewer", GOOD)
        page.goto("/reconciliation?period=2021-11")
        hidden = page.locator(".closing").evaluate("one => one.scrollWidth - one.parentElement.clientWidth")
        assert hidden <= 0
