"""The audit trail over HTTP: found by person, document, kind, flow and time; taken away; verified."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import connector
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.setup import vault
from connector.operations.work import event_words
from connector.operations.work.audit_events import PAGE
from connector.store import operator as ledger
from tests.console.web.conftest import HOSTILE
from tests.store.scene import Scene
from tests.waiting import until

if TYPE_CHECKING:
    from uuid import UUID

    from tests.console.web.conftest import Console

_TAGS = re.compile(r"<[^>]+>")
_NAMES = re.compile(r'"((?:operator|record|attempt|message|retention)\.[a-z_]+)"')
#: names of alerts and of what is logged, and a file
_NO_EVENTS = {"message.not_given_back", "message.refused", "retention.old"}


@pytest.fixture(scope="module")
def scene(console: Console) -> Scene:
    return Scene.set_up(console.operator.application.store, console.operator.application.vault, prefix="audit-")


def told(text: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", text)).split())


def read(scene: Scene, key: str) -> UUID:
    (flow,) = scene.ask("SELECT id FROM flows WHERE name = 'qad_suppliers_to_jaggaer'")
    return scene.read_one(key, flow=flow.id)


def names(console: Console, query: str) -> list[str]:
    return [one["name"] for one in console.member(Role.VIEWER).get(f"/audit.json?{query}").json()]


def test_events_are_found_by_person_document_kind_flow_and_time(console: Console, scene: Scene) -> None:
    record, other = read(scene, "AUDIT-1"), read(scene, "AUDIT-2")
    console.member(Role.OPERATOR, name="betty").post("/connections/acme-j1/stop", why=f"upgrade {HOSTILE}")
    with console.operator.transaction() as tx:
        ledger.audit.note(
            tx, "operator:operator:carl", "operator.read_payload", {"record": str(record), "why": "`crosswalk set`"}
        )
    called = "INSERT INTO summaries (record_id, kind, number) VALUES (:id, 'supplier', 'number 1')"
    scene.change(called, id=record)
    viewer = console.member(Role.VIEWER)

    page = viewer.get("/audit?who=betty").text
    assert "<script>alert" not in page
    assert "betty (console) stopped a connection acme-j1 upgrade" in told(page)
    assert 'href="/connections/acme-j1"' in page
    assert set(names(console, "who=bett")) == set(), "another name is another person"
    assert names(console, "what=operator.stopped&who=betty") == ["operator.stopped"]
    assert "record.extracted" not in names(console, ""), "what people did"
    assert "record.extracted" in names(console, "by=all")
    assert names(console, "about=AUDIT-1&by=all") == ["operator.read_payload", "record.extracted"]
    page = viewer.get("/audit?about=AUDIT-1&by=all").text
    assert "AUDIT-2" not in page
    assert f'href="/audit/document/{record}"' in page
    file = viewer.get(f"/audit/document/{record}").json()
    assert [one["name"] for version in file["versions"] for one in version["events"]] == ["record.extracted"]
    looked = viewer.get("/audit?what=operator.read_payload").text
    assert re.search(rf'href="/documents/{record}"[^>]*>number 1</a>', looked), "by what people call it"
    assert "“Set under Codes”" in told(looked), "what a command does stands on a page here"
    of_flow = viewer.get("/audit.json?by=all&flow=acme/qad_suppliers_to_jaggaer").json()
    assert {str(record), str(other)} <= {one["subject"] for one in of_flow}
    assert not {str(record), str(other)} & {
        one["subject"] for one in viewer.get("/audit.json?by=all&flow=acme/qad_invoices_to_jaggaer").json()
    }
    assert names(console, "by=all&until=2020-01-01") == []
    assert "record.extracted" in names(console, "by=all&since=1h")
    assert "There is no record" in told(viewer.get("/audit?about=nothing-at-all").text)
    assert "its address was changed" in told(viewer.get("/audit?before=soon").text)


def test_a_long_trail_goes_on_where_the_page_ended(console: Console, scene: Scene) -> None:
    for number in range(PAGE + 5):
        read(scene, f"LONG-{number}")
    viewer, place, seen = console.member(Role.VIEWER), "/audit?by=all&what=record.extracted", list[str]()
    while place:
        page = viewer.get(place).text
        seen += re.findall(r"record\.extracted, event (\d+)", page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        place = unescape(more[1]) if more else ""
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, key=int, reverse=True)
    every = [str(one["id"]) for one in viewer.get("/audit.json?by=all&what=record.extracted").json()]
    assert seen == every


def test_what_is_rare_is_looked_for_a_bounded_way_back(
    console: Console, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.member(Role.OPERATOR, name="rare").post("/connections/acme-qad/stop", why="x")
    for number in range(12):
        read(scene, f"RARE-{number}")
    monkeypatch.setattr(ledger.audit_search, "LOOKED_AT", 10)
    viewer, place, pages = console.member(Role.VIEWER), "/audit?by=all&what=operator.stopped", 0
    while "stopped a connection" not in told(page := viewer.get(place).text).partition("What happened About")[2]:
        assert "was not looked through yet" in page
        more = re.search(r'href="([^"]+)" rel="next"', page)
        assert more
        place, pages = unescape(more[1]), pages + 1
    assert pages > 0


def test_the_trail_is_taken_away_as_it_is_filtered(console: Console, scene: Scene) -> None:
    record = read(scene, "=TAKEN")
    viewer = console.member(Role.VIEWER)
    (row,) = csv.DictReader(io.StringIO(viewer.get(f"/audit.csv?by=all&about={record}").content.decode()))
    assert (row["name"], row["what"], row["about"]) == ("record.extracted", "read a document", str(record))
    (one,) = json.loads(viewer.get(f"/audit.json?by=all&about={record}").content)
    assert (one["hash"], one["detail"]["key"]) == (row["hash"], "=TAKEN")


def test_the_trail_is_verified_as_a_job_and_what_is_wrong_is_named(console: Console, scene: Scene) -> None:
    record = read(scene, "VERIFIED")
    for made in (
        "connection:audit-qad",
        "connection:audit-jaggaer",
        "flow:audit-acme/suppliers",
        "flow:audit-acme/invoices",
    ):
        vault.confirm(console.operator, made)
    scene.seal()
    operator, viewer = console.member(Role.OPERATOR), console.member(Role.VIEWER)

    def verified() -> str:
        place = operator.post("/audit/seals/verify").headers["Location"]
        job = place.rpartition("/")[2]
        until(lambda: not jobs.get(console.operator, job).under_way, "it is verified")
        return told(viewer.get(place).text)

    assert "The audit trail is whole: no event was edited" in verified()
    page = told(viewer.get("/audit/seals").text)
    assert "by some-operator (console) Newest seal" in page
    assert "Verify everything" not in page, "a viewer looks"
    scene.alter("ALTER TABLE audit_events DISABLE TRIGGER audit_events_no_change")
    scene.alter("UPDATE audit_events SET actor = 'operator:mallory' WHERE subject = :record", record=str(record))
    found = verified()
    assert "not whole" in found
    assert f"{record}" in found
    assert "found that the trail is not whole" in told(viewer.get("/audit/seals").text)
    scene.alter("UPDATE audit_events SET actor = 'worker:test' WHERE subject = :record", record=str(record))


def test_every_kind_of_event_has_words() -> None:
    found = set[str]()
    for file in Path(connector.__file__).parent.rglob("*.py"):
        found |= set(_NAMES.findall(file.read_text()))
    known = {name for kinds in event_words.KINDS.values() for name in kinds}
    assert found - _NO_EVENTS - known == set()
