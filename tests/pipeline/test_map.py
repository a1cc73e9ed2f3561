from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.errors import Unanswered
from connector.domain.exchange import Safety
from connector.store.schema import tables
from tests.pipeline.parts import FLOWS

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench


def test_a_document_that_cannot_be_understood_is_buried_and_its_neighbour_goes_on(bench: Bench) -> None:
    bench.read({"part": "bad", "broken": True}, {"part": "good"}, {"part": "ugly", "bug": True})
    bench.work()
    assert bench.records() == {("bad", 1): "dead", ("good", 1): "done", ("ugly", 1): "dead"}
    assert bench.letters_of_the_dead() == {"bad": "malformed", "ugly": "unexpected"}


def test_a_document_without_a_usable_key_is_kept_under_a_name_of_its_own(bench: Bench) -> None:
    bench.read({"broken": True}, {"part": "x" * 5000, "broken": True}, {"part": "a\x00b", "broken": True})
    bench.work()
    assert len(bench.letters_of_the_dead()) == 3
    assert all(key.startswith("unreadable-") for key in bench.letters_of_the_dead())


def test_a_skipped_document_says_why(bench: Bench) -> None:
    bench.read({"part": "p1", "skip": True})
    bench.work()
    assert (bench.record("p1").state, bench.record("p1").why) == ("skipped", "parts like this stay where they are")


def test_what_a_target_is_told_nothing_of_is_there_as_it_was(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work()
    bench.read({"part": "p1", "stands": True})
    bench.work()
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "done"}
    assert bench.record("p1", 2).why == "nothing has changed that it is told"
    assert bench.target.writes == ["p1"]
    assert bench.rows("SELECT version, loaded_version FROM documents") == [(2, 1)]


def test_whether_the_target_has_it_as_it_was_nobody_knows_while_it_is_in_doubt(bench: Bench) -> None:
    bench.target.kind, bench.target.before = Safety.NONE, [Unanswered("Nobody answered.")]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}
    bench.read({"part": "p1", "stands": True})
    bench.work()
    assert bench.record("p1", 2).state == "dead"


def test_an_unmapped_code_parks_the_record(bench: Bench) -> None:
    bench.read({"part": "p1", "unit": "EA"})
    bench.work()
    assert bench.record("p1").hold == "park"
    assert bench.record("p1").waits_for == ["crosswalk:units:EA"]
    with bench.ledger.begin() as connection:
        connection.execute(
            sa.insert(tables.crosswalks).values(
                integration_id=bench.integration, table_name="units", source_code="EA", target_code="each"
            )
        )
    bench.due()
    bench.work()
    assert bench.records() == {("p1", 1): "done"}


def test_a_dependency_is_found_in_another_spelling_where_its_source_compares_without_case(bench: Bench) -> None:
    bench.world = replace(bench.world, flow=lambda name: replace(FLOWS[name], fold=str.upper))
    bench.read({"part": "o1"}, flow="orders")
    bench.read({"part": "p1", "order": "O1"})
    bench.work()
    assert bench.records() == {("O1", 1): "done", ("P1", 1): "done"}
    bench.read({"part": "O1"}, flow="orders")
    bench.work()
    assert set(bench.records()) == {("O1", 1), ("O1", 2), ("P1", 1)}


def test_a_missing_dependency_is_fetched_on_demand_once_and_releases_those_that_wait(bench: Bench) -> None:
    bench.read({"part": "p1", "order": "o1"}, {"part": "p2", "order": "o1"})
    bench.work()
    assert {row.hold for row in bench.rows("SELECT hold FROM records")} == {"gate"}
    demanded = bench.rows("SELECT only_key FROM runs WHERE reason = 'demand'")
    assert demanded == [("o1",)]
    bench.read({"part": "o1"}, flow="orders")
    bench.work()
    assert set(bench.records().values()) == {"done"}


def test_waiting_too_long_becomes_a_dead_letter(bench: Bench) -> None:
    bench.read({"part": "p1", "order": "never"})
    bench.work()
    bench.execute("UPDATE records SET waiting_since = now() - interval '31 days'")
    bench.due()
    bench.work()
    assert bench.letters_of_the_dead() == {"p1": "waited_too_long"}


def test_payloads_are_sealed_in_the_ledger(bench: Bench) -> None:
    bench.read({"part": "p1", "iban": "GB82WEST12345698765432"})
    bench.work()
    source, target = bench.rows("SELECT sealed FROM payloads ORDER BY kind")
    assert b"WEST" not in bytes(source.sealed) + bytes(target.sealed)


def test_every_change_and_every_attempt_is_an_audit_event(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work()
    names = [row.name for row in bench.rows("SELECT name FROM audit_events ORDER BY id")]
    assert names == ["record.extracted", "record.mapped", "attempt.sent", "record.done"]


def test_beat_sends_again_what_a_queue_lost(bench: Bench) -> None:
    bench.read({"part": "p1"})
    assert bench.ledger.recovery.due_records(10) == []
    bench.execute("UPDATE records SET queued_until = now() - interval '1 second'")
    assert len(bench.ledger.recovery.due_records(10)) == 1
    assert dt.timedelta(0) < bench.rows("SELECT queued_until - now() AS left FROM records")[0].left
