"""Documents that take a read each: poll lists them, and extract reads them in pieces, many at a time."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import CredentialsRefused, Malformed, RateLimited, SourceLies, Unavailable
from connector.operations.work import runs
from connector.pipeline import pieces
from connector.pipeline.extract import extract
from connector.pipeline.extracting import SLICE_SECONDS
from connector.pipeline.poll import poll
from connector.pipeline.trying_again import MOST_TRIES
from connector.store import operator as ledger
from tests.pipeline.doubles import FakeDetailedSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench

FIRST, SECOND = "2026-11-03T00:00:00+00:00", "2026-11-04T00:00:00+00:00"


@pytest.fixture
def detailed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Two documents make a piece."""
    monkeypatch.setattr(pieces, "MOST_DOCUMENTS", 2)
    bench.source = FakeDetailedSource()
    return bench


def parts(names: str, at: str = FIRST) -> list[dict[str, Any]]:
    return [{"part": name, "modified": at} for name in names]


def listed(bench: Bench, *batches: Sequence[dict[str, Any]]) -> UUID:
    """A run that has listed these pages."""
    bench.source.batches = [list(batch) for batch in batches]
    run = bench.run()
    poll(bench.world, run)
    return run


def asked_for(bench: Bench) -> list[UUID]:
    """Pieces that beat would send, were the broker flushed and time to pass."""
    bench.execute("UPDATE pieces SET queued_until = NULL, due_at = now()")
    bench.execute("UPDATE connections SET paused_until = NULL, failures = 0, pace = NULL")
    return bench.ledger.recovery.due_pieces(100)


def with_document(bench: Bench, key: str) -> UUID:
    (row,) = bench.rows("SELECT id FROM pieces WHERE keys && ARRAY[:key]", key=key)
    found: UUID = row.id
    return found


def read_all(bench: Bench, rounds: int = 4) -> None:
    for _ in range(rounds):
        for piece in asked_for(bench):
            extract(bench.world, piece)


def run_of(bench: Bench, run: UUID) -> Any:
    (row,) = bench.rows("SELECT * FROM runs WHERE id = :id", id=run)
    return row


def keys(bench: Bench) -> list[str]:
    return sorted(key for key, _ in bench.records())


def cursor(bench: Bench) -> dt.datetime | None:
    (row,) = bench.rows("SELECT cursor FROM flows WHERE name = 'parts'")
    found: dt.datetime | None = row.cursor
    return found


def test_poll_reads_none_of_them_and_the_last_piece_ends_the_run_and_moves_the_cursor(detailed: Bench) -> None:
    bench = detailed
    bench.source.incomplete = {name: AssertionError() for name in "abc"}  # type: ignore[attr-defined]
    run = listed(bench, parts("ab"), parts("c"))
    assert keys(bench) == []
    assert (run_of(bench, run).status, run_of(bench, run).read, run_of(bench, run).unchanged) == ("running", 3, 0)
    bench.source.incomplete = {}  # type: ignore[attr-defined]
    first, second = with_document(bench, "a"), with_document(bench, "c")
    assert set(bench.letters.pieces) == {first, second}
    assert extract(bench.world, first) is not None
    assert (keys(bench), cursor(bench), run_of(bench, run).status) == (["a", "b"], None, "running")
    extract(bench.world, second)
    assert (keys(bench), cursor(bench)) == (["a", "b", "c"], dt.datetime.fromisoformat(FIRST))
    ended = run_of(bench, run)
    assert (ended.status, ended.read, ended.new, ended.unchanged) == ("done", 3, 3, 0)
    assert bench.rows("SELECT FROM pieces") == []
    assert len(bench.letters.steps) == 3, "each is asked to be mapped"


def test_only_what_is_new_or_has_changed_is_read_and_the_rest_is_counted(detailed: Bench) -> None:
    listed(detailed, parts("abc"))
    read_all(detailed)
    run = listed(detailed, [*parts("ab"), {"part": "c", "amount": "2.00"}, *parts("d")])
    assert detailed.rows("SELECT keys FROM pieces") == [(["c", "d"],)]
    read_all(detailed)
    ended = run_of(detailed, run)
    assert (ended.status, ended.read, ended.new, ended.unchanged) == ("done", 4, 2, 2)


