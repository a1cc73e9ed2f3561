"""Every answer to a write is lost: what may have happened is asked about, never sent again blindly.

The source that is told loses every answer, too: it is told again, which it knows to be the same, and nothing posts.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain.errors import UnknownName
from connector.domain.exchange import Safety
from connector.domain.record import State
from connector.pipeline.load import load_records
from tests.journey.doubted import Doubted
from tests.journey.stock import CASES, IN_ORDER, KEPT, TELLING, Case
from tests.journey.test_no_answers import BODIES
from tests.journey.works import WRITES
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.pipeline.world import World
    from tests.journey.stock import Stock
    from tests.journey.works import Works

EACH_CASE = pytest.mark.parametrize("case", CASES, ids=str)
EACH_FLOW = pytest.mark.parametrize("flow", TELLING)
LOOK_IN = {"qad": "Look in QAD, entity ", "jaggaer": "Look in JAGGAER ONE for ", "concur": "Look in Concur for "}
ACKNOWLEDGED, CONFIRMED = "acknowledgements", "postingconfirmations"
GENERATED = {"expenses", "invoices", "cash_advances"}


def test_every_entity_a_target_can_write_has_a_case(stock: Stock) -> None:
    reached = {(registry.flow(case.flow).target.system, registry.flow(case.flow).target.entity) for case in CASES}
    for system in sorted({name for name, _ in reached}):
        with pytest.raises(UnknownName) as unknown:
            stock.works.target(system).safety("no such entity")
        assert {entity for name, entity in reached if name == system} == set(unknown.value.evidence["known"])
    assert {case: stock.laid[case] for case in CASES} == dict.fromkeys(CASES, KEPT)


@EACH_CASE
def test_a_person_who_has_to_look_is_told_the_exact_search(stock: Stock, case: Case) -> None:
    flow = registry.flow(case.flow)
    target, document = stock.works.target(flow.target.system), stock.examples[case]
    sentence = target.where_to_look(document)
    assert sentence.startswith(LOOK_IN[flow.target.system])
    unnamed = {part for part in squeezed(document.key).split("|") if part not in squeezed(sentence)}
    assert unnamed <= {"1"}, "all of the natural key but the revision of a report"
    safety = target.safety(document.entity)
    assert safety in {Safety.ASK_FIRST, Safety.NATIVE_KEY, Safety.UNASKED, Safety.RESENT}, (
        "one that neither answers nor overwrites"
    )
    if safety is Safety.ASK_FIRST:
        assert document.correlation_id in sentence
        assert "ours has the total" in sentence


@EACH_CASE
def test_what_arrived_is_asked_about_and_adopted(stock: Stock, case: Case) -> None:
    doubted = Doubted(stock, case)
    doubted.lose_the_answer()
    stock.works.step(doubted.record_id)
    doubted.is_there_once()
    doubted.was_adopted()


@EACH_CASE
def test_what_never_arrived_is_sent_once_more(stock: Stock, case: Case) -> None:
    doubted = Doubted(stock, case)
    with stock.works.weather(doubted.sandbox, "reset-before", *WRITES):
        stock.works.step(doubted.record_id)
    doubted.is_in_doubt()
    assert doubted.written == []
    stock.works.step(doubted.record_id)
    doubted.is_there_once()
    assert doubted.answers == ["not there", "accepted"]
    assert {one.outcome for one in doubted.written} == {"created"}


@EACH_CASE
def test_while_the_question_fails_nothing_is_sent(stock: Stock, case: Case) -> None:
    doubted = Doubted(stock, case)
    doubted.lose_the_answer()
    # a target that shows nothing is told again, and that again must not get through here
    asked = doubted.can_be_asked
    methods, weathers = (("GET",), ("503", "reset-before", "malformed")) if asked else ((), ("503",))
    bodies = [BODIES[name] for name in ("object", "errors", "count")] if asked else []
    for weather, body in [*((weather, "") for weather in weathers), *(("says", body) for body in bodies)]:
        with stock.works.weather(doubted.sandbox, weather, *methods, body=body):
            stock.works.step(doubted.record_id)
        doubted.is_in_doubt()
        assert len(doubted.written) == 1, (weather, body)
    stock.works.finish(doubted.record_id, steps=1)
    doubted.is_there_once()
    doubted.was_adopted()


def test_an_answer_that_does_not_come_in_time_is_a_lost_answer(stock: Stock) -> None:
    doubts = [Doubted(stock, case) for case in CASES]
    with contextlib.ExitStack() as weather:
        for sandbox in stock.works.sandboxes.values():
            weather.enter_context(stock.works.weather(sandbox, "timeout", *WRITES))
        for doubted in doubts:
            stock.works.calm(doubted.record_id)
        workers = weather.enter_context(stock.works.impatient(seconds=5, processes=len(doubts)))
        with ThreadPoolExecutor(len(doubts)) as pool:  # all of them wait at the same time
            list(pool.map(wait_in_vain, workers, doubts))
    for doubted in doubts:
        doubted.is_in_doubt()
        stock.works.step(doubted.record_id)
        assert stock.works.record(doubted.record_id).target_id, doubted.flow.name


def wait_in_vain(worker: World, doubted: Doubted) -> None:
    """Load until it is the write that was not answered: on a busy machine the questions before it may be late, too."""

    def unanswered() -> bool:
        load_records(worker, [doubted.record_id])
        if doubted.answers[-1:] == ["unknown"]:
            return True
        doubted.works.calm(doubted.record_id)
        return False

    until(unanswered, "a write that is not answered", saw=lambda: doubted.works.record(doubted.record_id).why)


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("_", "").upper()


def said(works: Works, flow: str, service: str, document: str) -> Counter[str]:
    """What was said to the source about a document, by whether it was news."""
    return Counter(
        one.outcome for one in works.written(works.source_of(flow)) if (one.entity, one.key) == (service, document)
    )


def posted(works: Works, flow: str) -> int:
    return len(works.written(works.target_of(flow)))


def test_every_flow_that_tells_its_source_has_cases(stock: Stock) -> None:
    assert {name for name in IN_ORDER if registry.flow(name).confirms} == set(TELLING)
    assert {stock.works.source_of(flow).url for flow in TELLING} == {stock.works.sandboxes["concur"].url}
    assert {registry.flow(flow).source.entity for flow in TELLING} == GENERATED
    assert all(stock.laid[flow] for flow in TELLING)


@EACH_FLOW
@pytest.mark.parametrize("weather", ["reset-after", "malformed"])
def test_a_confirmation_whose_answer_is_lost_is_told_again_and_nothing_is_posted(
    stock: Stock, flow: str, weather: str
) -> None:
    works, record_id = stock.works, stock.next_to_tell(flow)
    document, before = str(works.source_payload(record_id)["doc_id"]), posted(stock.works, flow)
    with works.weather(works.source_of(flow), weather, *WRITES):
        works.step(record_id)
    assert works.record(record_id).state == "loaded"
    assert said(works, flow, CONFIRMED, document) == {"created": 1}
    works.step(record_id)
    assert works.record(record_id).state == "done"
    assert said(works, flow, CONFIRMED, document) == {"created": 1, "duplicate": 1}
    assert posted(works, flow) == before


@EACH_FLOW
def test_a_confirmation_that_never_arrived_is_told_once_more(stock: Stock, flow: str) -> None:
    works, record_id = stock.works, stock.next_to_tell(flow)
    document, before = str(works.source_payload(record_id)["doc_id"]), posted(stock.works, flow)
    for weather in ("reset-before", "503"):
        with works.weather(works.source_of(flow), weather, *WRITES):
            works.step(record_id)
        assert works.record(record_id).state == "loaded"
        assert said(works, flow, CONFIRMED, document) == {}
    works.step(record_id)
    assert works.record(record_id).state == "done"
    assert said(works, flow, CONFIRMED, document) == {"created": 1}
    assert posted(works, flow) == before


@EACH_FLOW
@pytest.mark.parametrize(("weather", "arrived"), [("reset-after", 1), ("reset-before", 0), ("malformed", 1)])
def test_an_acknowledgement_whose_answer_is_lost_is_made_again_before_anything_is_mapped(
    stock: Stock, flow: str, weather: str, arrived: int
) -> None:
    works, source = stock.works, stock.works.source_of(flow)
    before = set(works.under_way(flow, State.EXTRACTED))
    made: Mapping[str, list[str]] = source.add_documents({"generate": {registry.flow(flow).source.entity: 1}})
    (document,) = made["generate"][registry.flow(flow).source.entity]
    with works.weather(source, weather, *WRITES):
        works.read(flow)
    (record_id,) = set(works.under_way(flow, State.EXTRACTED)) - before
    assert works.record(record_id).hold == "source", "the ledger has it, its source does not know"
    assert said(works, flow, ACKNOWLEDGED, document) == ({"created": 1} if arrived else {})
    works.step(record_id)
    assert works.record(record_id).hold != "source"
    told = said(works, flow, ACKNOWLEDGED, document)
    assert told == {"created": 1, "duplicate": 1} if arrived else {"created": 1}
