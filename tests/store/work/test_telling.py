"""Sources that want to know that we have their documents before anything else is done with them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.store.work import extraction
from tests.store.history import buffers
from tests.store.scene import ACTOR, WAITS

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene


def read_untold(scene: Scene, *keys: str) -> list[UUID]:
    run = scene.claim_run(scene.queue_run())
    assert run is not None
    with scene.ledger.unit() as unit:
        rows = [scene.extracted(key, "one") for key in keys]
        assert unit.extraction.insert(run, rows, actor=ACTOR, acknowledged=False).ready == ()
        unit.runs.finish(run)
        unit.commit()
    rows = scene.ask("SELECT id FROM records WHERE source_key = ANY(:keys) ORDER BY source_key", keys=list(keys))
    return [row.id for row in rows]


def test_a_record_waits_until_its_source_knows(scene: Scene) -> None:
    first, second = read_untold(scene, "INV-1", "INV-2")
    assert scene.record(first).hold == "source"
    assert scene.claim(first) is None
    with scene.ledger.unit() as unit:
        assert unit.extraction.acknowledged(scene.suppliers, ["INV-1"], {}, actor=ACTOR) == []
        assert unit.extraction.acknowledged(scene.invoices, ["INV-1"], {}, actor=ACTOR) == [first]
        assert unit.extraction.acknowledged(scene.invoices, ["INV-1"], {}, actor=ACTOR) == []
        assert unit.extraction.acknowledged(scene.invoices, [], {}, actor=ACTOR) == []
        unit.commit()
    assert scene.record(first).acknowledged_at is not None
    assert scene.held(first).acknowledged
    assert scene.claim(second) is None


def test_that_the_source_knows_is_kept_of_what_a_worker_holds_and_of_what_waits_for_something_else(
    scene: Scene,
) -> None:
    held, waiting = read_untold(scene, "INV-1", "INV-2")
    scene.change("UPDATE records SET due_at = now()")
    claim = scene.held(held)
    scene.change("UPDATE records SET hold = 'version', due_at = NULL WHERE id = :id", id=waiting)
    with scene.ledger.unit() as unit:
        assert unit.extraction.acknowledged(scene.invoices, ["INV-1", "INV-2"], {}, actor=ACTOR) == []
        unit.commit()
    assert scene.settle(claim, WAITS)
    for record_id in (held, waiting):
        assert scene.record(record_id).acknowledged_at is not None
    assert (scene.record(held).hold, scene.record(waiting).hold) == ("gate", "version")


def test_a_record_whose_source_was_never_told_is_looked_at_again(scene: Scene) -> None:
    [record_id] = read_untold(scene, "INV-1")
    assert scene.record(record_id).due_at - scene.record(record_id).created_at == extraction.UNTOLD
    scene.change("UPDATE records SET due_at = now()")
    assert not scene.held(record_id).acknowledged


def test_what_the_source_does_not_leave_to_us_ends_with_its_reason(scene: Scene) -> None:
    first, second, held = read_untold(scene, "INV-1", "INV-2", "INV-3")
    scene.change("UPDATE records SET due_at = now() WHERE id = :id", id=held)
    scene.held(held)
    with scene.ledger.unit() as unit:
        reasons = {"INV-1": "recalled \x00", "INV-3": "recalled", "unknown": "recalled"}
        keys = ["INV-1", "INV-2", "INV-3", "unknown"]
        assert unit.extraction.acknowledged(scene.invoices, keys, reasons, actor=ACTOR) == [second]
        unit.commit()
    record = scene.record(first)
    assert (record.state, record.why, record.due_at) == ("cancelled", "recalled \ufffd", None)
    assert record.created_at <= record.finished_at <= dt.datetime.now(dt.UTC)
    assert scene.record(second).state == scene.record(held).state == "extracted"
    assert scene.ledger.verify() == []


def test_telling_does_not_read_history(history: Scene) -> None:
    history.change("UPDATE records SET state = 'extracted', finished_at = NULL WHERE source_key LIKE 'OLD-%'")
    for statement in (extraction._TOLD, extraction._WITHDRAWN):
        assert buffers(history, statement, flow=history.invoices, keys=["OLD-7", "OLD-8"]) < 100
