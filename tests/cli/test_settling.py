"""A write that nobody can ask about: it is sent again only when a person says that it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.gate import LinkNeed, Needs
from connector.domain.identity import new_id
from connector.domain.journey import Change, Letter, Step
from connector.domain.record import State
from tests.store.scene import BURIED, MAPPED

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

IN_DOUBT = Change(
    state=State.DEAD,
    event="record.dead",
    why="lost",
    letter=Letter(code="in_doubt", reason="The answer was lost.", suggestion="Look for A."),
)


@pytest.fixture
def doubted(scene: Scene) -> UUID:
    record = scene.read_one("A")
    scene.map(record)
    attempt, claim = scene.sent(scene.held(record, Step.LOAD))
    scene.answer(attempt, "unknown")
    assert scene.settle(claim, IN_DOUBT)
    return record


def attempts(scene: Scene) -> list[tuple[str, str | None]]:
    return [(row.answer, row.target_id) for row in scene.ask("SELECT answer, target_id FROM attempts ORDER BY number")]


def test_a_requeue_is_refused_until_somebody_has_looked(terminal: Terminal, scene: Scene, doubted: UUID) -> None:
    one = terminal("dead", "requeue", str(doubted))
    every = terminal.json("dead", "requeue", "--all")

    assert one.code == 1
    assert "dead settle" in one.err
    assert (every["requeued"], len(every["refused"])) == (0, 1)
    assert scene.record(doubted).state == "dead"


def test_a_replay_leaves_the_doubt(terminal: Terminal, scene: Scene, doubted: UUID) -> None:
    terminal.ok("record", "replay", str(doubted))
    scene.map(doubted)

    assert scene.held(doubted, Step.LOAD).in_doubt


def test_what_is_not_there_is_sent_once_more(terminal: Terminal, scene: Scene, doubted: UUID) -> None:
    said = terminal.ok("dead", "settle", str(doubted), "--attempt", "1", "--not-there")

    assert "sent once more" in said.out
    assert attempts(scene) == [("not there", None)]
    scene.map(doubted)
    claim = scene.held(doubted, Step.LOAD)
    assert (claim.in_doubt, claim.loaded_fingerprint) == (False, None)
    settled = terminal.json("audit", "show", str(doubted))[-2]
    assert (settled["name"], settled["detail"]) == ("operator.settled", {"there": False})
    assert terminal.json("audit", "verify")["ok"]


def test_what_is_there_goes_on_without_a_second_post(terminal: Terminal, scene: Scene, doubted: UUID) -> None:
    letter = terminal.json("dead", "settle", str(doubted), "--attempt", "1", "--there", " VO 77 ")

    assert letter["resolution"] == "settled: there as VO 77"
    assert attempts(scene) == [("adopted", "VO 77")]
    claim = scene.held(doubted, Step.LOAD)
    assert (claim.in_doubt, claim.loaded_fingerprint, claim.target_id) == (False, "print", "VO 77")
    assert terminal.json("audit", "show", str(doubted))[-1]["detail"] == {"there": True, "target_id": "VO 77"}
    assert terminal.json("audit", "verify")["ok"]


def test_only_one_answer_is_taken_and_only_for_a_question(terminal: Terminal, scene: Scene, doubted: UUID) -> None:
    other = scene.read_one("B")
    assert scene.settle(scene.held(other), BURIED)

    for words, why in (
        ((str(doubted),), "--not-there"),
        ((str(doubted), "--there", "1", "--not-there"), "--not-there"),
        ((str(doubted), "--attempt", "1", "--there", " "), "The number that the target shows"),
        ((str(other), "--not-there"), "one of refused"),
        ((str(new_id()), "--not-there"), "no dead letter"),
    ):
        said = terminal("dead", "settle", *words)
        assert said.code == 2
        assert why in " ".join(said.err.split())
    terminal.ok("dead", "settle", str(doubted), "--attempt", "1", "--not-there")
    assert "resolved already" in " ".join(
        terminal("dead", "settle", str(doubted), "--attempt", "1", "--not-there").err.split()
    )


def test_a_write_is_answered_for_by_whoever_says_that_they_looked_for_it(
    terminal: Terminal, scene: Scene, doubted: UUID
) -> None:
    unsaid = terminal("dead", "settle", str(doubted), "--not-there")
    other = terminal("dead", "settle", str(doubted), "--attempt", "2", "--not-there")

    assert (unsaid.code, other.code) == (2, 2)
    assert "Say which write you looked for. Of A" in " ".join(unsaid.err.split())
    assert "with --attempt 1" in " ".join(unsaid.err.split())
    assert "attempt 1 has no answer, and not 2" in " ".join(other.err.split())
    assert attempts(scene) == [("unknown", None)]
    assert "attempt" in terminal.ok("dead", "show", str(doubted)).out


def test_an_older_version_is_settled_for_the_newer_one(terminal: Terminal, scene: Scene, doubted: UUID) -> None:
    newer = scene.read_one("A", "second")

    said = terminal.ok("dead", "settle", str(doubted), "--attempt", "1", "--there", "VO 77")

    assert "version 2, which was read since, goes on with that" in said.out
    assert (scene.record(doubted).state, scene.record(newer).state) == ("superseded", "extracted")
    claim = scene.held(newer)
    assert (claim.in_doubt, claim.target_id, claim.loaded_fingerprint) == (False, "VO 77", "print")
    assert terminal.json("audit", "show", str(doubted))[-2]["name"] == "operator.settled"
    assert terminal.json("audit", "verify")["ok"]


def test_what_was_said_of_an_older_version_is_known_once_a_person_found_it(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("A")
    target = scene.vault.seal(b'{"body":1,"facts":{"supplier":"S1"}}', f"records:{record}:target")
    assert scene.settle(scene.held(record), MAPPED, target=target)
    attempt, claim = scene.sent(scene.held(record, Step.LOAD))
    scene.answer(attempt, "unknown")
    assert scene.settle(claim, IN_DOUBT)
    scene.read_one("A", "second")

    terminal.ok("dead", "settle", str(record), "--attempt", "1", "--there", "VO 77")

    with scene.ledger.unit() as unit:
        known = unit.links.known(scene.integration_id, Needs(links=(LinkNeed(flow="invoices", key="A"),)))
    assert known.link("invoices", "A").facts == {"supplier": "S1"}
    assert terminal.json("audit", "verify")["ok"]


def test_a_version_somebody_works_on_is_not_settled_behind_his_back(
    terminal: Terminal, scene: Scene, doubted: UUID
) -> None:
    scene.held(scene.read_one("A", "second"))
    said = terminal("dead", "settle", str(doubted), "--attempt", "1", "--not-there")
    assert (said.code, attempts(scene)) == (2, [("unknown", None)])
    assert "A worker is busy with A right now" in " ".join(said.err.split())
