"""Nothing on any page keeps anybody out: axe looks at each, as an admin has it, wide and narrow, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python

from connector.domain.role import Role
from connector.operations.setup import crosswalks
from connector.operations.setup.crosswalks import Code
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.causes import buried, in_doubt, invoices, parked, scene_of
from tests.console.web.conftest import GOOD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.console.web.conftest import Console

pytestmark = needs_chromium
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
#: what stands in addresses
NAMED = {
    "integration": "acme",
    "flow": "qad_invoices_to_jaggaer",
    "connection": "acme-qad",
    "table": "units",
    "code": "refused",
    "system": "concur",
    "kind": "qad-jaggaer",
}
#: what another width and other colours may change; the rest of a page is the same
LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block", "meta-viewport")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 900}
#: they lead elsewhere whoever is signed in
LED_AWAY = {"/sign-in", "/choose-password"}
#: what is no page, but taken away
TAKEN_AWAY = {"/documents.csv", "/documents.xlsx", "/documents/{document}/file/{kind}"}
TAKEN_AWAY |= {"/reconciliation.csv", "/reconciliation.xlsx", "/audit.csv", "/audit.json"}
TAKEN_AWAY |= {"/codes/{integration}/export", "/audit/document/{record}"}


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds, in a line each, by these rules or by all."""
    page.evaluate(AXE)
    asked = {"runOnly": list(rules)} if rules else {}
    found: list[dict[str, Any]] = page.evaluate("async asked => (await axe.run(asked)).violations", asked)
    return [f"{one['id']} ({one['impact']}): {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_axe_finds_nothing_on_any_page_wide_and_light_or_narrow_and_dark(chromium: Browser, console: Console) -> None:
    console.member(Role.ADMIN)
    scene = scene_of(console)
    crosswalks.fill(console.operator, "acme", [Code(table="units", source="EA", target="PCE")])
    for number, happens in enumerate((buried(), parked("units", "refused"), in_doubt("1"))):
        invoices(scene, happens, f"{number}-1")
    pages = (route.path for route in console.desk.routes if route.method == "GET")
    places = [path for path in pages if path not in LED_AWAY | TAKEN_AWAY]
    found: dict[str, list[str]] = {}
    with looking(chromium, console, viewport=WIDE, color_scheme="light", reduced_motion="reduce") as (page, _):
        page.goto("/sign-in")
        found["/sign-in"] = violations(page)
        signed_in(page, "some-admin", GOOD)
        page.get_by_role("navigation").wait_for()
        for place in (*places, "/work/dead-letters/acme/qad_invoices_to_jaggaer/in_doubt"):
            page.goto(place.replace(":path", "").format_map(Unnamed(NAMED)))
            found[place] = violations(page)
            page.set_viewport_size(NARROW)
            page.emulate_media(color_scheme="dark")
            found[place] += violations(page, *LOOKS)
            page.set_viewport_size(WIDE)
            page.emulate_media(color_scheme="light")
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


class Unnamed(dict[str, str]):
    """What has no name here is looked for all the same: the page that says so is a page, too."""

    def __missing__(self, key: str) -> str:
        return "nothing"
