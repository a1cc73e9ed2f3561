"""Work: one row for each cause, and what people do about them there."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.setup import connections, crosswalks, stopping
from connector.operations.setup.crosswalks import Code
from connector.operations.work import audit, dead_letters, groups
from connector.operations.work.dead_letters import SUBJECT, Filter
from tests.console.web.causes import INVOICES, buried, in_doubt, invoices, parked, scene_of
from tests.console.web.conftest import HOSTILE
from tests.waiting import until

if TYPE_CHECKING:
    from uuid import UUID

    from tests.console.web.conftest import Browser, Console
    from tests.store.scene import Scene


@pytest.fixture(scope="module")
def scene(console: Console) -> Scene:
    return scene_of(console)


@pytest.fixture
def browser(console: Console) -> Browser:
    return console.member(Role.OPERATOR)


def group(code: str) -> str:
    return f"/work/dead-letters/{INVOICES}/{code}"


def moment(browser: Browser, place: str) -> str:
    """What a form of a group carries: until when its letters were written."""
    found = re.search(r'name="until" value="([^"]+)"', browser.get(place).text)
    assert found
    return unescape(found[1])


def states(scene: Scene, records: list[UUID]) -> list[str]:
    return [scene.record(record).state for record in records]


def told(browser: Browser, place: str) -> str:
    """What a page says on arrival."""
    found = re.search(r'role="status">([^<]*)<', browser.get(place).text)
    return unescape(found[1]) if found else ""


def test_a_cause_leads_to_its_own_page_and_to_exactly_its_documents(console: Console, scene: Scene) -> None:
    invoices(scene, buried("malformed"), "M1", "M2", amount="10")
    invoices(scene, parked("business_units", "A/B|C d"), "C1")
    viewer = console.member(Role.VIEWER)
    page = unescape(viewer.get("/work").text)
    assert f'href="{group("malformed")}"' in page
    assert f"/documents?flow={INVOICES.replace('/', '%2F')}&state=dead-letters&code=malformed" in page
    assert 'href="/work/missing-codes/acme/business_units/A%2FB%7CC%20d"' in page
    listed = viewer.get("/documents?flow=acme&state=park&waits-for=crosswalk%3Abusiness_units%3AA%2FB%7CC+d").text
    assert "C1</a>" in listed
    assert "M1</a>" not in listed
    of_code = viewer.get("/work/missing-codes/acme/business_units/A%2FB%7CC%20d")
    assert of_code.status_code == HTTPStatus.OK
    assert "C1</a>" in of_code.text
    assert 'name="target"' not in of_code.text, "a viewer changes nothing"


def test_what_is_new_is_told_from_what_has_been_there(console: Console, scene: Scene) -> None:
    records = invoices(scene, buried("aged"), "T1", "T2", "T3", "T4")
    scene.change(
        "UPDATE dead_letters SET created_at = now() - interval '30 hours' WHERE record_id = :id", id=records[0]
    )
    scene.change("UPDATE dead_letters SET created_at = now() - interval '3 days' WHERE record_id = :id", id=records[1])
    page = console.member(Role.VIEWER).get(group("aged")).text
    assert "2 in the last 24 h, 1 in the 24 h before" in page


def test_the_ticked_ones_go_and_the_trail_says_who_and_why(scene: Scene, console: Console, browser: Browser) -> None:
    going, staying = invoices(scene, buried("ticked"), "K1", "K2")
    letter = dead_letters.get(console.operator, going).id
    at = moment(browser, group("ticked"))
    nothing = browser.post(f"{group('ticked')}/requeue", letter=str(letter), until=at, which="ticked")
    assert "Say why" in told(browser, nothing.headers["Location"])
    assert states(scene, [going, staying]) == ["dead", "dead"]

    answer = browser.post(
        f"{group('ticked')}/requeue", letter=str(letter), until=at, which="ticked", why="it is mended"
    )

    assert answer.headers["Location"] == group("ticked")
    assert told(browser, group("ticked")) == "1 document is on the way again."
    assert states(scene, [going, staying]) == ["extracted", "dead"]
    event = audit.history(console.operator, str(going))[-1]
    assert (event.name, event.actor, event.detail) == (
        "operator.requeued",
        "operator:some-operator (console)",
        {"why": "it is mended"},
    )
    again = browser.post(f"{group('ticked')}/discard", letter=str(letter), until=at, which="ticked", why="x")
    assert "dealt with all of them meanwhile" in told(browser, again.headers["Location"])


def test_all_are_those_that_were_there_when_somebody_looked(scene: Scene, console: Console, browser: Browser) -> None:
    seen = invoices(scene, buried("seen"), "S1", "S2", "S3")
    other = invoices(scene, buried("other"), "S4")
    at = moment(browser, group("seen"))
    later = invoices(scene, buried("seen"), "S5")
    assert "Requeue all 4" in browser.get(group("seen")).text

    answer = browser.post(f"{group('seen')}/requeue", which="all", until=at, why="all of it")

    assert states(scene, seen) == ["extracted"] * 3
    assert states(scene, [*later, *other]) == ["dead", "dead"]
    assert told(browser, answer.headers["Location"]) == "3 documents are on the way again."
    events = [one for one in audit.history(console.operator, SUBJECT) if one.detail["reason"] == "seen"]
    assert [one.name for one in events] == [
        "operator.requeue_began",
        "operator.requeue_went_on",
        "operator.requeue_ended",
    ]
    assert all(one.detail["why"] == "all of it" for one in events)


def test_discarding_a_group_closes_it_and_says_why(scene: Scene, console: Console, browser: Browser) -> None:
    records = invoices(scene, buried("gone"), "G1", "G2")
    answer = browser.post(f"{group('gone')}/discard", which="all", until=moment(browser, group("gone")), why=HOSTILE)
    assert answer.headers["Location"] == "/work", "nothing of it is left"
    assert told(browser, "/work") == "2 documents are discarded."
    assert states(scene, records) == ["dead", "dead"]
    found = dead_letters.get(console.operator, records[0])
    assert found.discarded
    assert "Nothing of this kind is left" in browser.get(group("gone")).text
    (began, ended) = [one for one in audit.history(console.operator, groups.SUBJECT) if one.detail["reason"] == "gone"]
    assert (began.name, began.detail["meant"], ended.detail["discarded"]) == ("operator.discard_began", 2, 2)


def test_many_go_as_a_job_that_is_stopped_midway_and_begun_again(
    scene: Scene, console: Console, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "BATCH", 2)
    monkeypatch.setattr(dead_letters.requeue, "__kwdefaults__", {"batch": 2, "why": ""})
    records = invoices(scene, buried("many"), *(f"B{number}" for number in range(7)))
    wanted = Filter(flow=INVOICES, code="many")
    assert groups.is_long(console.operator, wanted)
    told_of: list[tuple[int, int, str]] = []

    def stopped(done: int, of: int, said: str) -> None:
        told_of.append((done, of, said))
        if done == 4:
            raise jobs.Stopped

    with pytest.raises(jobs.Stopped):
        groups.requeue(console.operator, wanted, "try", stopped)
    assert told_of == [(2, 7, "2 on their way again"), (4, 7, "4 on their way again")]
    assert sorted(states(scene, records)) == ["dead"] * 3 + ["extracted"] * 4
    assert audit.history(console.operator, SUBJECT)[-1].name == "operator.requeue_stopped"

    at = moment(browser, group("many"))
    place = browser.post(f"{group('many')}/requeue", which="all", until=at, why="the rest").headers["Location"]
    assert place.startswith("/jobs/")
    until(lambda: "took" in browser.get(place).text, "the job ends")
    page = browser.get(place).text
    assert "3 documents are on the way again" in page
    assert f'href="{group("many")}"' in page
    assert states(scene, records) == ["extracted"] * 7


def test_a_group_is_paged_and_everything_in_it_is_text(scene: Scene, browser: Browser) -> None:
    hostile = HOSTILE.replace("\x1b", "").replace("\u202e", "")
    invoices(scene, buried("paged", hostile, hostile), *(f"P{number:02}" for number in range(51)))
    first = browser.get(group("paged")).text
    assert "<script>alert" not in first
    assert first.count('name="letter"') == 50
    onward = re.search(r'href="([^"]+)" rel="next"', first)
    assert onward
    second = browser.get(unescape(onward[1])).text
    assert second.count('name="letter"') == 1
    assert "P00</a>" in second
    assert browser.get(f"{group('paged')}?behind=nonsense").status_code == HTTPStatus.OK


def test_a_doubt_is_settled_with_what_was_found(scene: Scene, console: Console, browser: Browser) -> None:
    record = scene.read_one("D1")
    scene.map(record)
    _, claim = scene.sent(scene.held(record, Step.LOAD))
    assert scene.settle(claim, in_doubt("D1"))
    place = group("in_doubt")
    page = browser.get(place).text
    assert "Look in JAGGAER for supplier invoice D1." in page
    letter = str(dead_letters.get(console.operator, record).id)

    unsaid = browser.post(f"{place}/settle", letter=letter, attempt="1", found="yes", there=" ")
    assert "under which number" in told(browser, unsaid.headers["Location"])
    answer = browser.post(f"{place}/settle", letter=letter, attempt="1", found="yes", there="J-77")

    assert told(browser, answer.headers["Location"]) == "D1 is there as J-77: it goes on."
    assert dead_letters.get(console.operator, record).resolution == "settled: there as J-77"


def test_a_code_is_set_in_place_and_what_waited_goes(scene: Scene, console: Console, browser: Browser) -> None:
    crosswalks.fill(console.operator, "acme", [Code(table="units", source="EA", target="PCE")])
    (record,) = invoices(scene, parked("units", "EACH/2"), "W1")
    scene.change("UPDATE records SET due_at = now() + interval '1 hour' WHERE id = :id", id=record)
    place = "/work/missing-codes/acme/units/EACH%2F2"
    assert 'data-value="PCE"' in browser.get("/work").text

    unsaid = browser.post("/work/missing-codes/acme/units", code="EACH/2", target="  ")
    assert unsaid.headers["Location"] == place
    assert "Say what the target calls EACH/2." in told(browser, place)
    answer = browser.post("/work/missing-codes/acme/units", code="EACH/2", target="PCE")

    assert answer.headers["Location"] == "/work"
    assert told(browser, "/work") == "units: EACH/2 is PCE from now on. 1 document goes on."
    (due,) = scene.ask("SELECT due_at <= now() AS now FROM records WHERE id = :id", id=record)
    assert due.now, "it is due at once"
    assert "No document waits for it any more: it is <code>PCE</code>" in browser.get(place).text
    assert "EACH/2" not in browser.get("/work").text
    slower = browser.post("/work/missing-codes/acme/units", code="EACH/2", target="KGM")
    said = "Somebody said meanwhile that EACH/2 is PCE, so it was not set to KGM"
    assert said in told(browser, slower.headers["Location"])
    assert crosswalks.said(console.operator, "acme", "units", "EACH/2") == "PCE", "documents go by it already"
    unknown = browser.post("/work/missing-codes/acme/unitz", code="EA", target="PCE")
    assert "unitz" in told(browser, unknown.headers["Location"])


def test_a_stopped_connection_is_resumed_from_its_row(console: Console, browser: Browser) -> None:
    stopping.stop(console.operator, "acme-j1", "an upgrade")
    assert 'action="/connections/acme-j1/resume"' in browser.get("/work").text
    browser.post("/connections/acme-j1/resume")
    assert connections.get(console.operator, "acme-j1").stopped_why is None
    assert "acme-j1/resume" not in browser.get("/work").text
