"""What the commands about one record show on a terminal, and say to a machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from connector.operations.work import lineage as explaining
from workers.cli import correcting, lineage

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench
    from tests.pipeline.office import Office

PARKED = {"part": "p1", "unit": "EACH"}


@pytest.mark.usefixtures("at_work")
def test_a_correction_is_shown_with_the_command_that_makes_it_needless(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.read(PARKED)
    bench.work()
    record = bench.record("p1").id

    def correct(*, dry: bool, as_json: bool) -> str:
        correcting.correct(record, field="unit", value="EA", why="a slip", dry=dry, yes=True, as_json=as_json)
        said = capsys.readouterr()
        return said.out + said.err

    shown = correct(dry=True, as_json=False)
    assert "Corrected: parts p1 would be sent." in shown
    assert "`ml-connector crosswalk set units EACH each --integration acme`" in " ".join(shown.split())
    assert "Nothing was written." in shown
    told = json.loads(correct(dry=False, as_json=True))
    assert told["corrected"] == str(bench.record("p1", 2).id)
    assert told["commands"] == ["ml-connector crosswalk set units EACH each --integration acme"]


def test_lineage_is_shown_field_by_field(office: Office, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    office.loaded({"part": "p1", "unit": "EA"})
    record = bench.record("p1").id

    lineage.show(explaining.told(office.operator, record), as_json=False)
    assert "unit; units EA -> each" in capsys.readouterr().out
    lineage.show(explaining.told(office.operator, record), as_json=True)
    (unit, _) = json.loads(capsys.readouterr().out)["fields"]
    assert (unit["path"], unit["fields"], unit["codes"]) == ("unit", ["unit"], [["units", "EA", "each"]])
