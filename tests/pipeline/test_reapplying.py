"""What was loaded is mapped again and sent where it differs: once, and only where the target takes changes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Unanswered
from connector.domain.exchange import Safety
from connector.operations.work import reapplying, records
from connector.operations.work.reapplying import Would
from tests.pipeline.office import NAME
from tests.pipeline.reapplied import AGAIN, CODED
from tests.privileged import alter

if TYPE_CHECKING:
    from uuid import UUID

    from tests.pipeline.conftest import Bench
    from tests.pipeline.office import Office


P1, P2, P3 = ({"part": f"p{number}", "unit": unit} for number, unit in enumerate(("EA", "EA", "KG"), start=1))


def test_a_corrected_code_reaches_what_was_loaded_once_and_nothing_else_is_sent(office: Office, bench: Bench) -> None:
    office.loaded(P1, P3)
    assert office.reapplied() == {"p1": Would.SAME, "p3": Would.SAME}, "new then, update now: no difference"
    office.code("EA", "piece")

    said = {key: one.would for key, one in office.rehearsed().items()}
    assert said == {"p1": Would.SEND, "p3": Would.SAME}
    bench.work()
    assert sorted(bench.target.writes) == ["p1", "p3"], "a dry run sends nothing"

    assert office.reapplied() == said, "the real one does what was said"
    bench.work()
    assert sorted(bench.target.writes) == ["p1", "p1", "p3"]
    assert bench.target.holds["p1"] == {"unit": "piece", "change": "update"}
    assert office.reapplied() == {"p1": Would.SAME, "p3": Would.SAME}
    assert bench.records() == {("p1", 1): "done", ("p3", 1): "done"}

    (decision,) = [detail for name, detail in office.told(f"flow:{NAME}") if detail.get("send") == 1]
    assert office.told(bench.record("p1").id) == [
        ("operator.reapplied", {"was": "done", "reapply": decision["reapply"]})
    ]


def test_a_target_that_takes_no_changes_is_sent_nothing_and_what_differs_is_named(office: Office, bench: Bench) -> None:
    bench.target.kind = Safety.ASK_FIRST
    office.release(replace(CODED, updates=False))
    office.loaded(P1, {**P2, AGAIN: True}, {**P3, AGAIN: True})
    office.code("EA", "piece")

    named = office.rehearsed()
    assert {key: one.would for key, one in named.items()} == {"p1": Would.STAYS, "p2": Would.STAYS, "p3": Would.SAME}
    assert named["p1"].why == "Target B takes no changes of p1: correct it there by hand, if it matters."
    assert named["p2"].why.startswith("Target B takes no changes of p2"), "not: it is there already"
    assert office.reapplied() == {key: one.would for key, one in named.items()}
    bench.work()
    assert sorted(bench.target.writes) == ["p1", "p2", "p3"]
    assert bench.records() == {("p1", 1): "done", ("p2", 1): "done", ("p3", 1): "done"}


def test_what_would_have_another_key_in_the_target_is_named_and_not_sent(office: Office, bench: Bench) -> None:
    office.loaded({**P1, "keyed": True})
    office.code("EA", "piece")
    (named,) = office.rehearsed().values()
    assert (named.would, named.why) == (Would.STAYS, "It would be piece in the target, where it is each.")
    office.reapplied()
    bench.work()
    assert bench.target.writes == ["each"]
    assert bench.letters_of_the_dead() == {}


def test_what_cannot_be_mapped_says_why_and_its_neighbours_go(office: Office, bench: Bench) -> None:
    office.loaded(P1, P2, P3, {"part": "p4", "unit": "EA"})
    office.code("EA", "piece")
    bench.execute("UPDATE crosswalks SET source_code = 'gone' WHERE source_code = 'KG'")
    its = "kind = 'source' AND record_id IN (SELECT id FROM records WHERE source_key = :key)"
    alter(bench.ledger, f"DELETE FROM payloads WHERE {its}", key="p1")  # noqa: S608  a constant
    bench.execute(f"UPDATE payloads SET sealed = overlay(sealed PLACING 'x' FROM 60) WHERE {its}", key="p2")  # noqa: S608

    named = office.rehearsed()
    would = {"p1": Would.STAYS, "p2": Would.CANNOT, "p3": Would.CANNOT, "p4": Would.SEND}
    assert {key: one.would for key, one in named.items()} == would
    assert "retention" in named["p1"].why
    assert "units 'KG'" in named["p3"].why
    assert office.reapplied() == would
    bench.work()
    assert bench.target.writes[4:] == ["p4"]


def test_what_is_not_at_its_end_is_left_alone_and_counted_by_where_it_is(office: Office, bench: Bench) -> None:
    parts = [{"part": f"p{number}", "unit": "EA"} for number in range(1, 6)]
    office.loaded(*parts)
    office.code("EA", "piece")
    bench.read({**parts[0], "unit": "??"}, {**parts[1], "broken": True}, {**parts[2], "skip": True}, parts[4])
    bench.work()
    bench.target.after = [Unanswered("B did not answer.")]
    bench.read({**parts[3], "n": 2})
    bench.work()
    assert bench.answers("p4") == ["accepted", "unknown"]
    written = list(bench.target.writes)

    what = reapplying.select(office.operator, NAME, since=None)
    assert what.left_alone == {"under way": 1, "dead": 1, "not sent": 1, "in doubt": 1}
    assert office.reapplied() == {"p5": Would.SEND}
    bench.work()
    assert bench.target.writes == [*written, "p5"]


def test_what_moves_by_itself_when_its_turn_comes_is_not_sent_twice(office: Office, bench: Bench) -> None:
    office.loaded(P1, P2)
    office.code("EA", "piece")
    replayed: list[UUID] = []

    def overtaken(*asked: Any) -> Any:
        """Another operator is faster with the first of the two."""
        if not replayed:
            replayed.append(records.replay(office.operator, bench.record("p1").id).id)
        return CODED.map(*asked)

    office.release(replace(CODED, map=overtaken))
    assert office.reapplied() == {"p1": Would.MOVED, "p2": Would.SEND}
    bench.work()
    assert sorted(bench.target.writes) == ["p1", "p1", "p2", "p2"]
    assert [name for name, _ in office.told(replayed[0])] == ["operator.replayed"]
    (detail,) = [detail for name, detail in office.told(f"flow:{NAME}") if name == "operator.reapply_ended"]
    assert (detail["send"], detail["moved"]) == (1, 1)


def test_who_stops_it_in_the_middle_types_it_again(office: Office, bench: Bench) -> None:
    office.loaded(P1, P2)
    office.code("EA", "piece")
    what = reapplying.select(office.operator, NAME, since=None)
    with closing(reapplying.reapply(office.operator, what, batch=1)) as batches:
        next(batches)
    assert sorted(bench.records().values()) == ["done", "extracted"]
    assert [name for name, _ in office.told(f"flow:{NAME}")][-1] == "operator.reapply_stopped"

    assert list(office.reapplied().values()) == [Would.SEND], "the first one is under way"
    bench.work()
    assert sorted(bench.target.writes) == ["p1", "p1", "p2", "p2"]


def test_a_restored_ledger_brings_up_to_date_what_takes_changes_and_suspects_nothing_else(
    office: Office, bench: Bench
) -> None:
    office.loaded(P1, P3)
    office.code("EA", "piece")
    bench.execute("UPDATE documents SET loaded_fingerprint = NULL")
    office.release(replace(CODED, updates=False))
    assert {key: one.would for key, one in office.rehearsed().items()} == {"p1": Would.STAYS, "p3": Would.SAME}

    office.release(CODED)
    named = office.rehearsed()
    assert {one.would for one in named.values()} == {Would.SEND}
    assert named["p3"].why == "p3 would be sent: what the target was last sent is not known any more."


def test_what_came_to_its_end_without_being_sent_is_known_too(office: Office, bench: Bench) -> None:
    office.code("EA", "nothing")
    office.release(replace(CODED, updates=False, version=2))
    office.loaded(P1, P3)
    assert bench.target.writes == ["p3"]
    assert (bench.record("p1").mapping_version, office.older(2)) == (2, 0)
    assert {key: one.would for key, one in office.rehearsed().items()} == {"p1": Would.SAME, "p3": Would.SAME}

    office.code("EA", "each")
    office.code("KG", "nothing")
    named = office.rehearsed()
    assert {one.would for one in named.values()} == {Would.STAYS}
    assert named["p1"].why == "There was nothing to send of it, today it would be p1: enter it in Target B."
    assert named["p3"].why == "p3 has nothing to send."


def test_documents_are_known_by_the_mapping_that_loaded_them(office: Office, bench: Bench) -> None:
    office.loaded(P1, P2, P3)
    assert (bench.record("p1").mapping_version, office.older(1)) == (1, 0)

    office.release(replace(CODED, version=2, map=lambda *asked: replace(CODED.map(*asked), facts={"more": "said"})))
    bench.read({**P1, "n": 2})
    bench.work()
    assert bench.record("p1", 2).mapping_version == 2
    assert office.older(2) == 2, "the other two"
    assert set(office.reapplied().values()) == {Would.SAME}
    assert office.older(2) == 0, "they were looked at"


def test_what_a_worker_of_the_release_before_loads_afterwards_is_counted(office: Office, bench: Bench) -> None:
    office.loaded(P1)
    newer = replace(CODED, version=2)
    office.release(newer)
    office.code("EA", "piece")
    assert office.reapplied() == {"p1": Would.SEND}
    office.release(CODED)
    bench.work()
    assert bench.target.writes == ["p1", "p1"]

    office.release(newer)
    assert office.older(2) == 1
    assert office.reapplied() == {"p1": Would.SAME}
    assert office.older(2) == 0
