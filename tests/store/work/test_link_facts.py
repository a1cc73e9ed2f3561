"""What later documents learn from an earlier one: the facts its flow and its target told its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.gate import LinkNeed, LinkState, Needs
from connector.domain.journey import Change, Step
from connector.domain.record import State

if TYPE_CHECKING:
    from connector.domain.gate import Link
    from tests.store.scene import Scene


def link(scene: Scene, key: str) -> Link:
    with scene.ledger.unit() as unit:
        return unit.links.known(scene.integration_id, Needs(links=(LinkNeed(flow="invoices", key=key),))).link(
            "invoices", key
        )


def posted(scene: Scene, key: str, facts: dict[str, str], content: str = "first") -> None:
    record_id = scene.read_one(key, content)
    scene.map(record_id)
    attempt, claim = scene.sent(scene.held(record_id, Step.LOAD))
    scene.answer(attempt, "accepted", target_id="2026/JE/17", loaded="print")
    loaded = Change(
        state=State.LOADED, event="record.loaded", why="posted", target_id="2026/JE/17", result={"facts": facts}
    )
    assert scene.settle(claim, loaded)
    told = Change(state=State.DONE, event="record.done", why="told")
    assert scene.settle(scene.held(record_id, Step.CONFIRM), told)


def test_a_link_carries_what_was_said_when_the_target_took_the_document(scene: Scene) -> None:
    posted(scene, "INV-1", {"doc_id": "d1", "company": "10USACO"})

    assert link(scene, "INV-1").state is LinkState.LINKED
    assert link(scene, "INV-1").facts == {"doc_id": "d1", "company": "10USACO"}


def test_the_newest_version_that_said_something_counts(scene: Scene) -> None:
    posted(scene, "INV-1", {"doc_id": "d1"})
    posted(scene, "INV-1", {"doc_id": "d2"}, "second")
    assert link(scene, "INV-1").facts == {"doc_id": "d2"}
    posted(scene, "INV-1", {}, "third")
    assert link(scene, "INV-1").facts == {"doc_id": "d2"}


def test_a_document_that_said_nothing_has_no_facts(scene: Scene) -> None:
    scene.finish(scene.read_one("INV-1"))

    assert link(scene, "INV-1").facts == {}
    assert link(scene, "never read").facts == {}


def test_a_document_with_nothing_to_post_is_told_of_without_being_sent(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    nothing = Change(
        state=State.LOADED, event="record.loaded", why="nothing to post", result={"facts": {"doc_id": "d1"}}
    )
    assert scene.settle(scene.held(record_id), nothing)

    assert scene.held(record_id, Step.CONFIRM).result["facts"] == {"doc_id": "d1"}
    assert link(scene, "INV-1").state is LinkState.UNDER_WAY
