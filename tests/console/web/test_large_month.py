"""A month that holds much: its figures are dated, counted on request, and signed off by a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import StoreUnavailable
from connector.domain.role import Role
from connector.operations.work import counting_periods, month_end_flow, since_job
from tests.console.web.test_flow_pages import ended
from tests.console.web.test_month_end import FLOW, PLACE, invoice, signing, told
from tests.store.scene import Scene

if TYPE_CHECKING:
    from tests.console.web.conftest import Browser, Console


@pytest.fixture(scope="module")
def scene(console: Console) -> Scene:
    return Scene.set_up(console.operator.application.store, console.operator.application.vault, prefix="large-")


def filled(scene: Scene, month: str) -> None:
    """So many names of documents that nobody counts them for a page."""
    scene.change(
        "INSERT INTO summaries (record_id, kind, number, date) SELECT gen_random_uuid(), 'supplier invoice', "
        "'F' || n, CAST(:date AS date) FROM generate_series(1, 5001) n",
        date=f"{month}-01",
    )


def count(console: Console, browser: Browser, month: str) -> str:
    place = browser.post("/reconciliation/count", period=month, of=FLOW).headers["Location"]
    return told(ended(console, browser, place))


def away(*_: object) -> int:
    raise StoreUnavailable("The ledger is away.")


def test_figures_of_a_large_month_are_dated_and_counted_again_on_request(console: Console, scene: Scene) -> None:
    filled(scene, "2020-03")
    scene.finish(invoice(scene, "2020-03", "10"), target_id="T1")
    browser = console.member(Role.OPERATOR)
    assert "This period is not counted yet." in told(browser.get("/reconciliation?period=2020-03").text)
    assert "Sign off…" not in told(browser.get(f"{PLACE}?period=2020-03").text), "nobody signs what nobody has seen"
    assert "1 document counted." in count(console, browser, "2020-03")
    waits = invoice(scene, "2020-03", "7", number="LATER")
    page = told(browser.get(f"{PLACE}?period=2020-03").text)
    assert "its figures are as of" in page
    assert "Waiting" not in page.partition("Figures")[2], "as it stood then"
    assert "LATER" in browser.get(f"{PLACE}/documents?period=2020-03&figure=between").text
    assert "2 documents counted." in count(console, browser, "2020-03")
    assert "1 document waits." in told(browser.get("/reconciliation?period=2020-03").text)
    assert str(waits) in browser.get(f"{PLACE}/documents?period=2020-03").text
    viewer = console.member(Role.VIEWER)
    assert "Count now" not in viewer.get(f"{PLACE}?period=2020-03").text


def test_a_large_month_is_signed_off_by_a_job_as_it_was_seen(
    console: Console, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(scene, "2020-04")
    scene.finish(invoice(scene, "2020-04", "10"), target_id="T1")
    browser = console.member(Role.OPERATOR)
    assert "1 document counted." in count(console, browser, "2020-04")
    seen = signing(browser, "2020-04")
    scene.finish(invoice(scene, "2020-04", "5"), target_id="T2")
    place = browser.post(f"{PLACE}/sign-off", **seen).headers["Location"]
    assert re.fullmatch(r"/jobs/[0-9a-f-]{36}", place)
    assert "changed while you looked at them, so nothing was signed" in told(ended(console, browser, place))
    assert "signed off · April" not in told(browser.get(f"{PLACE}?period=2020-04").text)

    count(console, browser, "2020-04")
    with monkeypatch.context() as patch:
        patch.setattr(counting_periods, "count", away)
        place = browser.post(f"{PLACE}/sign-off", **signing(browser, "2020-04")).headers["Location"]
        assert f"{FLOW} 2 documents" in told(ended(console, browser, place)), "it is signed, whatever comes of counting"
    assert "signed off · April 2020" in told(browser.get(f"{PLACE}?period=2020-04").text)
    invoice(scene, "2020-04", "1")
    count(console, browser, "2020-04")
    assert "changed since sign-off" in told(browser.get(f"{PLACE}?period=2020-04").text)
    place = browser.post(f"{PLACE}/changes", period="2020-04").headers["Location"]
    page = told(ended(console, browser, place))
    assert "1 document stands otherwise" in page
    assert "came into the period 1.00 EUR" in page
    monkeypatch.setattr(since_job, "MOST", 1)
    monkeypatch.setattr(month_end_flow, "SHOWN", 1)
    invoice(scene, "2020-04", "2")
    place = browser.post(f"{PLACE}/changes", period="2020-04").headers["Location"]
    assert "The first 1 of 2;" in told(ended(console, browser, place))


def test_a_large_month_is_taken_away_from_a_job(console: Console, scene: Scene) -> None:
    filled(scene, "2020-05")
    record = invoice(scene, "2020-05", "10.50")
    viewer = console.member(Role.VIEWER)
    page = viewer.get(f"{PLACE}?period=2020-05").text
    assert 'name="kind" value="xlsx"' in page
    assert "/reconciliation.csv" not in page
    sent = viewer.get(f"/reconciliation.csv?period=2020-05&of={FLOW}").headers["Location"]
    assert "its file is made by a job" in told(viewer.get(sent).text)
    place = viewer.post("/reconciliation/file", period="2020-05", of=FLOW, kind="csv").headers["Location"]
    assert "month-end-acme-qad_invoices_to_jaggaer-2020-05.csv" in ended(console, viewer, place)
    assert f"{record}" in viewer.get(f"{place}/file").text
