"""What the target has is mapped by today's rules: counted first, then sent with a reason."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.setup import crosswalks
from connector.operations.setup.crosswalks import Code
from connector.operations.work import audit, reapplying_job
from tests.console.web.plant import SUPPLIERS, Plant
from tests.waiting import until

if TYPE_CHECKING:
    from requests import Response

    from tests.console.web.conftest import Browser, Console


def test_what_differs_is_sent_again_after_it_was_counted_and_with_a_reason(console: Console) -> None:
    plant, operator = Plant(console).open(), console.member(Role.OPERATOR)
    supplier, flow = plant.rows("SELECT id FROM records WHERE source_key = '10023'")[0].id, f"/flows/acme/{SUPPLIERS}"
    crosswalks.fill(plant.console.operator, "acme", [Code(table="payment_terms", source="N30", target="Net 31")])
    looked = job(plant, operator, operator.post(f"{flow}/reapply/look"))
    assert "1 document of 1 would be sent again" in looked
    assert state(plant, supplier) == "done", "nothing is sent yet"
    operator.post(f"{flow}/reapply", why="")
    assert state(plant, supplier) == "done", "without a reason nothing is done"
    sent = job(plant, operator, operator.post(f"{flow}/reapply", why="the terms are right now"))
    assert "1 document is on the way again" in sent
    assert state(plant, supplier) == "extracted"
    (event,) = (one for one in audit.history(console.operator, str(supplier)) if one.name == "operator.reapplied")
    assert (event.actor, event.detail["why"]) == ("operator:some-operator (console)", "the terms are right now")


def test_of_the_many_that_a_program_asked_for_some_are_shown(console: Console) -> None:
    counts = dict.fromkeys(("same", "send", "stays", "cannot", "moved"), 0)
    one = {"record": str(new_id()), "key": "10023", "would": "send", "why": ""}
    came = {"flow": "acme/some", "since": None, "meant": 60, "left_alone": {}, "counts": {**counts, "send": 60}}
    number = jobs.begin(console.operator, reapplying_job.LOOK, "Look", lambda _: {**came, "examples": [one] * 60})
    until(lambda: not jobs.get(console.operator, number).under_way, "the job ends")
    shown = console.member(Role.OPERATOR).get(f"/jobs/{number}").text
    assert "The first 50 that differ" in shown
    assert shown.count(f"/documents/{one['record']}") == 50


def job(plant: Plant, operator: Browser, answer: Response) -> str:
    """What a job came to, in words."""
    place = answer.headers["Location"]
    until(lambda: not jobs.get(plant.console.operator, UUID(place.rpartition("/")[2])).under_way, "the job ends")
    return text(operator, place)


def text(browser: Browser, place: str) -> str:
    """A page without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", browser.get(place).text)).split())


def state(plant: Plant, which: UUID) -> str:
    return str(plant.rows("SELECT state FROM records WHERE id = :id", id=which)[0].state)
