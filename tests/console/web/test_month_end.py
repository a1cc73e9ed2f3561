"""The end of a month over HTTP: every number opens what it counts, and a sign-off is about what was looked at."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import accounting_period
from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.domain.role import Role
from connector.operations.work import closing
from tests.console.web.conftest import HOSTILE
from tests.store.scene import BURIED, Scene

if TYPE_CHECKING:
    from uuid import UUID

    from tests.console.web.conftest import Browser, Console

FLOW = "acme/qad_invoices_to_jaggaer"
PLACE = f"/reconciliation/{FLOW}"
_SEEN = re.compile(r'name="seen" value="([^"]+)"')
_TAGS = re.compile(r"<[^>]+>")
_LINKS = re.compile(rf'href="({PLACE}/documents\?[^"]*)"[^>]*>([\d,]+)<')


@pytest.fixture(scope="module")
def scene(console: Console) -> Scene:
    return Scene.set_up(console.operator.application.store, console.operator.application.vault, prefix="month-")


def invoice(scene: Scene, month: str, amount: str, currency: str = "EUR", *, number: str = "") -> UUID:
    (flow,) = scene.ask("SELECT id FROM flows WHERE name = 'qad_invoices_to_jaggaer'")
    record = scene.read_one(str(new_id()), flow=flow.id)
    scene.change(
        "INSERT INTO summaries (record_id, kind, number, party, party_name, date, amount, currency) VALUES (:id, "
        "'supplier invoice', :number, 'S1', :party, CAST(:date AS date), CAST(:amount AS numeric), :currency)",
        id=record,
        number=number or f"N{str(record)[-6:]}",
        party=HOSTILE.replace("\x1b", ""),
        date=f"{month}-15",
        amount=amount,
        currency=currency,
    )
    return record


def told(text: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", text)).split())


def signing(browser: Browser, month: str) -> dict[str, Any]:
    found = _SEEN.search(browser.get(f"{PLACE}?period={month}").text)
    assert found
    return {"period": month, "seen": unescape(found[1])}


def test_every_number_opens_exactly_the_documents_it_counts(console: Console, scene: Scene) -> None:
    done, dead, waits = (invoice(scene, "2021-03", amount) for amount in ("10.50", "20", "40"))
    yen = invoice(scene, "2021-03", "7", "JPY")
    invoice(scene, "2021-04", "99")
    scene.finish(done, target_id="T1")
    scene.finish(yen, target_id="T2")
    claim = scene.claim(dead, Step.MAP)
    assert claim is not None
    scene.settle(claim, BURIED)
    browser = console.member(Role.VIEWER)

    overview = browser.get("/reconciliation?period=2021-03").text
    assert "1 difference is open, 1 document waits." in told(overview)
    page = browser.get(f"{PLACE}?period=2021-03").text
    assert told(page).index("dead letter") < told(page).index("At source"), "differences first"
    assert "<script>alert" not in page
    links = {unescape(link): int(number) for link, number in _LINKS.findall(page)}
    assert sorted(links.values()) == [1, 1, 2, 4]
    for link, number in links.items():
        listed = browser.get(link).text
        assert listed.count("data-row") == number, link
        assert "<script>alert" not in listed
    assert str(waits) in browser.get(f"{PLACE}/documents?period=2021-03&figure=between").text
    assert "50.50 EUR" not in told(page)
    assert "70.50 EUR" in told(page)
    assert str(yen) in browser.get(f"{PLACE}/documents?period=2021-03&figure=in+target&currency=JPY").text
    assert str(yen) not in browser.get(f"{PLACE}/documents?period=2021-03&figure=in+target&currency=EUR").text


def test_what_a_document_waits_for_is_said_in_words_and_leads_to_it(console: Console, scene: Scene) -> None:
    waits = invoice(scene, "2021-12", "10")
    scene.change(
        "UPDATE records SET hold = 'gate', waits_for = :waits_for, gate = 'purchase order PO1' WHERE id = :id",
        id=waits,
        waits_for=["link:qad_orders_to_jaggaer:PO1"],
    )
    browser = console.member(Role.VIEWER)
    page = browser.get(f"{PLACE}?period=2021-12").text
    assert "1 · waits for another document: Purchase orders" in told(page)
    assert "link qad" not in told(page)
    (link,) = {unescape(one) for one in re.findall(r'href="([^"]*reason=[^"]*)"', page)}
    listed = browser.get(link).text
    assert "waits for another document: Purchase orders" in told(listed)
    assert str(waits) in listed


def test_a_list_goes_on_where_it_ended(console: Console, scene: Scene) -> None:
    for number in range(101):
        invoice(scene, "2021-05", "1", number=f"P{number:03}")
    browser = console.member(Role.VIEWER)
    first = browser.get(f"{PLACE}/documents?period=2021-05&figure=between").text
    more = re.search(r'href="([^"]+)" rel="next"', first)
    assert more
    second = browser.get(unescape(more[1])).text
    seen = [set(re.findall(r"data-row>(P\d+)<", page)) for page in (first, second)]
    assert [len(one) for one in seen] == [100, 1]
    assert seen[0].isdisjoint(seen[1])
    assert 'rel="next"' not in second


def test_it_is_signed_off_as_it_was_seen_and_what_changes_later_is_shown(console: Console, scene: Scene) -> None:
    first = invoice(scene, "2021-06", "10", number="FIRST")
    scene.finish(first, target_id="T1")
    browser, viewer = console.member(Role.OPERATOR), console.member(Role.VIEWER)
    shown = signing(browser, "2021-06")
    second = invoice(scene, "2021-06", "5", number="SECOND")
    scene.finish(second, target_id="T2")
    assert browser.post(f"{PLACE}/sign-off", **shown).headers["Location"] == f"{PLACE}?period=2021-06"
    assert "changed while you looked at them, so nothing was signed" in told(browser.get(PLACE).text)

    browser.post(f"{PLACE}/sign-off", **signing(browser, "2021-06"))
    page = told(viewer.get(f"{PLACE}?period=2021-06").text)
    assert "signed off · June 2021" in page
    assert "by some-operator (console)" in page
    assert "Withdraw" not in page, "a viewer looks"
    assert "Everything arrived, and is signed off." in told(viewer.get("/reconciliation?period=2021-06").text)

    scene.change("UPDATE summaries SET amount = 6 WHERE record_id = :id", id=second)
    page = told(viewer.get(f"{PLACE}?period=2021-06").text)
    assert "1 document stands otherwise since then." in page
    assert "SECOND another amount 5.00 EUR 6.00 EUR" in page
    assert "FIRST" not in page
    assert "1 flow has changed since sign-off" in told(viewer.get("/reconciliation?period=2021-06").text)

    refused = browser.post(f"{PLACE}/withdraw", period="2021-06", why="")
    assert "Say why" in told(browser.get(refused.headers["Location"]).text)
    browser.post(f"{PLACE}/withdraw", period="2021-06", why="the amount was wrong")
    assert "Withdrawn" in told(viewer.get(f"{PLACE}?period=2021-06").text)
    assert "the amount was wrong" in told(viewer.get(f"{PLACE}?period=2021-06").text)


def test_a_flow_that_is_off_is_signed_off_with_the_integration_where_it_has_documents(
    console: Console, scene: Scene
) -> None:
    scene.finish(invoice(scene, "2021-10", "10.50"), target_id="T1")
    browser = console.member(Role.OPERATOR)
    seen = _SEEN.search(browser.get("/reconciliation?period=2021-10").text)
    assert seen, "it is off, and asked for all the same"

    browser.post("/reconciliation/acme/sign-off", period="2021-10", seen=unescape(seen[1]))

    assert "Everything arrived, and is signed off." in told(browser.get("/reconciliation?period=2021-10").text)


def test_what_is_open_is_signed_with_a_reason_only(console: Console, scene: Scene) -> None:
    invoice(scene, "2021-07", "10")
    browser = console.member(Role.OPERATOR)
    assert "Not settled: 1 document is on its way." in told(browser.get(f"{PLACE}?period=2021-07").text)
    browser.post(f"{PLACE}/sign-off", **signing(browser, "2021-07"))
    assert "Say why it is signed off all the same." in told(browser.get(f"{PLACE}?period=2021-07").text)
    browser.post(f"{PLACE}/sign-off", **signing(browser, "2021-07"), why=HOSTILE)
    page = browser.get(f"{PLACE}?period=2021-07").text
    assert "signed off · July 2021" in told(page)
    assert "<script>alert" not in page


def test_a_sign_off_that_is_gone_behind_its_back_is_said(console: Console, scene: Scene) -> None:
    scene.finish(invoice(scene, "2021-08", "10"), target_id="T1")
    closing.sign_off(console.operator, FLOW, accounting_period.read("2021-08"))
    scene.alter("DELETE FROM sign_offs WHERE first = '2021-08-01'")
    browser = console.member(Role.OPERATOR)
    assert "1 sign-off is not genuine" in told(browser.get("/reconciliation?period=2021-08").text)
    assert "was changed or removed behind ml-connector" in told(browser.get(f"{PLACE}?period=2021-08").text)
    browser.post(f"{PLACE}/withdraw", period="2021-08", why="somebody removed it")
    assert "not genuine" not in told(browser.get("/reconciliation?period=2021-08").text)


def test_the_period_is_taken_away_as_a_table(console: Console, scene: Scene) -> None:
    record = invoice(scene, "2021-09", "10.50", number="=1+1")
    browser = console.member(Role.VIEWER)
    for of in ("", "acme", FLOW):
        answer = browser.get(f"/reconciliation.csv?period=2021-09&of={of}")
        (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
        assert (row["record"], row["number"], row["amount"]) == (str(record), "'=1+1", "10.50")
    sheet = browser.get(f"/reconciliation.xlsx?period=2021-09&of={FLOW}")
    assert "month-end-acme-qad_invoices_to_jaggaer-2021-09.xlsx" in sheet.headers["Content-Disposition"]
    assert sheet.content.startswith(b"PK")


def test_what_is_no_period_or_no_figure_is_a_sentence(console: Console) -> None:
    browser = console.member(Role.VIEWER)
    for place in ("/reconciliation", PLACE):
        typed = browser.get(f"{place}?period=soon")
        assert typed.status_code == 400
        assert "is no period: write a month" in told(typed.text)
        assert '<input name="period" value="soon"' in typed.text, "it is corrected where it was typed"
    assert browser.get(f"{PLACE}/documents?period=2021-01&figure=lost").status_code == 404
    nothing = told(browser.get("/reconciliation?period=2019-01").text)
    assert "Nothing was read of this period." in nothing
    assert "No flow is switched on, and none has documents of January 2019." in nothing
    assert "There is no flow yet" not in nothing
