from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import CredentialsRefused, RateLimited, SourceLies, Unavailable
from connector.pipeline.poll import SLICE_SECONDS, poll
from tests.statements import counted, transactions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from connector.domain.exchange import Page, Query
    from tests.pipeline.conftest import Bench


def a_run(bench: Bench, identifier: UUID) -> Any:
    (row,) = bench.rows("SELECT * FROM runs WHERE id = :id", id=identifier)
    return row


def test_an_unchanged_document_makes_no_second_record(bench: Bench) -> None:
    bench.read({"part": "p1", "modified": "2026-11-01T00:00:00+00:00"})
    bench.read({"part": "p1", "modified": "2026-11-02T00:00:00+00:00"})
    assert list(bench.records()) == [("p1", 1)]


def test_a_page_of_unchanged_documents_is_a_transaction_of_two_statements_however_many_they_are(bench: Bench) -> None:
    page = [{"part": f"p{number}"} for number in range(300)]
    bench.source.batches = [page]
    poll(bench.world, bench.run())
    costs = []
    for batches in ([page], [page[:1], page[1:200], page[200:]]):
        bench.source.batches = batches
        run = bench.run()
        with counted(bench.ledger) as statements, transactions(bench.ledger) as begun:
            poll(bench.world, run)
        costs.append((len(statements), len(begun)))
        ended = a_run(bench, run)
        assert (ended.status, ended.read, ended.new, ended.unchanged) == ("done", 300, 0, 300)
    (statements_of_one, begun_of_one), (statements_of_three, begun_of_three) = costs
    assert (statements_of_three - statements_of_one, begun_of_three - begun_of_one) == (2 * 2, 2 * 1)


def test_an_unchanged_page_moves_nothing_of_a_run_that_somebody_else_has_by_now(bench: Bench) -> None:
    bench.source.batches = [[{"part": "p1", "modified": "2026-11-01T00:00:00+00:00"}]]
    poll(bench.world, bench.run())
    bench.execute("UPDATE flows SET cursor = NULL")

    class Lost(type(bench.source)):  # type: ignore[misc]  # of whatever class it is
        def pages(self, query: Query) -> Iterator[Page]:
            for page in super().pages(query):
                bench.execute("UPDATE runs SET fence = fence + 1")
                yield page

    bench.source = Lost(bench.source.batches)
    run = bench.run()
    assert poll(bench.world, run) == "another worker has this run"
    assert (a_run(bench, run).read, bench.rows("SELECT cursor FROM flows WHERE name = 'parts'")) == (0, [(None,)])


def test_an_unchanged_page_of_a_connection_that_was_changed_meanwhile_moves_nothing(bench: Bench) -> None:
    bench.source.batches = [[{"part": "p1", "modified": "2026-11-01T00:00:00+00:00"}]]
    poll(bench.world, bench.run())
    bench.execute("UPDATE flows SET cursor = NULL")
    before = bench.rows("SELECT updated_at FROM connections WHERE name = 'a'")[0].updated_at - dt.timedelta(hours=1)
    run = bench.run()
    said = poll(replace(bench.world, opened=lambda _: before), run)
    assert said is not None
    assert "a was changed while it was being read" in said
    assert (a_run(bench, run).read, bench.rows("SELECT cursor FROM flows WHERE name = 'parts'")) == (0, [(None,)])


def test_a_newer_version_supersedes_one_that_was_never_sent(bench: Bench) -> None:
    bench.read({"part": "p1", "amount": "1.00"})
    bench.read({"part": "p1", "amount": "2.00"})
    bench.work()
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}
    assert bench.target.holds == {"p1": {"amount": "2.00"}}


def test_the_cursor_moves_with_the_last_page_and_a_failed_page_leaves_it(bench: Bench) -> None:
    bench.source.batches = [
        [{"part": "p1", "modified": "2026-11-03T00:00:00+00:00"}],
        [{"part": "p2", "modified": "2026-11-01T00:00:00+00:00"}],
    ]
    bench.source.fails_at = {2: SourceLies("Page 2 repeats page 1.")}
    first = bench.run()
    assert poll(bench.world, first) == "Page 2 repeats page 1."
    assert a_run(bench, first).status == "failed"
    assert bench.rows("SELECT cursor FROM flows WHERE name = 'parts'") == [(None,)]
    bench.source.fails_at = {}
    poll(bench.world, bench.run())
    (flow,) = bench.rows("SELECT cursor FROM flows WHERE name = 'parts'")
    assert flow.cursor == dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    assert sorted(key for key, _ in bench.records()) == ["p1", "p2"]


def test_a_transient_failure_continues_from_the_page_it_stopped_at(bench: Bench) -> None:
    bench.source.batches = [[{"part": "p1"}], [{"part": "p2"}]]
    bench.source.fails_at = {2: Unavailable("QAD did not answer.")}
    run = bench.run()
    poll(bench.world, run)
    assert (a_run(bench, run).status, a_run(bench, run).why) == ("queued", "QAD did not answer.")
    bench.source.fails_at = {}
    bench.execute("UPDATE runs SET due_at = now()")
    assert poll(bench.world, run) == "read 2"
    assert [query.position for query in bench.source.queries] == [None, {"page": 2}]
    assert sorted(key for key, _ in bench.records()) == ["p1", "p2"]


