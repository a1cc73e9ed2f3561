"""What is done for a record opens the months that its document lived in, however many are kept beside."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.gate import Needs, PostedNeed
from connector.domain.journey import Change, Step
from connector.domain.record import AttemptAnswer, Hold, State
from connector.store.postgres.months import Month
from tests import single
from tests.store.scene import ACTOR, done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.ledger import Ledger
    from tests.store.scene import Scene

_MONTH = re.compile(r"\b(?:attempts|payloads)_(?:\d{4}_\d\d|default)\b")
#: that of the document, those of a month before it, the next one, and that of rows without a month
MOST = 5


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """Two years of months, this one and the next."""
    today = dt.datetime.now(dt.UTC).date()
    for back in range(-1, 25):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        for table in ("attempts", "payloads"):
            scene.ask(f"SELECT {table}_make_month(CAST(:month AS date))", month=Month(year, month + 1).first)
    return scene


@contextmanager
def opened(ledger: Ledger) -> Iterator[list[set[str]]]:
    """The months that each statement about attempts or payloads opens."""
    plans: list[set[str]] = []

    def explain(_c: object, cursor: Any, statement: str, given: Any, *_: object) -> None:
        if "attempts" in statement or "payloads" in statement:
            with cursor.connection.cursor() as own:
                own.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {statement}", given)
                plans.append({month for (line,) in own.fetchall() for month in _MONTH.findall(line)})

    sa.event.listen(ledger.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        sa.event.remove(ledger.engine, "before_cursor_execute", explain)


def kept(plans: list[set[str]], table: str) -> list[int]:
    """How many months of a table each statement opens that opens any."""
    counts = (sum(name.startswith(table) for name in plan) for plan in plans)
    return [count for count in counts if count]


def test_what_a_record_takes_opens_no_month_besides_its_documents_own(scene: Scene) -> None:
    with opened(scene.ledger) as plans:
        record_id = scene.read_one("INV-1")
        scene.map(record_id)
        with scene.ledger.unit() as unit:
            claim = single.claim(unit, record_id, Step.LOAD, scene.worker)
            assert claim is not None
            unit.claims.beside(claim, 5)
            tried = single.open_try(unit, claim, key="K", fingerprint="print", actor=ACTOR, at=claim.claimed_at)
            assert tried is not None
            single.answer(
                unit,
                tried.attempt_id,
                AttemptAnswer.ACCEPTED,
                at=claim.claimed_at,
                target_id="T1",
                loaded="print",
                first_read=claim.first_read,
            )
            single.settle(unit, tried.claim, done(), actor=ACTOR, at=claim.claimed_at)
            unit.commit()
    assert max(kept(plans, "attempts")) <= MOST
    assert max(kept(plans, "payloads")) <= MOST
    assert len(kept(plans, "attempts")) >= len(("opened", "answered", "settled"))
    assert len(kept(plans, "payloads")) >= len(("claimed", "claimed"))


def test_what_is_in_doubt_is_found_in_its_documents_own_months(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    rest = Change(state=State.MAPPED, event="record.retry", why="no answer", hold=Hold.RETRY, due_in=dt.timedelta(0))
    with scene.ledger.unit() as unit:
        claim = single.claim(unit, record_id, Step.LOAD, scene.worker)
        assert claim is not None
        tried = single.open_try(unit, claim, key="K", fingerprint="print", actor=ACTOR, at=claim.claimed_at)
        assert tried is not None
        single.settle(unit, tried.claim, rest, actor=ACTOR, at=claim.claimed_at)
        unit.commit()
    with opened(scene.ledger) as plans, scene.ledger.unit() as unit:
        again = single.claim(unit, record_id, Step.LOAD, scene.worker)
        assert again is not None
        assert again.doubtful == tried.attempt_id
        unit.attempts.asked(again, asked=1, at=again.claimed_at)
        assert unit.attempts.is_the_doubtful(again, "print")
        assert not unit.attempts.own_answer(again)
        assert unit.attempts.evidence(again, "mlc-x").sent == "print"
        unit.commit()
    assert len(kept(plans, "attempts")) == len(("claimed", "asked", "the doubtful", "own answer", "evidence"))
    assert max(kept(plans, "attempts")) <= MOST


def test_mapping_opens_no_attempts_when_nobody_posted_the_same(scene: Scene) -> None:
    need = PostedNeed(flow="invoices", key="K", number="")
    with opened(scene.ledger) as plans, scene.ledger.unit() as unit:
        assert unit.links.known(scene.integration_id, Needs(postings=(need,))).posted(need) == ()
    assert kept(plans, "attempts") == []


def test_a_document_that_was_made_in_another_month_than_its_id_says_is_read(scene: Scene) -> None:
    """A worker's clock that is wrong by months costs one statement more, and nothing else."""
    record_id = scene.read_one("INV-1")
    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=300)
    scene.alter("UPDATE records SET created_at = :past WHERE id = :id", past=past, id=record_id)
    scene.alter("UPDATE payloads SET created_at = :past WHERE record_id = :id", past=past, id=record_id)
    with scene.ledger.unit() as unit:
        claim = single.claim(unit, record_id, Step.MAP, scene.worker)
    assert claim is not None
    assert claim.source_payload is not None


def test_a_try_is_found_although_the_clock_of_the_database_was_set_back_by_months(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    with scene.ledger.unit() as unit:
        claim = single.claim(unit, record_id, Step.LOAD, scene.worker)
        assert claim is not None
        before = claim.claimed_at - dt.timedelta(days=300)
        tried = single.open_try(unit, claim, key="K", fingerprint="print", actor=ACTOR, at=before)
        assert tried is not None
        unit.commit()
    scene.change("UPDATE records SET lease_owner = NULL, leased_at = NULL WHERE id = :id", id=record_id)
    with scene.ledger.unit() as unit:
        again = single.claim(unit, record_id, Step.LOAD, scene.worker)
    assert again is not None
    assert again.doubtful == tried.attempt_id
