"""What is taken away as a workbook: numbers that add up, days that sort, and text that is nothing but text."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING
from zipfile import ZipFile

from lxml import etree

from connector.operations import workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = ("=1+1", '=cmd|"/c calc"!A1', "+1", "-1", "@SUM(1)", "{=1}", "\t=1", "http://evil.example", "\x1b[2J\u202e")


def cells(headings: Sequence[str], *rows: Sequence[object]) -> dict[str, tuple[str | None, str]]:
    """Place -> (type, what stands there); no formula anywhere."""
    with ZipFile(io.BytesIO(b"".join(workbook.parts(headings, rows)))) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert not any(
            "externalLink" in name or (name.endswith(".rels") and "sheet1" in name) for name in book.namelist()
        )
    assert not list(sheet.iter(f"{_SPREADSHEET}f"))
    return {cell.get("r", ""): (cell.get("t"), "".join(cell.itertext())) for cell in sheet.iter(f"{_SPREADSHEET}c")}


def test_no_text_is_a_formula_or_a_link() -> None:
    found = cells(["what"], *([text] for text in FORMULAS))
    assert {kind for kind, _ in found.values()} == {"inlineStr"}
    assert [said for _, said in found.values()][1:4] == ["=1+1", '=cmd|"/c calc"!A1', "+1"]
    assert found["A10"][1] == "\u241b[2J\ufffd", "nothing in it turns what stands beside it round"


def test_amounts_add_up_and_days_sort() -> None:
    at = dt.datetime(2026, 11, 29, 13, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    found = cells("abcde", [Decimal("-206.94"), 7, dt.date(2026, 11, 29), at, None])
    assert found["A2"] == (None, "-206.94")
    assert found["B2"] == (None, "7")
    assert found["C2"] == (None, "46355")
    assert found["D2"] == (None, "46355.5"), "moments are in UTC"
    assert "E2" not in found


def test_a_number_that_would_lose_digits_stays_as_it_is() -> None:
    found = cells("ab", [Decimal("12345678901234.5678"), dt.date(1899, 1, 1)])
    assert found["A2"] == ("inlineStr", "12345678901234.5678")
    assert found["B2"] == ("inlineStr", "1899-01-01")


def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    found = cells(["n"], *([number] for number in range(10)))
    assert list(found) == ["A1", "A2", "A3", "A4"]
    assert "take them away as CSV" in found["A4"][1]
