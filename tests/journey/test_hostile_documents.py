"""Hostile documents on their whole journey through every flow: read, mapped and loaded into the real simulators.

Each ends in a sentence or legitimately passes, and the good document between them arrives.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from connector import registry
from connector.domain.identity import new_id
from connector.domain.record import State
from connector.pipeline.poll import poll
from tests.flows.golden import PAIRS
from tests.journey.hostile import TEN_MILLION, VALUES, Saying, changed, spoiled
from tests.journey.stock import CASES, IN_ORDER

if TYPE_CHECKING:
    from uuid import UUID

    from tests.journey.stock import Stock
    from tests.journey.works import Works

EACH_FLOW = pytest.mark.parametrize("flow", sorted(IN_ORDER))
#: for each direction one flow that also meets a document of ten megabytes
HEAVY = {(registry.flow(name).source.system, registry.flow(name).target.system): name for name in IN_ORDER}.values()
#: of each flow; the next flow goes on with the next values
MOST = 400 if settings.get_current_profile_name() == "thorough" else 12
LONGEST_SENTENCE = 2000


def test_every_flow_has_its_corpus() -> None:
    """Here, and of each field with each value in the tests of the flows themselves."""
    assert {case.flow for case in CASES} == set(IN_ORDER)
    assert len(IN_ORDER) * MOST >= 3 * len(VALUES), "each value meets several flows"
    assert {case.partition("/")[0] for pairs in PAIRS.values() for case in pairs.cases} == set(registry.flows())


def a_good_one(stock: Stock, flow: str) -> dict[str, Any]:
    """A document that would be loaded next, taken out of the ledger: it is read anew."""
    works = stock.works
    record_id = stock.next_to_load(next(case for case in reversed(CASES) if case.flow == flow))
    payload = works.source_payload(record_id)
    for table, column in (("records", "id"), ("documents", "id")):
        chosen = "(SELECT document_id FROM records WHERE id = :id)" if table == "documents" else ":id"
        works.execute(
            f"UPDATE {table} SET source_key = 'set-aside-' || source_key WHERE {column} = {chosen}",  # noqa: S608  ours
            id=record_id,
        )
    return payload


def read(works: Works, flow: str, source: Saying) -> list[UUID]:
    """Have this source read; the records it made, in its order."""
    run_id = new_id()
    works.execute(
        "INSERT INTO runs (id, flow_id, reason) VALUES (:id, :flow, 'manual')", id=run_id, flow=works.flow_id(flow)
    )
    works.calm()
    assert poll(dataclasses.replace(works.world, source=lambda _: source), run_id) == f"read {len(source.payloads)}"
    return [row.id for row in works.rows("SELECT id FROM records WHERE run_id = :run ORDER BY id", run=run_id)]


@EACH_FLOW
def test_no_hostile_document_crashes_anything_and_its_neighbour_arrives(stock: Stock, flow: str) -> None:
    works, described = stock.works, registry.flow(flow)
    good = a_good_one(stock, flow)
    number = sorted(IN_ORDER).index(flow)
    prefix = f"H{number}-"
    bad = spoiled(good, described.key_field, prefix=prefix, first=number * MOST, most=MOST)
    if flow in HEAVY:
        bad["huge"] = changed(changed(good, (described.key_field,), f"{prefix}huge"), ("remarks",), "y" * TEN_MILLION)
    half = len(bad) // 2
    payloads = [*list(bad.values())[:half], good, *list(bad.values())[half:]]
    source = Saying(payloads=payloads)
    world, works.world = works.world, dataclasses.replace(works.world, source=lambda _: source)
    try:
        made = read(works, flow, source)
        for record_id in made:
            works.step(record_id)
        (neighbour,) = [one for one in made if works.record(one).source_key == good[described.key_field]]
        assert works.finish(neighbour) == "done", works.record(neighbour).why
        for record_id in made:
            if works.record(record_id).state in {"mapped", "loaded"}:
                works.finish(record_id, steps=2)
            _ended_well(works, record_id)
    finally:
        works.world = world
    assert len(made) >= len(payloads) - 2, "two that say the same are one"


def _ended_well(works: Works, record_id: UUID) -> None:
    record = works.record(record_id)
    what = (record.source_key, record.state, record.hold, record.why)
    _is_a_sentence(record.why)
    letters = works.rows("SELECT code, reason, suggestion FROM dead_letters WHERE record_id = :id", id=record_id)
    if record.state == State.DEAD:
        (letter,) = letters
        assert letter.code != "unexpected", what
        _is_a_sentence(letter.reason)
        _is_a_sentence(letter.suggestion)
        return
    assert letters == [], what
    if record.state in {"extracted", "mapped", "loaded"}:
        assert record.hold in {"gate", "park"}, f"it waits for something a person reads: {what}"
        assert record.gate, what


def _is_a_sentence(text: str) -> None:
    assert text
    assert "\n" not in text
    assert text.isprintable()
    assert len(text) < LONGEST_SENTENCE
    text.encode()
