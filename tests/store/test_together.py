"""Many workers, readers and beats at once: nothing stuck, nothing twice, every chain whole."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF, Change, Step
from connector.domain.record import ENDED, Claim, State
from connector.store.ledger import Ledger
from tests import single
from tests.store.scene import ACTOR, AT, BURIED, MAPPED, RETRY, WAITS, done, in_state
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.store.scene import Scene

DOCUMENTS = 12
VERSIONS = 6
WORKERS = 4
SOON = dt.timedelta(0)
LOSE_MESSAGES = """
UPDATE records SET queued_until = NULL
WHERE id IN (SELECT id FROM records WHERE queued_until IS NOT NULL FOR UPDATE SKIP LOCKED)
"""


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url, pool_size=8)
    yield opened
    opened.close()


class Crowd:
    """Workers that do random things to whatever is due, until nothing is left."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.reading = True
        self.at_work: Counter[UUID] = Counter()
        self.overlaps: list[UUID] = []
        self.lock = threading.Lock()

    def read(self, flow: UUID, seed: int) -> None:
        choose = random.Random(seed)  # noqa: S311 a repeatable choice
        for version in range(VERSIONS):
            keys = [f"{number}" for number in range(DOCUMENTS)]
            choose.shuffle(keys)
            self.scene.read(*((key, f"{version}-{seed}") for key in keys), flow=flow)

    def work(self, seed: int) -> None:
        choose = random.Random(seed)  # noqa: S311 a repeatable choice
        worker = new_id()
        give_up = time.monotonic() + HANG_SECONDS
        while time.monotonic() < give_up:
            reading = self.reading
            self.scene.change(LOSE_MESSAGES)
            due = self.scene.ledger.recovery.due_records(5)
            if not due and not reading and self.ended():
                return
            for one in due:
                self.step(choose, worker, one.record_id, STEP_OF[one.state])
            self.scene.ledger.recovery.rescue(dt.timedelta(hours=1))
            self.scene.ledger.recovery.free_versions()
            self.scene.ledger.recovery.release_missed()
        left = self.scene.ask("SELECT state, hold, due_at, lease_owner, why FROM records WHERE finished_at IS NULL")
        raise AssertionError(f"For {HANG_SECONDS:.0f} s the records did not come to their end: {left}")

    def ended(self) -> bool:
        return not self.scene.ask("SELECT FROM records WHERE state IN ('extracted', 'mapped')")

    def step(self, choose: random.Random, worker: UUID, record_id: UUID, step: Step) -> None:
        self.scene.ledger.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=[record_id])
        with self.scene.ledger.unit() as unit:
            claim = single.claim(unit, record_id, step, worker)
            if claim is not None and step is Step.LOAD:
                opened = single.open_try(unit, claim, key=claim.source_key, fingerprint="x", actor=ACTOR, at=AT)
                claim = opened.claim if opened else claim
            unit.commit()
        if claim is None:
            return
        with self.lock:
            self.at_work[claim.document_id] += 1
            if self.at_work[claim.document_id] > 1:
                self.overlaps.append(claim.document_id)
        change = self.decide(choose, claim)
        with self.lock:
            self.at_work[claim.document_id] -= 1
        with self.scene.ledger.unit() as unit:
            assert single.settle(unit, claim, change, actor=ACTOR, at=AT, target=None)
            unit.commit()

    def decide(self, choose: random.Random, claim: Claim) -> Change:
        chance = choose.random()
        if chance < 0.2:
            return replace(in_state(RETRY, claim.state), due_in=SOON)
        if chance < 0.3:
            return BURIED
        if claim.state is State.EXTRACTED:
            if claim.flow == "invoices" and chance < 0.5:
                subject = f"link:suppliers:{claim.source_key}"
                return replace(WAITS, waits_for=(subject,), due_in=dt.timedelta(seconds=1))
            return MAPPED
        return done(f"T-{claim.source_key}")


def test_a_crowd_brings_every_record_to_an_end(scene: Scene) -> None:
    crowd = Crowd(scene)
    with ThreadPoolExecutor(WORKERS + 2) as pool:
        working = [pool.submit(crowd.work, seed) for seed in range(WORKERS)]
        reading = [pool.submit(crowd.read, flow, seed) for seed, flow in enumerate((scene.suppliers, scene.invoices))]
        try:
            for reader in reading:
                reader.result()
        finally:
            crowd.reading = False
        for worker in working:
            worker.result()
    assert crowd.overlaps == []
    ended = {state.value for state in ENDED}
    rows = scene.ask("SELECT state, lease_owner, hold, due_at FROM records")
    assert len(rows) == 2 * DOCUMENTS * VERSIONS
    assert {row.state for row in rows} <= ended
    assert {(row.lease_owner, row.hold, row.due_at) for row in rows} == {(None, None, None)}
    assert scene.ledger.verify() == []
