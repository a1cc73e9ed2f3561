"""Tables for spreadsheets: CSV in which no text is taken for a formula, whatever a system calls its documents."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from connector.domain.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# What a spreadsheet computes instead of showing it, also in the wide forms of East Asian keyboards; and behind what
# ends a cell where spreadsheets take semicolons for that.
_FORMULA = re.compile("(^|; *+)('*+)([=+\\-@\uff1d\uff0b\uff0d\uff20])")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A line of headings, then a line for each row. Amounts and numbers stay what a spreadsheet adds up."""
    return "".join(lines(headings, rows))


def lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The same, one after the other: however many there are, one is in memory."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in chain([headings], rows):
        writer.writerow([_cell(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return defused(str(value))


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: as text, behind a quote. Nothing in it moves a terminal."""
    return _FORMULA.sub(r"\1'\2\3", cell if cell.isprintable() else harmless(cell, keep=""))


def armed(cell: str) -> str:
    """The same cell as it was."""
    return _FORMULA.sub(lambda found: found[1] + found[2].removeprefix("'") + found[3], cell)
