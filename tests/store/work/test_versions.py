from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.journey import Step
from connector.domain.record import Seen, State
from tests.store.scene import ACTOR, BURIED, RETRY, done

if TYPE_CHECKING:
    from tests.store.scene import Scene


def states(scene: Scene, key: str = "INV-1") -> list[str]:
    rows = scene.ask("SELECT state FROM records WHERE source_key = :key ORDER BY version", key=key)
    return [row.state for row in rows]


def test_an_unchanged_fingerprint_makes_no_record(scene: Scene) -> None:
    assert len(scene.read(("INV-1", "same"), ("INV-2", "same"))) == 2
    assert scene.read(("INV-1", "same"), ("INV-2", "different")) != []
    assert [row.version for row in scene.ask("SELECT version FROM documents ORDER BY source_key")] == [1, 2]
    assert len(scene.ask("SELECT id FROM records")) == 3


def test_only_new_and_changed_documents_are_reported_as_seen_with_the_version_that_is_known(scene: Scene) -> None:
    scene.read(("INV-1", "one"), ("INV-2", "one"))
    run, other = scene.claim_run(scene.queue_run()), scene.claim_run(scene.queue_run(scene.suppliers))
    assert run is not None
    assert other is not None
    with scene.ledger.unit() as unit:
        prints = [("INV-1", "one"), ("INV-2", "two"), ("INV-3", "one")]
        changed, new = Seen(version=1, twice=False), Seen(version=0, twice=False)
        assert unit.extraction.seen(run, prints) == {"INV-2": changed, "INV-3": new}
        assert unit.extraction.seen(other, [("INV-1", "one")]) == {"INV-1": new}
        assert unit.extraction.seen(run, []) == {}


def test_what_was_read_before_somebody_else_read_something_newer_is_not_written_over_it(scene: Scene) -> None:
    scene.read(("INV-1", "one"))
    run = scene.claim_run(scene.queue_run())
    assert run is not None
    scene.read(("INV-1", "newer"), flow=None, single="INV-1")
    with scene.ledger.unit() as unit:
        stale = [scene.extracted("INV-1", "stale", 1), scene.extracted("INV-2", "one", 0)]
        stored = unit.extraction.insert(run, stale, actor=ACTOR)
        unit.commit()
    assert stored.new == 1
    assert states(scene) == ["superseded", "extracted"]
    assert scene.ask("SELECT fingerprint FROM documents ORDER BY source_key")[0].fingerprint == "newer"


def test_a_version_nobody_has_sent_gives_way_to_a_newer_one(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    newer = scene.read_one("INV-1", "two")
    assert states(scene) == ["superseded", "extracted"]
    assert scene.claim(older) is None
    assert scene.claim(newer) is not None


def test_a_mapped_version_nobody_has_sent_gives_way_too(scene: Scene) -> None:
    scene.map(scene.read_one("INV-1", "one"))
    scene.read_one("INV-1", "two")
    assert states(scene) == ["superseded", "extracted"]


def test_a_version_somebody_works_on_comes_first(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    claim = scene.held(older)
    assert scene.read(("INV-1", "two")) == []
    newer = scene.ask("SELECT * FROM records WHERE version = 2")[0]
    assert (newer.hold, newer.due_at) == ("version", None)
    assert scene.claim(newer.id) is None
    assert scene.settle(claim, BURIED)
    freed = scene.record(newer.id)
    assert (freed.hold, freed.due_at is None) == (None, False)
    assert scene.claim(newer.id) is not None


def test_a_version_that_was_sent_comes_first_even_while_it_waits(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    scene.map(older)
    _, claim = scene.sent(scene.held(older, Step.LOAD))
    assert scene.settle(claim, RETRY)
    newer = scene.read_one("INV-1", "two")
    assert scene.record(newer).hold == "version"
    scene.make_due()
    assert scene.settle(scene.held(older, Step.LOAD), done())
    assert scene.record(newer).hold is None


def test_of_several_waiting_versions_only_the_newest_survives(scene: Scene) -> None:
    claim = scene.held(scene.read_one("INV-1", "one"))
    scene.read_one("INV-1", "two")
    newest = scene.read_one("INV-1", "three")
    assert states(scene) == ["extracted", "superseded", "extracted"]
    assert scene.settle(claim, BURIED)
    assert scene.claim(newest) is not None


def test_a_version_is_not_overtaken_by_an_older_one_that_was_requeued(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    assert scene.settle(scene.held(older), BURIED)
    newer = scene.read_one("INV-1", "two")
    scene.held(newer)
    scene.change("UPDATE records SET state = 'extracted', due_at = now() WHERE id = :id", id=older)
    assert scene.claim(older) is None


def test_loading_a_later_version_settles_the_dead_letter_of_the_earlier(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    assert scene.settle(scene.held(older), BURIED)
    newer = scene.read_one("INV-1", "two")
    scene.map(newer)
    assert scene.ask("SELECT resolved_at FROM dead_letters")[0].resolved_at is None
    scene.load(newer)
    [letter] = scene.ask("SELECT resolution, resolved_by FROM dead_letters")
    assert tuple(letter) == ("a later version was loaded", ACTOR)
    assert states(scene) == ["superseded", "done"]


def test_a_held_version_that_nobody_released_is_found(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    scene.held(older)
    newer = scene.read_one("INV-1", "two")
    scene.change("UPDATE records SET state = 'dead', lease_owner = NULL WHERE id = :id", id=older)
    assert scene.ledger.recovery.free_versions() == 1
    assert scene.claim(newer) is not None


def test_versions_of_one_document_do_not_hold_up_another(scene: Scene) -> None:
    scene.held(scene.read_one("INV-1", "one"))
    ids = scene.read(("INV-1", "two"), ("INV-2", "one"))
    assert len(ids) == 1
    assert scene.record(ids[0]).source_key == "INV-2"


def test_extraction_starts_a_chain_and_names_the_run(scene: Scene) -> None:
    record_id = scene.read_one("INV-1", "one")
    [event] = scene.ask("SELECT * FROM audit_events WHERE subject = :subject", subject=str(record_id))
    assert (event.name, event.actor, bytes(event.previous)) == ("record.extracted", ACTOR, bytes(32))
    assert event.detail["key"] == "INV-1"
    assert bytes(event.hash) == bytes(scene.record(record_id).audit_head)


def test_a_window_bounds_what_is_sent_at_once(scene: Scene) -> None:
    scene.change('UPDATE flows SET "window" = 3')
    ids = scene.read(*((f"INV-{number}", "one") for number in range(5)))
    assert len(ids) == 3
    assert scene.read(("INV-9", "one")) == []
    scene.held(ids[0])
    assert len(scene.read(("INV-10", "one"))) == 1


def test_a_superseded_version_is_told_so_in_its_audit_trail(scene: Scene) -> None:
    older = scene.read_one("INV-1", "one")
    scene.read_one("INV-1", "two")
    names = [
        row.name for row in scene.ask("SELECT name FROM audit_events WHERE subject = :s ORDER BY id", s=str(older))
    ]
    assert names == ["record.extracted", "record.superseded"]
    assert scene.record(older).state == State.SUPERSEDED
    assert scene.ledger.verify() == []
