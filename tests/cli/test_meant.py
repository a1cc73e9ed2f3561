"""What a person reads of a record, and types again, names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.operations.work import meant
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


def shown(terminal: Terminal, words: str) -> str:
    return str(terminal.json("record", "show", words)["record"]["id"])


def test_a_record_is_named_by_its_id_by_how_that_begins_and_by_its_key(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("INV-4711")
    for words in (str(record), str(record).upper(), str(record)[:30], f" {str(record)[:23]} ", "INV-4711"):
        assert shown(terminal, words) == str(record), words


def test_the_key_of_a_document_names_its_newest_version(terminal: Terminal, scene: Scene) -> None:
    first = scene.read_one("INV-4711")
    scene.finish(first)
    second = scene.read_one("INV-4711", "second")
    assert second != first
    assert shown(terminal, "INV-4711") == str(second)


def test_what_may_be_several_names_them_all(terminal: Terminal, scene: Scene) -> None:
    records = [scene.read_one(f"INV-{number}") for number in range(2)]
    alike = str(records[0])[:8]
    assert str(records[1]).startswith(alike), "they were made in the same minute"
    said = terminal("record", "show", alike)
    assert said.code == 2
    assert all(str(record) in said.err for record in records)


def test_a_dead_letter_is_named_by_the_key_of_its_document(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("INV-4711")
    assert scene.settle(scene.held(record, Step.MAP), BURIED)
    (letter,) = terminal.json("dead", "list")
    for words in ("INV-4711", letter["id"], letter["id"][:30], str(record)[:30]):
        assert terminal.json("dead", "show", words)["id"] == letter["id"], words
    assert terminal.json("dead", "requeue", "INV-4711")["requeued"] == 1
    assert [event["name"] for event in terminal.json("audit", "show", "INV-4711")][:2] == [
        "record.extracted",
        "record.dead",
    ]


@pytest.mark.parametrize("words", ["INV-4712", "01900000", "x", "01900000-0000-7000-8000-0000000000zz"])
def test_what_names_nothing_is_a_mistake(terminal: Terminal, scene: Scene, words: str) -> None:
    scene.read_one("INV-4711")
    for command in (("record", "show"), ("record", "replay"), ("dead", "show"), ("dead", "requeue")):
        said = terminal(*command, words)
        assert (said.code, "There is no record" in said.err) == (2, True), said


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0190", "01900000-0000-0000-0000-000000000000", "0190ffff-ffff-ffff-ffff-ffffffffffff"),
        ("01900000-0A", "01900000-0a00-0000-0000-000000000000", "01900000-0aff-ffff-ffff-ffffffffffff"),
        ("019", None, None),
        ("10-20", None, None),
        ("INV-1", None, None),
    ],
)
def test_an_id_has_a_beginning(text: str, low: str | None, high: str | None) -> None:
    found: tuple[UUID, UUID] | None = meant.beginning(text)
    assert (None if found is None else tuple(map(str, found))) == (None if low is None else (low, high))