def test_a_lost_doubled_or_late_message_changes_nothing(detailed: Bench) -> None:
    run = listed(detailed, parts("abc"))
    sent = list(detailed.letters.pieces)
    assert detailed.ledger.recovery.due_pieces(100) == [], "they are on the queue"
    assert set(asked_for(detailed)) == set(sent), "which has lost them"
    inner: list[object] = []
    detailed.source.reading = lambda _: inner.append(extract(detailed.another_world(), sent[0]))  # type: ignore[attr-defined]
    extract(detailed.world, sent[0])
    assert set(inner) == {None}, "somebody has it"
    detailed.source.reading = lambda _: None  # type: ignore[attr-defined]
    for piece in [*sent, *sent]:
        extract(detailed.world, piece)
    assert keys(detailed) == ["a", "b", "c"]
    assert run_of(detailed, run).status == "done"


def test_many_reads_are_on_their_way_at_a_time(detailed: Bench) -> None:
    meeting = threading.Barrier(2)
    detailed.source.reading = lambda _: meeting.wait(30)  # type: ignore[attr-defined]
    detailed.world = replace(detailed.world, reads_at_once=lambda _: 2)
    listed(detailed, parts("ab"))
    read_all(detailed, rounds=1)
    assert keys(detailed) == ["a", "b"]


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (Unavailable("503"), 1),
        (RateLimited("Slow down.", retry_after=90), 0),
        (CredentialsRefused("a refuses its password."), 0),
    ],
)
def test_what_fails_is_tried_again_alone_and_what_was_read_is_kept(
    detailed: Bench, error: Exception, tries: int
) -> None:
    run = listed(detailed, parts("abc"))
    detailed.source.incomplete = {"b": error}
    done = extract(detailed.world, with_document(detailed, "b"))
    assert done is not None
    assert (done.stored, done.left) == (1, 1)
    assert detailed.rows("SELECT keys, tries, why, due_at > now() FROM pieces WHERE why <> ''") == [
        (["b"], tries, str(error), True)
    ]
    stopped = detailed.rows("SELECT FROM connections WHERE stopped_why IS NOT NULL")
    assert bool(stopped) == isinstance(error, CredentialsRefused)
    detailed.execute("UPDATE connections SET stopped_why = NULL")
    assert cursor(detailed) is None
    read_all(detailed)
    assert (keys(detailed), run_of(detailed, run).status) == (["a", "b", "c"], "done")
    assert cursor(detailed) is not None


def test_a_source_that_asked_us_to_slow_down_is_left_alone_by_other_pieces(detailed: Bench) -> None:
    listed(detailed, parts("abc"))
    detailed.source.incomplete = {"b": RateLimited("Slow down.", retry_after=90)}
    extract(detailed.world, with_document(detailed, "b"))
    held = extract(detailed.world, with_document(detailed, "c"))
    assert held is not None
    assert (held.stored, held.why, held.due_in > dt.timedelta(seconds=80)) == (0, "Slow down.", True)
    assert detailed.rows("SELECT tries FROM pieces WHERE keys = '{c}'") == [(0,)]


def test_a_run_whose_piece_fails_for_good_says_which_documents_and_leaves_the_cursor(detailed: Bench) -> None:
    run = listed(detailed, parts("abcd"))
    detailed.source.incomplete = {"b": Malformed("b has no shape."), "d": ZeroDivisionError()}  # type: ignore[dict-item]
    read_all(detailed)
    assert keys(detailed) == ["a", "c"], "its neighbours are kept"
    ended = run_of(detailed, run)
    assert (ended.status, ended.new, cursor(detailed)) == ("failed", 2, None)
    assert ended.error.startswith("2 of its documents could not be read: b, d. b has no shape.")
    assert detailed.rows("SELECT FROM pieces") == []
    listed(detailed, parts("abcd"))
    read_all(detailed)
    assert (keys(detailed), cursor(detailed) is not None) == (["a", "b", "c", "d"], True)


