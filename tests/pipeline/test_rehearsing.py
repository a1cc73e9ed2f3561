"""Edited codes and options over what was read: which documents would become what else; nothing is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import typer

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.domain.flow import Mapped, Option
from connector.operations.setup import crosswalks
from connector.operations.work import rehearsing
from connector.operations.work.rehearsing import Change, Tally
from tests.pipeline.office import NAME
from tests.pipeline.reapplied import AGAIN, CODED
from tests.privileged import alter
from workers.cli import rehearsing_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from tests.pipeline.conftest import Bench
    from tests.pipeline.office import Office

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def any_table(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flows of the bench are of no kind that is known."""
    monkeypatch.setattr(registry, "flows", lambda *_: {})
    monkeypatch.setattr(crosswalks, "tables", lambda _: ["units"])


def rehearsed(
    office: Office, codes: str = "", *, options: str = "", since: dt.datetime = LONG_AGO, batch: int = 500
) -> Tally:
    """Of these rows (table, source, target), one a line."""
    edited: dict[str, Any] = {
        "codes": ("codes.csv", f"table,source,target\n{codes}\n") if codes else None,
        "options": ("options.yaml", options) if options else None,
    }
    tally = Tally()
    what = rehearsing.prepare(office.operator, NAME, since=since, **edited)
    assert sum(rehearsing.rehearse(office.operator, what, tally, batch=batch)) == tally.looked_at == what.total
    return tally


def said(tally: Tally) -> dict[str, Change]:
    return {one.key: one.change for one in tally.examples}


def test_each_document_becomes_what_the_edited_codes_make_of_it(office: Office, bench: Bench) -> None:
    office.loaded({"part": "p1", "unit": "EA"}, {"part": "p2", "unit": "KG"})
    bench.read(
        {"part": "p3", "unit": "BOX"}, {"part": "p4", "unit": "TON"}, {"part": "p5", "unit": "EA", "skip": "yes"}
    )
    bench.work()
    before = bench.records()

    tally = rehearsed(office, "units,EA,piece\nunits,BOX,box", batch=2)

    assert said(tally) == {"p1": Change.OTHERWISE, "p3": Change.SENT}
    assert tally.changes == {Change.OTHERWISE: 1, Change.SENT: 1, Change.SAME: 3}
    (one,) = [one for one in tally.examples if one.key == "p1"]
    assert [(field.path, field.before, field.after) for field in one.fields] == [("unit", "each", "piece")]
    assert (tally.fields, tally.loaded) == ({"unit": 1}, 1)
    bench.work()
    assert (bench.records(), sorted(bench.target.writes)) == (before, ["p1", "p2"])
    assert bench.rows("SELECT count(*) AS n FROM crosswalks")[0].n == 2
    assert [name for name, _ in office.told(f"flow:{NAME}")] == ["operator.rehearsed"]


def test_what_the_target_has_counts_as_if_it_came_today(office: Office, bench: Bench) -> None:
    office.loaded({"part": "p1", "unit": "EA", AGAIN: True})

    assert said(rehearsed(office, "units,EA,piece")) == {"p1": Change.OTHERWISE}


@pytest.mark.usefixtures("at_work")
def test_what_would_not_be_sent_any_more_ends_with_exit_code_1(
    office: Office, bench: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    office.loaded({"part": "p1", "unit": "EA"})
    codes = tmp_path / "codes.csv"
    codes.write_text("table,source,target\nunits,EA,nothing\n")

    with pytest.raises(typer.Exit) as ended:
        rehearsing_rules.rehearse(NAME, since=LONG_AGO, codes=str(codes), options="", as_json=False)

    assert ended.value.exit_code == 1
    assert "1 are sent now, and would not be." in capsys.readouterr().out


def test_an_edited_option_is_all_that_is_set(office: Office, bench: Bench) -> None:
    def mapped(part: Mapping[str, Any], known: Known, options: Mapping[str, Any]) -> Any:
        done = CODED.map(part, known, options)
        return replace(done, body={**done.body, "book": options.get("book", "A")}) if isinstance(done, Mapped) else done

    flow = replace(CODED, options={"book": Option(default="A", help="Which book.")}, map=mapped)
    office.release(flow)
    office.loaded({"part": "p1", "unit": "EA"})

    assert rehearsed(office, options="book: B").fields == {"book": 1}
    assert rehearsed(office, options="{book: A}").changes == {Change.SAME: 1}
    with pytest.raises(ConfigurationError, match="'books'"):
        rehearsed(office, options="books: B")


def test_a_row_in_other_letters_counts_where_the_source_takes_them_for_the_same(office: Office, bench: Bench) -> None:
    office.release(replace(CODED, codes_in_any_case=True))
    bench.read({"part": "p1", "unit": "box"}, {"part": "p2", "unit": "ea"})
    bench.work()

    assert said(rehearsed(office, "units,BOX,box")) == {"p1": Change.SENT}
    assert said(rehearsed(office, "units,ea,small")) == {"p2": Change.OTHERWISE}


def test_only_what_was_read_since_and_only_its_newest_version(office: Office, bench: Bench) -> None:
    office.loaded({"part": "p1", "unit": "EA"})
    bench.read({"part": "p1", "unit": "EA", "n": "2"})
    bench.work()

    assert rehearsed(office, "units,EA,piece").changes == {Change.OTHERWISE: 1}
    assert rehearsed(office, "units,EA,piece", since=dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).looked_at == 0


def test_what_nobody_can_open_is_counted_and_its_neighbours_are_looked_at(office: Office, bench: Bench) -> None:
    office.loaded({"part": "p1", "unit": "EA"}, {"part": "p2", "unit": "EA"})
    alter(bench.ledger, "DELETE FROM payloads WHERE record_id = :id", id=bench.record("p1").id)

    assert rehearsed(office, "units,EA,piece").changes == {Change.UNREADABLE: 1, Change.OTHERWISE: 1}


def test_no_more_is_kept_than_is_shown(office: Office, bench: Bench) -> None:
    office.loaded(*({"part": f"p{number}", "unit": "EA"} for number in range(9)))

    tally = rehearsed(office, "units,EA,piece", batch=4)
    assert (tally.changes[Change.OTHERWISE], len(tally.examples)) == (9, 3)


@pytest.mark.parametrize(
    ("codes", "why"), [("", "Say what is edited"), ("units,EA", "line 2"), ("colours,EA,x", "colours")]
)
def test_a_mistake_in_what_is_edited_is_said_before_anything_is_looked_at(office: Office, codes: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        rehearsed(office, codes)
