from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.journey import Step
from tests.privileged import tampering
from tests.store.scene import BURIED, Scene

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.fixture
def lived(scene: Scene, terminal: Terminal) -> Scene:
    """An invoice of two versions: one was loaded, one is dead; and a person has looked at what it says."""
    scene.finish(scene.read_one("4711"))
    scene.seal()
    record = scene.read_one("4711", "<b>changed</b>")
    claim = scene.claim(record, Step.MAP)
    assert claim is not None
    scene.settle(claim, BURIED)
    terminal.ok("flow", "run", "acme/invoices")
    return scene


def test_the_file_has_every_version_attempt_letter_and_event(lived: Scene, terminal: Terminal) -> None:
    told = terminal.json("audit", "export", "--document", "4711")

    first, second = (one["version"] for one in told["versions"])
    assert (told["document"]["source_key"], told["document"]["version"]) == ("4711", 2)
    assert [one["record"]["state"] for one in (first, second)] == ["done", "dead"]
    assert [one["answer"] for one in first["attempts"]] == ["accepted"]
    assert [one["code"] for one in second["letters"]] == [BURIED.letter.code if BURIED.letter else ""]
    assert [event["name"] for event in told["versions"][1]["events"]] == ["record.extracted", "record.dead"]
    assert (told["proof"]["whole"], told["proof"]["findings"]) == (True, [])


def test_anybody_computes_the_proof_again_with_what_stands_in_the_file(lived: Scene, terminal: Terminal) -> None:
    told = terminal.json("audit", "export", "--document", "4711")
    described = Path("docs/month-end.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", described, flags=re.DOTALL)
    place = terminal.file("4711.json", json.dumps(told))

    said: list[str] = []
    exec(script.replace("4711.json", place), {"print": said.append})  # noqa: S102 - what the page tells auditors to run
    assert said == ["seal 1: " + told["proof"]["seals"][0]["digest"]]

    told["versions"][0]["events"][1]["hashed"] += " "
    terminal.file("4711.json", json.dumps(told))
    with pytest.raises(AssertionError):
        exec(script.replace("4711.json", place), {"print": said.append})  # noqa: S102 - likewise


def test_what_was_altered_is_named_and_the_command_fails(lived: Scene, terminal: Terminal, built: Application) -> None:
    def wrong() -> list[str]:
        said = terminal("audit", "export", "--document", "4711", "--json")
        assert said.code == 1
        assert "is not whole" in said.err
        return [re.sub(r"\(.*\)", "", one["problem"]) for one in said.json["proof"]["findings"]]

    with tampering(built.store) as superuser:
        superuser.execute(sa.text("UPDATE audit_events SET actor = 'nobody' WHERE name = 'record.dead'"))
    assert wrong() == ["this event  was altered"]
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("DELETE FROM audit_events WHERE name = 'record.dead'"))
    assert wrong() == ["this is not the newest event its record knows of: one is missing after it, or it was invented"]
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("UPDATE audit_seals SET mac = decode(repeat('00', 32), 'hex')"))
    assert f"this seal was not made with the master key {built.vault.key_ids[0]}: altered, or forged" in wrong()


def test_an_event_that_was_removed_from_under_a_seal_breaks_it_whatever_document_it_was_of(
    lived: Scene, terminal: Terminal, built: Application
) -> None:
    lived.finish(lived.read_one("4712"))
    lived.seal()
    with tampering(built.store) as superuser:
        superuser.execute(sa.text("UPDATE audit_events SET hash = decode('00', 'hex') WHERE name = 'record.extracted'"))
    findings = terminal("audit", "export", "--document", "4712", "--json").json["proof"]["findings"]
    assert {"seal:1", "seal:2"} & {one["subject"] for one in findings}


def test_who_looked_at_its_content_stands_in_the_file(acme: Terminal, built: Application) -> None:
    scene = Scene.set_up(built.store, built.vault, prefix="other-")
    record = scene.read_one("9001", '{"bare": 1}')
    acme.ok("record", "show", str(record), "--payload")
    (looked,) = acme.json("audit", "export", "--document", "9001")["elsewhere"]
    assert (looked["name"], looked["detail"]) == ("operator.read_payload", {"record": str(record)})


def test_csv_and_page_are_written_for_nobody_else(lived: Scene, terminal: Terminal) -> None:
    sheet, page = terminal.folder / "4711.csv", terminal.folder / "4711.html"
    said = terminal.ok("audit", "export", "--document", "4711", "--csv", str(sheet), "--page", str(page))
    assert said.out == f"Written: {sheet} and {page}.\n"
    assert {place.stat().st_mode & 0o777 for place in (sheet, page)} == {0o600}

    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8"))))
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert {row["kind"] for row in rows} == {"event", "attempt", "answer", "letter"}
    assert {row["version"] for row in rows} == {"1", "2"}
    looked = Page()
    looked.feed(page.read_text(encoding="utf-8"))
    assert not looked.fetched
    assert "The trail of 4711 is whole" in looked.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--document", "no-such"), "There is no record 'no-such'"),
        (("--page", "x.html"), "name it by --document NUMBER"),
        (("--document", "4711", "--page", "/no/such/x.html"), "/no/such/x.html cannot be written"),
    ],
)
def test_a_mistake_is_a_sentence(lived: Scene, terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    refused = terminal("audit", "export", *words)
    assert refused.code == 2
    assert said in refused.err


class Page(HTMLParser):
    """What a page says, and whether it needs or does anything besides."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.fetched: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"script", "link", "img", "iframe"} or {"src", "href"} & named.keys():
            self.fetched.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data
