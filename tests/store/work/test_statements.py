"""What a record costs: statements for each step, and plans that do not slow down with history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.gate import CodeNeed, LinkNeed, Needs
from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.domain.record import AttemptAnswer
from connector.store import operator as ledger
from connector.store.beat import dispatching
from connector.store.connection import pacing
from connector.store.work import claiming, extraction, payloads
from connector.store.work.settling import QUEUED
from tests import single
from tests.statements import counted
from tests.store.history import buffers
from tests.store.scene import ACTOR, AT, MAPPED, done

if TYPE_CHECKING:
    from tests.store.scene import Scene


def test_mapping_a_record_takes_three_statements(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    needs = Needs(
        links=(LinkNeed(flow="suppliers", key="10"), LinkNeed(flow="suppliers", key="11")),
        codes=(CodeNeed(table="units", code="EA"),),
    )
    with counted(scene.ledger) as statements:
        with scene.ledger.unit() as unit:
            claim = single.claim(unit, record_id, Step.MAP, scene.worker)
            unit.commit()
        assert claim is not None
        with scene.ledger.unit() as unit:
            unit.links.known(scene.integration_id, needs)
            single.settle(unit, claim, MAPPED, actor=ACTOR, at=AT, target=b"sealed")
            unit.commit()
    assert len(statements) == 3


def test_loading_a_record_takes_four_statements(scene: Scene) -> None:
    scene.finish(scene.read_one("INV-0"))  # the process has the key that binds links from here on
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    with counted(scene.ledger) as statements:
        with scene.ledger.unit() as unit:
            claim = single.claim(unit, record_id, Step.LOAD, scene.worker)
            assert claim is not None
            opened = single.open_try(unit, claim, key="K", fingerprint="print", actor=ACTOR, at=AT)
            unit.commit()
        assert opened is not None
        with scene.ledger.unit() as unit:
            single.answer(unit, opened.attempt_id, answer=AttemptAnswer.ACCEPTED, target_id="T1", loaded="print", at=AT)
            single.settle(unit, opened.claim, done(), actor=ACTOR, at=AT, target=None)
            unit.commit()
    assert len(statements) == 4


def test_writing_down_a_page_takes_as_many_statements_for_five_hundred_rows_as_for_one(scene: Scene) -> None:
    run = scene.claim_run(scene.queue_run())
    assert run is not None
    costs = []
    for number in (1, 500):
        rows = [scene.extracted(f"{number}-{row}", "one") for row in range(number)]
        with counted(scene.ledger) as statements, scene.ledger.unit() as unit:
            unit.extraction.insert(run, rows, actor=ACTOR)
            unit.commit()
        costs.append(len(statements))
    assert costs[0] == costs[1] == 4


def test_what_runs_for_each_record_and_every_second_does_not_read_history(history: Scene) -> None:
    record_id = history.ask("SELECT id FROM records WHERE source_key = 'INV-3'")[0].id
    pages = history.ask("SELECT pg_relation_size('records') / 8192 AS pages")[0].pages
    touched = {
        "claim": buffers(
            history,
            claiming._CLAIMS[Step.MAP],
            records=[record_id],
            state="extracted",
            worker=new_id(),
            among_others=False,
            **payloads.around([record_id]),
        ),
        "due records": buffers(
            history,
            dispatching._DUE_RECORDS,
            most=500,
            queued=QUEUED,
            kept=pacing.KEPT,
            a_process=100,
            lives=dispatching.LIVES,
            beside=None,
        ),
        "due runs": buffers(history, dispatching._DUE_RUNS, most=50, queued=QUEUED),
        "unfinished": buffers(history, sa.text(ledger.unfinished._RECORDS), before=AT, most=10_000),
        "seen": buffers(
            history, extraction._SEEN, flow=history.invoices, run=new_id(), keys=["OLD-7", "N"], prints=["x", "x"]
        ),
    }
    assert pages > 300
    assert {name: count for name, count in touched.items() if count > 150} == {}
