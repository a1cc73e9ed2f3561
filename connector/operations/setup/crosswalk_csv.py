"""Crosswalks as CSV: read whoever saved it, written so that no spreadsheet takes a code for a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations import spreadsheet
from connector.store.operator.crosswalks import Code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

COLUMNS = ("table", "source", "target")
#: what a person reads of them at a time
_MOST_MISTAKES = 20
# How Excel is told, and tells, what ends a cell: a line before all others.
_SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?[;,\t]*\r?\n', re.IGNORECASE)


def read(text: str, *, name: str, problem: Callable[[Code], str]) -> list[Code]:
    """Read ``table,source,target``, with semicolons or tabs where the first line has them.

    ``problem`` says why a row cannot be kept. Raises ConfigurationError with every mistake, each with its line.
    """
    told = _SEPARATOR.match(text)
    skipped = 1 if told else 0
    rest = text[told.end() :] if told else text
    header = rest.lstrip().partition("\n")[0]
    delimiter = told[1] if told else max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(rest), delimiter=delimiter, strict=True)
    columns: list[str] = []
    codes: list[Code] = []
    lines: dict[tuple[str, str], int] = {}
    mistakes: list[str] = []
    for line, values in _lines(reader, name, skipped, mistakes):
        if not columns:
            columns = _header(values, name)
            continue
        code, why = _row(columns, values)
        if code is not None:
            earlier = lines.setdefault((code.table, code.source), line)
            twice = f"{code.table} {code.source!r} stands on line {earlier} already." if earlier != line else ""
            why = twice or problem(code)
            codes.append(code)
        if why:
            mistakes.append(f"{name}, line {line}: {why}")
    if mistakes:
        more = len(mistakes) - _MOST_MISTAKES
        told_all = [*mistakes[:_MOST_MISTAKES], *([f"{name} has {more} more mistakes."] if more > 0 else [])]
        raise ConfigurationError("\n".join(told_all), mistakes=len(mistakes))
    if not columns:
        raise ConfigurationError(f"{name} is empty; its first line must be {','.join(COLUMNS)}.")
    return codes


def _lines(
    reader: Any,  # noqa: ANN401 - the csv module does not name its class
    name: str,
    skipped: int,
    mistakes: list[str],
) -> Iterator[tuple[int, list[str]]]:
    """Lines that say anything, without the empty cells that spreadsheets leave at their ends."""
    try:
        for cells in reader:
            values = [spreadsheet.armed(cell.strip()) for cell in cells]
            while len(values) > len(COLUMNS) and not values[-1]:
                values.pop()
            if any(values):
                yield reader.line_num + skipped, values
    except csv.Error as error:
        mistakes.append(f"{name}, line {reader.line_num + skipped}: this is not CSV: {error}.")


def _header(values: list[str], name: str) -> list[str]:
    columns = [value.lower() for value in values]
    for column in columns:
        if column not in COLUMNS:
            raise UnknownName(
                f"{UnknownName.among('crosswalk column', column, COLUMNS).message} See the first line of {name}.",
                name=column,
            )
    absent = [column for column in COLUMNS if column not in columns]
    if absent or len(columns) != len(COLUMNS):
        raise ConfigurationError(f"The first line of {name} must name each column once: {','.join(COLUMNS)}.")
    return columns


def _row(columns: list[str], values: list[str]) -> tuple[Code | None, str]:
    """The row, or why it is none."""
    if len(values) != len(columns):
        return None, f"{len(values)} cells where {len(columns)} are expected."
    cells = dict(zip(columns, values, strict=True))
    empty = next((column for column in COLUMNS if not cells[column]), None)
    if empty is not None:
        return None, f"the {empty} is empty."
    return Code(table=cells["table"], source=cells["source"], target=cells["target"]), ""


def write(codes: Sequence[Code]) -> str:
    """The same spelling that ``read`` reads."""
    return spreadsheet.table(COLUMNS, ((code.table, code.source, code.target) for code in codes))
