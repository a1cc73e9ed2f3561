from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.operations.work import dead_letters
from connector.store.operator.dead_letters import Filter
from tests.store.scene import BURIED, MAPPED, done
from workers.cli import session

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene


def bury(scene: Scene, key: str, *, mapped: bool = False) -> UUID:
    record = scene.read_one(key)
    if mapped:
        scene.map(record)
    assert scene.settle(scene.held(record, Step.LOAD if mapped else Step.MAP), BURIED)
    return record


def test_a_requeued_dead_letter_is_mapped_anew_with_the_codes_of_today(terminal: Terminal, scene: Scene) -> None:
    unmapped, mapped = bury(scene, "A"), bury(scene, "B", mapped=True)

    said = terminal.ok("dead", "requeue", "--all", "--json")

    assert said.json == {"meant": 2, "requeued": 2, "refused": []}
    assert "Requeueing 2 dead letters." in said.err
    assert scene.record(unmapped).state == "extracted"
    assert scene.record(mapped).state == "extracted"
    assert scene.record(mapped).tries == 0
    assert terminal.json("dead", "list") == []
    assert [letter["resolution"] for letter in terminal.json("dead", "list", "--resolved")] == ["requeued"] * 2
    assert terminal.json("audit", "verify")["ok"]


def test_a_requeued_record_can_be_claimed_and_finished(terminal: Terminal, scene: Scene) -> None:
    record = bury(scene, "A")

    terminal.ok("dead", "requeue", str(record))
    scene.finish(record)

    assert scene.record(record).state == "done"
    assert [event["name"] for event in terminal.json("audit", "show", str(record))][:3] == [
        "record.extracted",
        "record.dead",
        "operator.requeued",
    ]
    assert terminal.json("audit", "verify")["ok"]


def test_an_attempt_without_answer_stays_in_doubt_after_a_requeue(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("A")
    scene.map(record)
    _, claim = scene.sent(scene.held(record, Step.LOAD))
    assert scene.settle(claim, BURIED)

    terminal.ok("dead", "requeue", str(record))
    scene.map(record)

    assert scene.held(record, Step.LOAD).in_doubt


def test_requeue_takes_only_what_its_filter_names(terminal: Terminal, scene: Scene) -> None:
    bury(scene, "A")

    assert terminal.json("dead", "requeue", "--reason", "unmapped_code")["requeued"] == 0
    assert terminal.json("dead", "requeue", "--flow", "acme/suppliers")["requeued"] == 0
    assert terminal.json("dead", "requeue", "--flow", "acme/invoices", "--reason", "refused")["requeued"] == 1


def test_a_requeue_that_is_stopped_midway_goes_on_when_asked_again(terminal: Terminal, scene: Scene) -> None:
    for number in range(7):
        bury(scene, f"K{number}")
    operator = session.current_operator()
    fixed, total = dead_letters.select(operator, Filter())

    batches = dead_letters.requeue(operator, fixed, batch=3)
    first = next(batches)
    batches.close()  # what a crash leaves behind: three are committed
    rest = terminal.json("dead", "requeue", "--all")

    assert total == 7
    assert first.letters == 3
    assert rest == {"meant": 4, "requeued": 4, "refused": []}


def test_what_dies_again_while_a_requeue_works_is_not_taken_twice(terminal: Terminal, scene: Scene) -> None:
    for number in range(4):
        bury(scene, f"K{number}")
    operator = session.current_operator()
    fixed, _ = dead_letters.select(operator, Filter())

    taken = 0
    for batch in dead_letters.requeue(operator, fixed, batch=2):
        taken += batch.letters
        for row in scene.ask("SELECT id FROM records WHERE state = 'extracted'"):
            assert scene.settle(scene.held(row.id), BURIED)

    assert taken == 4
    assert len(terminal.json("dead", "list")) == 4


def test_an_older_version_stays_dead_when_a_newer_one_was_read(terminal: Terminal, scene: Scene) -> None:
    old = bury(scene, "A")
    scene.read_one("A", "second")

    said = terminal("dead", "requeue", str(old))

    assert said.code == 1
    assert "version 2 of A has been read since" in said.err
    assert scene.record(old).state == "dead"


def test_discarding_says_why_and_leaves_the_record_dead(terminal: Terminal, scene: Scene) -> None:
    record = bury(scene, "A")

    seen = terminal.json("dead", "show", str(record))["id"]
    unseen = terminal("dead", "discard", str(record), "--why", "paid by hand")
    assert (unseen.code, f"the newest is {seen} (refused" in " ".join(unseen.err.split())) == (2, True)
    terminal.ok("dead", "discard", seen, "--why", "paid by hand")

    letter = terminal.json("dead", "show", str(record))
    assert letter["resolution"] == "discarded: paid by hand"
    assert scene.record(record).state == "dead"
    assert terminal.json("audit", "show", str(record))[-1]["detail"] == {"why": "paid by hand"}
    again = terminal("dead", "discard", seen, "--why", "once more")
    assert again.code == 2
    assert "resolved already" in again.err
    assert terminal.json("audit", "verify")["ok"]


@pytest.mark.parametrize(
    "words", [(), ("--all", "--flow", "acme/invoices"), ("--all", "01900000-0000-7000-8000-00000000000a")]
)
def test_requeue_wants_exactly_one_way_of_choosing(terminal: Terminal, words: tuple[str, ...]) -> None:
    said = terminal("dead", "requeue", *words)

    assert said.code == 2
    assert "--all" in said.err


def test_a_done_record_is_replayed_from_its_source(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("A")
    scene.finish(record)

    terminal.ok("record", "replay", str(record))

    assert scene.record(record).state == "extracted"
    assert scene.settle(scene.held(record), MAPPED, target=scene.vault.seal(b"{}", f"records:{record}:target"))
    claim = scene.held(record, Step.LOAD)
    assert claim.loaded_fingerprint == "print"
    assert scene.settle(claim, done())
    assert "operator.replayed" in [event["name"] for event in terminal.json("audit", "show", str(record))]


def test_replaying_a_dead_record_closes_its_dead_letter(terminal: Terminal, scene: Scene) -> None:
    record = bury(scene, "A", mapped=True)

    terminal.ok("record", "replay", str(record))

    assert scene.record(record).state == "extracted"
    assert terminal.json("dead", "list") == []


def test_a_record_under_way_or_outdated_is_not_replayed(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("A")
    under_way = terminal("record", "replay", str(record))
    scene.finish(record)
    scene.read_one("A", "second")
    outdated = terminal("record", "replay", str(record))

    assert (under_way.code, outdated.code) == (2, 2)
    assert "under way already" in under_way.err
    assert "version 2" in outdated.err


def test_a_record_is_shown_with_attempts_history_and_documents(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("A", '{"number": 7}')
    scene.map(record)
    scene.load(record, "T-9")

    plain = terminal.json("record", "show", str(record))
    full = terminal.json("record", "show", str(record), "--payload")

    assert plain["source"] is None
    assert full["source"] == {"number": 7}
    assert full["target"] == {"body": 1}
    assert plain["record"]["target_id"] == "T-9"
    assert [attempt["answer"] for attempt in plain["attempts"]] == ["accepted"]
    assert "T-9" in terminal.ok("record", "show", str(record)).out
    for spelled in ("A", "a"):
        assert [r["id"] for r in terminal.json("record", "list", "--key", spelled, "--state", "done")] == [str(record)]
    assert terminal.json("record", "list", "--flow", "acme/suppliers") == []
