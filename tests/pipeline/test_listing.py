"""What a source lists while others read, and what it lists twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.pipeline.poll import poll

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Row
    from tests.pipeline.conftest import Bench

TWICE = [[{"part": "p1", "amount": "1.00"}, {"part": "p2"}], [{"part": "p1", "amount": "2.00"}, {"part": "p3"}]]


def listed(bench: Bench, batches: list[list[dict[str, Any]]]) -> Any:
    """Poll these pages; the run."""
    bench.source.batches = batches
    run = bench.run()
    poll(bench.world, run)
    (row,) = bench.rows("SELECT * FROM runs WHERE id = :run", run=run)
    return row


def test_a_page_does_not_overwrite_what_a_single_read_brought_while_its_details_were_fetched(bench: Bench) -> None:
    bench.read({"part": "p1", "amount": "1.00"})
    complete = bench.source.complete

    def slowly(entity: str, row: Row) -> Mapping[str, Any]:
        bench.source.complete = complete  # type: ignore[method-assign]  # once
        bench.source.batches = [[{"part": "p1", "amount": "3.00"}]]
        poll(bench.another_world(), bench.run(only_key="p1"))
        return complete(entity, row)

    bench.source.complete = slowly  # type: ignore[method-assign]  # the page is read, its details are not yet
    bench.read({"part": "p1", "amount": "2.00"})

    assert [row.version for row in bench.rows("SELECT version FROM records ORDER BY version")] == [1, 2]
    bench.work()
    assert bench.target.holds["p1"] == {"amount": "3.00"}
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}


def test_a_key_listed_twice_with_different_content_is_a_warning_and_one_version_however_often_it_is_read(
    bench: Bench,
) -> None:
    for _ in range(3):
        run = listed(bench, TWICE)
        assert run.status == "done"
        assert run.warning == "a listed 1 parts twice with different content, and the first of each counts: p1."
    assert set(bench.records()) == {("p1", 1), ("p2", 1), ("p3", 1)}
    bench.work()
    assert bench.target.holds["p1"] == {"amount": "1.00"}


def test_on_one_page_too_the_first_counts(bench: Bench) -> None:
    run = listed(bench, [[*TWICE[0], *TWICE[1]]])
    assert "p1" in run.warning
    bench.work()
    assert bench.target.holds["p1"] == {"amount": "1.00"}


def test_a_key_listed_twice_with_the_same_content_is_nothing_to_remark(bench: Bench) -> None:
    for _ in range(2):
        run = listed(bench, [[{"part": "p1"}, {"part": "p1"}], [{"part": "p1"}]])
        assert run.warning == ""
    assert set(bench.records()) == {("p1", 1)}


def test_what_was_listed_twice_changes_like_anything_else(bench: Bench) -> None:
    listed(bench, TWICE)
    run = listed(bench, [[{"part": "p1", "amount": "5.00"}]])
    assert run.warning == ""
    assert ("p1", 2) in bench.records()


def test_a_second_content_that_comes_later_is_one_more_version_once(bench: Bench) -> None:
    listed(bench, [TWICE[0]])
    for _ in range(4):
        listed(bench, TWICE)
    versions = [version for key, version in bench.records() if key == "p1"]
    assert len(versions) <= 3
    before = len(versions)
    listed(bench, TWICE)
    assert len([version for key, version in bench.records() if key == "p1"]) == before


def test_many_keys_listed_twice_are_counted_and_some_are_named(bench: Bench) -> None:
    pages = [[{"part": f"p{number}", "amount": amount} for number in range(8)] for amount in ("1.00", "2.00")]
    run = listed(bench, pages)
    assert run.warning.startswith("a listed 8 parts twice")
    assert run.warning.endswith("p0, p1, p2, p3, p4 and others.")
    assert (run.read, run.new) == (16, 8)