def test_what_was_got_of_a_page_is_kept_when_the_next_document_cannot_be_read(bench: Bench) -> None:
    bench.source.batches = [[{"part": "p1"}], [{"part": "p2"}, {"part": "p3"}, {"part": "p4"}]]
    bench.source.incomplete = {name: Unavailable(f"{name} did not come.") for name in ("p3", "p4")}
    run = bench.run()
    for name, kept in (("p3", ["p1", "p2"]), ("p4", ["p1", "p2", "p3"])):
        assert poll(bench.world, run) == f"{name} did not come."
        assert sorted(key for key, _ in bench.records()) == kept
        assert (a_run(bench, run).status, a_run(bench, run).tries) == ("queued", 1)
        bench.execute("UPDATE runs SET due_at = now()")
    assert poll(bench.world, run) == "read 4"
    assert [query.position for query in bench.source.queries] == [None, {"page": 2}, {"page": 2}]
    assert (a_run(bench, run).read, a_run(bench, run).new, a_run(bench, run).unchanged) == (4, 4, 0)
    bench.work()
    assert set(bench.records().values()) == {"done"}


def test_a_rate_limited_source_pauses_its_connection(bench: Bench) -> None:
    bench.source.fails_at = {1: RateLimited("Slow down.", retry_after=90)}
    run = bench.run()
    poll(bench.world, run)
    bench.execute("UPDATE runs SET due_at = now()")
    assert poll(bench.world, run) == "paused: Slow down."


def test_a_run_that_failed_often_does_not_hold_the_connection_longer_than_the_source_asks(bench: Bench) -> None:
    bench.source.fails_at = {1: RateLimited("Slow down.", retry_after=2)}
    run = bench.run()
    bench.execute("UPDATE runs SET tries = 10")
    poll(bench.world, run)
    assert bench.rows("SELECT paused_until < now() + interval '3 s' FROM connections WHERE name = 'a'") == [(True,)]
    assert a_run(bench, run).due_at > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)


def test_refused_credentials_end_the_run_with_the_sentence(bench: Bench) -> None:
    bench.source.fails_at = {1: CredentialsRefused("a refuses its password.")}
    run = bench.run()
    poll(bench.world, run)
    assert (a_run(bench, run).status, a_run(bench, run).error) == ("failed", "a refuses its password.")


def test_a_mistake_of_ours_ends_the_run_without_a_traceback(bench: Bench) -> None:
    bench.source.fails_at = {1: ZeroDivisionError()}
    run = bench.run()
    poll(bench.world, run)
    assert a_run(bench, run).status == "failed"
    assert "ZeroDivisionError" in a_run(bench, run).error


def test_no_rows_where_there_used_to_be_some_is_a_warning(bench: Bench) -> None:
    bench.read({"part": "p1"})
    said = bench.read()
    assert said is not None
    assert "the last run read 1" in said
    bench.source.everything = False
    assert bench.read() == "read 0"


def test_a_document_that_is_demanded_and_not_there_is_a_warning(bench: Bench) -> None:
    run = bench.run(only_key="p9")
    assert poll(bench.world, run) == "a has no parts document 'p9'."


def test_since_and_limit_are_kept_whatever_the_source_does(bench: Bench) -> None:
    bench.source.batches = [
        [
            {"part": "old", "modified": "2026-01-01T00:00:00+00:00"},
            {"part": "new", "modified": "2026-11-02T00:00:00+00:00"},
            {"part": "newer", "modified": "2026-11-03T00:00:00+00:00"},
        ]
    ]
    poll(bench.world, bench.run(since=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), row_limit=1))
    assert [key for key, _ in bench.records()] == ["new"]
    assert bench.rows("SELECT cursor FROM flows WHERE name = 'parts'") == [(None,)]


def test_a_long_read_gives_its_worker_back_and_goes_on(bench: Bench) -> None:
    bench.source.batches = [[{"part": f"p{number}"}] for number in range(3)]
    pages = bench.source.pages

    def slow(query: Query) -> Iterator[Page]:
        for page in pages(query):
            bench.hand.now += SLICE_SECONDS
            yield page

    bench.source.pages = slow  # type: ignore[method-assign]
    run = bench.run()
    assert poll(bench.world, run) == "read 2 so far, going on"
    assert bench.letters.polls == [run]
    assert poll(bench.world, run) == "read 3"
    assert len(bench.records()) == 3


def test_a_long_read_shows_that_it_gets_on_with_every_document(bench: Bench) -> None:
    steps: list[str] = []
    bench.source.batches = [[{"part": "p1"}, {"part": "p2"}], [{"part": "p3"}]]
    world = replace(bench.world, getting_on=lambda: steps.append("on"))
    assert poll(world, bench.run()) == "read 3"
    assert len(steps) == 3 + 2, "and with every page"


def test_a_flow_never_runs_twice_at_once(bench: Bench) -> None:
    bench.source.batches = [[{"part": "p1"}]]
    inner: list[str | None] = []
    pages = bench.source.pages

    def meanwhile(query: Query) -> Iterator[Page]:
        inner.append(poll(bench.another_world(), bench.run()))
        yield from pages(query)

    bench.source.pages = meanwhile  # type: ignore[method-assign]
    assert poll(bench.world, bench.run()) == "read 1"
    assert inner == [None]