def test_a_document_that_never_comes_is_given_up_in_the_end(detailed: Bench) -> None:
    run = listed(detailed, parts("ab"))
    for _ in range(MOST_TRIES):
        detailed.source.incomplete = {"b": Unavailable("b is away.")}
        read_all(detailed, rounds=1)
    assert run_of(detailed, run).error.startswith("1 of its documents could not be read: b. b is away.")


def test_a_listing_that_fails_ends_when_what_it_listed_is_stored(detailed: Bench) -> None:
    detailed.source.fails_at = {2: SourceLies("Page 2 repeats page 1.")}
    run = listed(detailed, parts("ab"), parts("c"))
    assert run_of(detailed, run).status == "running"
    read_all(detailed)
    ended = run_of(detailed, run)
    assert (keys(detailed), ended.status, ended.error) == (["a", "b"], "failed", "Page 2 repeats page 1.")
    assert cursor(detailed) is None


def test_a_flow_is_read_once_at_a_time_until_the_last_piece_is_stored(detailed: Bench) -> None:
    listed(detailed, parts("ab"))
    assert poll(detailed.another_world(), detailed.run()) is None
    read_all(detailed)
    assert poll(detailed.world, detailed.run()) == "read 2"


def test_an_interrupted_run_goes_on_behind_its_pieces_and_lists_nothing_twice(detailed: Bench) -> None:
    detailed.source.fails_at = {2: Unavailable("503")}
    run = listed(detailed, parts("ab"), parts("c"))
    assert run_of(detailed, run).status == "queued"
    detailed.source.fails_at = {}
    detailed.source.batches[1] = [*parts("ab"), *parts("c")]  # the page around a position is read again
    detailed.execute("UPDATE runs SET due_at = now()")
    poll(detailed.world, run)
    assert detailed.rows("SELECT keys FROM pieces ORDER BY keys") == [(["a", "b"],), (["c"],)]
    read_all(detailed)
    assert run_of(detailed, run).status == "done"


def test_what_is_listed_twice_with_other_content_counts_as_it_came_first(detailed: Bench) -> None:
    run = listed(detailed, [{"part": "a", "amount": "1.00"}], [{"part": "a", "amount": "2.00"}])
    read_all(detailed)
    detailed.work()
    assert detailed.target.holds == {"a": {"amount": "1.00"}}
    assert "1 parts twice" in run_of(detailed, run).warning


def test_what_somebody_else_read_meanwhile_is_newer(detailed: Bench) -> None:
    run = listed(detailed, [{"part": "a", "amount": "1.00"}])
    detailed.source.batches = [[{"part": "a", "amount": "2.00"}]]
    assert poll(detailed.world, detailed.run(only_key="a")) == "read 1", "a single document takes no piece"
    read_all(detailed)
    detailed.work()
    assert detailed.target.holds == {"a": {"amount": "2.00"}}
    assert (run_of(detailed, run).status, run_of(detailed, run).unchanged) == ("done", 1)


def test_a_long_piece_gives_its_worker_back(detailed: Bench) -> None:
    def slow(_: str) -> None:
        detailed.hand.now += SLICE_SECONDS + 1

    detailed.source.reading = slow  # type: ignore[attr-defined]
    listed(detailed, parts("ab"))
    done = extract(detailed.world, detailed.letters.pieces[0])
    assert done is not None
    assert (done.stored, done.left, done.due_in) == (1, 1, dt.timedelta(0))
    assert len(detailed.letters.pieces) == 2, "what is left is asked for at once"
    read_all(detailed)
    assert keys(detailed) == ["a", "b"]


def test_whoever_crashes_a_worker_is_found_and_blamed_alone(detailed: Bench) -> None:
    def poison(part: str) -> None:
        if part == "b":
            raise KeyboardInterrupt

    detailed.source.reading = poison  # type: ignore[attr-defined]
    run = listed(detailed, parts("abc"))
    for _ in range(5):
        for piece in asked_for(detailed):
            try:
                extract(detailed.world, piece)
            except KeyboardInterrupt:
                detailed.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
                detailed.ledger.recovery.rescue(dt.timedelta(minutes=20))
                detailed.world = detailed.another_world()
    assert keys(detailed) == ["a", "c"]
    assert "could not be read: b. The worker process died 3 times" in run_of(detailed, run).error


