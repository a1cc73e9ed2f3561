"""A controller closes a month in a real browser: compares, looks at what differs, signs, and is told of changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from playwright.sync_api import expect, sync_playwright

from connector.console import web
from connector.domain.role import Role
from connector.operations.accounts import people
from tests import quick_passwords
from tests.console.receiver import Serving
from tests.console.web.browsing import CHROMIUM, QUIET, needs_chromium, signed_in
from tests.journey.carrying import everything
from tests.journey.test_month_end import outgoing
from tests.journey.works import open_works
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.journey.works import Works

pytestmark = needs_chromium
FLOW = "acme-concur/concur_invoices_to_qad"
_PASSWORD = "plum staple fox 9"


@pytest.fixture
def works(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    quick_passwords.use(monkeypatch)
    with open_works(database_url, tmp_path, documents=4) as opened:
        everything(opened)
        yield opened


@pytest.fixture
def page(works: Works) -> Iterator[Page]:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    web.add(app, works.operator)
    once = people.add(works.operator, "carla", Role.OPERATOR).once
    with Serving(app) as serving, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        shown = chromium.new_context(base_url=serving.url, timezone_id="Europe/Berlin").new_page()
        shown.set_default_timeout(HANG_SECONDS * 1000)
        signed_in(shown, "carla", once)
        shown.get_by_label("New").fill(_PASSWORD)
        shown.get_by_label("Once more").fill(_PASSWORD)
        shown.keyboard.press("Enter")
        shown.wait_for_url(f"{serving.url}/")
        yield shown


def test_a_month_is_compared_looked_through_signed_off_and_changes_are_seen(works: Works, page: Page) -> None:
    (one,) = works.rows(
        "SELECT r.id, r.source_key AS key, s.number, to_char(s.date, 'YYYY-MM') AS month FROM records r "
        "JOIN flows f ON f.id = r.flow_id JOIN summaries s ON s.record_id = r.id "
        "WHERE f.name = 'concur_invoices_to_qad' AND r.state = 'done' ORDER BY r.id LIMIT 1"
    )
    works.target("qad").write(outgoing(works, "concur_invoices_to_qad", one.key))  # somebody enters it again by hand

    page.goto(f"/reconciliation?period={one.month}")
    page.get_by_role("region", name="acme-concur").get_by_role("button", name="Ask both systems now").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#live-job")).to_contain_text("took")
    page.get_by_role("row", name="concur_invoices_to_qad").get_by_role("link").click()

    differences = page.get_by_role("region", name="Differences")
    expect(differences.get_by_role("row").nth(1)).to_contain_text("twice in the target")
    expect(differences.get_by_role("row").nth(1)).to_contain_text(one.number)
    flow_page = page.url
    page.get_by_role("region", name="Figures").get_by_role("row", name="In target").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("In target")
    expect(page.get_by_role("link", name=one.number)).to_have_attribute("href", f"/documents/{one.id}")

    page.goto(flow_page)
    page.get_by_text("Sign off…").click()
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_role("status")).to_have_count(0)  # the browser asks for the reason
    page.get_by_label("Why is it signed off all the same?").fill("the second one is taken back in QAD tomorrow")
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_role("status")).to_contain_text("Signed off:")
    expect(page.get_by_role("region", name="Sign-off")).to_contain_text("carla (console)")

    works.execute("UPDATE summaries SET amount = amount + 1 WHERE record_id = :id", id=one.id)
    page.reload()
    changed = page.get_by_role("region", name="changed since sign-off")
    expect(changed).to_contain_text("1 document stands otherwise since then")
    expect(changed.get_by_role("row").nth(1)).to_contain_text("another amount")

    page.goto("/audit?who=carla")
    expect(page.get_by_role("table")).to_contain_text("signed a period off")
    with page.expect_download() as taken:
        page.get_by_role("link", name="JSON", exact=True).click()
    told = json.loads(Path(taken.value.path()).read_text())
    (signed,) = [event for event in told if event["name"] == "operator.signed_off"]
    assert (signed["actor"], signed["subject"].rpartition("/")[0]) == ("operator:carla (console)", f"period:{FLOW}")
    assert signed["detail"]["why"] == "the second one is taken back in QAD tomorrow"
