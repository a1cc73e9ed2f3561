"""However many wait for one document, its arrival is one short transaction, and nobody is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.beat.recovery import MOST_BATCHES
from connector.store.postgres.transaction import Transaction
from connector.store.work import releasing
from connector.store.work.releasing import AT_ONCE, BATCH
from tests.store.history import costly

if TYPE_CHECKING:
    import pytest

    from tests.store.scene import Scene

WAITERS = AT_ONCE + BATCH + 2


def many_wait(scene: Scene, waiters: int = WAITERS, subject: str = "link:suppliers:10") -> None:
    scene.read(*((f"INV-{number:06}", "one") for number in range(waiters)))
    scene.change(
        "UPDATE records SET hold = 'gate', waits_for = ARRAY[:subject], due_at = now() + interval '1 hour'",
        subject=subject,
    )


def released(scene: Scene) -> list[bool]:
    """Of all that wait, the oldest first."""
    return [
        row.due for row in scene.ask("SELECT due_at <= now() AS due FROM records WHERE hold IS NOT NULL ORDER BY id")
    ]


def test_the_first_go_with_what_arrived_and_beat_lets_the_others_go_in_batches(scene: Scene) -> None:
    many_wait(scene)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    assert released(scene) == [True] * AT_ONCE + [False] * (WAITERS - AT_ONCE)
    with scene.ledger.begin() as connection:
        assert releasing.go_on(Transaction(connection))
    assert released(scene) == [True] * (AT_ONCE + BATCH) + [False] * 2
    assert scene.ledger.recovery.release_more() == 1
    assert released(scene) == [True] * WAITERS
    assert scene.ledger.recovery.release_more() == 0


def test_where_nobody_else_waits_nothing_is_left_to_do(scene: Scene) -> None:
    many_wait(scene, AT_ONCE - 1)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    assert released(scene) == [True] * (AT_ONCE - 1)
    assert scene.ledger.recovery.release_more() == 0


def test_one_turn_of_beat_is_bounded(scene: Scene) -> None:
    many_wait(scene, AT_ONCE + BATCH * MOST_BATCHES + 1)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    assert scene.ledger.recovery.release_more() == MOST_BATCHES
    assert released(scene).count(False) == 1
    assert scene.ledger.recovery.release_more() == 1
    assert all(released(scene))


def test_who_looked_and_waits_again_holds_nobody_up(scene: Scene) -> None:
    many_wait(scene, AT_ONCE + 2 * BATCH)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    went: list[int] = []
    for _ in range(3):
        with scene.ledger.begin() as connection:
            releasing.go_on(Transaction(connection))
        went += [number for number, due in enumerate(released(scene)) if due]
        scene.change("UPDATE records SET due_at = now() + interval '1 hour', updated_at = now() - interval '1 day'")
    assert went == list(range(AT_ONCE + 2 * BATCH)), "each once"
    assert scene.ask("SELECT FROM releases") == []


def test_a_code_releases_in_batches_too(scene: Scene) -> None:
    many_wait(scene, subject="crosswalk:units:EA")
    with scene.ledger.begin() as connection:
        tx = Transaction(connection)
        assert releasing.release(tx, scene.integration_id, ["crosswalk:units:EA", "crosswalk:units:KG"]) == WAITERS
    assert released(scene).count(True) == AT_ONCE
    scene.ledger.recovery.release_more()
    assert all(released(scene))


def test_releases_that_were_missed_are_found_in_turn(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "WALKED", 40)
    scene.finish(scene.read_one("10", flow=scene.suppliers))
    many_wait(scene, 100)
    found = []
    for _ in range(4):
        found.append(scene.ledger.recovery.release_missed())
        scene.change("UPDATE records SET due_at = now() + interval '1 hour' WHERE hold IS NOT NULL")
    assert found == [40, 40, 20, 40], "and then the first again"


def test_housekeeping_looks_at_no_more_of_those_that_wait_however_many_they_are(
    worn: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "WALKED", 40)
    for _ in range(2):
        assert costly(worn, lambda scene: scene.ledger.recovery.release_missed()) == {}


def test_beat_looks_at_no_more_versions_that_wait_however_many_they_are(
    worn: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "BATCH", 40)
    keys = [f"HELD-{number}" for number in range(500)]
    worn.read(*((key, "one") for key in keys))
    worn.change("UPDATE records SET lease_owner = :worker WHERE source_key LIKE 'HELD-%'", worker=worn.worker)
    worn.read(*((key, "two") for key in keys))
    ended, *_ = worn.ask("SELECT document_id AS id FROM records WHERE hold = 'version' ORDER BY document_id DESC")
    worn.change("UPDATE records SET state = 'dead', due_at = NULL WHERE document_id = :id AND version = 1", id=ended.id)
    freed: list[int] = []
    for _ in range(13):
        assert costly(worn, lambda scene: freed.append(scene.ledger.recovery.free_versions())) == {}
    assert freed == [0] * 12 + [1]