def test_documents_that_were_never_alone_are_not_blamed(detailed: Bench) -> None:
    listed(detailed, parts("ab"))
    for _ in range(4):
        with detailed.ledger.unit() as unit:
            assert unit.pieces.claim(detailed.letters.pieces[0], detailed.another_world().worker) is not None
            unit.commit()
        detailed.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
        detailed.ledger.recovery.rescue(dt.timedelta(minutes=20))
    detailed.world = detailed.another_world()
    read_all(detailed)
    assert keys(detailed) == ["a", "b"]


def test_a_worker_that_stops_in_good_order_gives_its_piece_back(detailed: Bench) -> None:
    listed(detailed, parts("ab"))

    def stop(_: str) -> None:
        detailed.ledger.retire(detailed.world.worker)

    detailed.source.reading = stop  # type: ignore[attr-defined]
    assert extract(detailed.world, detailed.letters.pieces[0]) is None, "its fence is old"
    assert keys(detailed) == []
    assert detailed.rows("SELECT crashes, lease_owner FROM pieces") == [(0, None)]


def test_the_queue_holds_a_window_of_pieces_and_each_that_ends_asks_for_the_next(detailed: Bench) -> None:
    listed(detailed, parts("abcdefghijklmnopqrst"))
    assert len(detailed.letters.pieces) == 8
    extract(detailed.world, detailed.letters.pieces[0])
    assert len(detailed.letters.pieces) == 9


def test_a_piece_of_another_flow_is_not_read(detailed: Bench) -> None:
    run = listed(detailed, parts("ab"))
    detailed.execute("UPDATE pieces SET flow_id = (SELECT id FROM flows WHERE name = 'orders')")
    detailed.execute("UPDATE runs SET flow_id = (SELECT id FROM flows WHERE name = 'orders')")
    done = extract(detailed.world, detailed.letters.pieces[0])
    assert done is not None
    assert "changed behind ml-connector's back" in done.why
    assert (keys(detailed), run_of(detailed, run).status) == ([], "running")


def test_who_follows_a_run_sees_what_is_unread_and_why(detailed: Bench, operator: Operator) -> None:
    run = listed(detailed, parts("abc"))
    detailed.source.incomplete = {"a": Unavailable("503")}
    extract(detailed.world, with_document(detailed, "a"))
    seen = runs.progress(operator, run)
    assert (seen.run.status, seen.run.unread, seen.run.why, seen.ended) == ("running", 3, "503", False)
    with operator.transaction() as tx:
        old = ledger.unfinished.unfinished(tx, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert [(one.hold, one.oldest) for one in old] == [("run", run)], "it is missed, should it never end"
    read_all(detailed)
    assert (runs.progress(operator, run).run.unread, runs.progress(operator, run).ended) == (0, True)


def other_tenant(operator: Operator, bench: Bench) -> None:
    (row,) = bench.rows("SELECT id FROM connections WHERE name = 'a'")
    with operator.transaction() as tx:
        ledger.connections.read_from_the_start(tx, row.id, cursors=True)


def restored(operator: Operator, _: Bench) -> None:
    with operator.transaction() as tx:
        assert ledger.restoring.forget_processes(tx) == 1


@pytest.mark.parametrize("changed", [other_tenant, restored])
def test_a_run_lists_anew_when_what_it_listed_may_be_another_tenants_or_of_another_time(
    detailed: Bench, operator: Operator, changed: Callable[[Operator, Bench], None]
) -> None:
    run = listed(detailed, parts("abc"))
    late = detailed.letters.pieces[0]
    detailed.source.reading = lambda _: changed(operator, detailed) if detailed.rows("SELECT FROM pieces") else None
    assert extract(detailed.world, late) is None
    assert keys(detailed) == [], "nobody stores what was being read then"
    detailed.world = detailed.another_world()
    detailed.source = FakeDetailedSource(batches=[parts("xy")])
    poll(detailed.world, run)
    read_all(detailed)
    assert (keys(detailed), run_of(detailed, run).status) == (["x", "y"], "done")
