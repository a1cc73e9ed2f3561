"""How the session behind the interface shows days and numbers: ISO days and JSON numbers, unless options say otherwise.

A Progress session is started with ``-d`` (order of a day's parts), ``-yy`` and ``-E`` (decimal comma); what it shows
goes out as text. Rows are rewritten as they leave, so nothing else of the instance knows.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.qad.options import Options

_DAY = re.compile(r'"(\d{4})-(\d{2})-(\d{2})"')
_NUMBER = re.compile(r'":(-?\d+\.\d+)(?=[,}])')


def formatted(rows: list[str], options: Options) -> list[str]:
    """The rows as this instance's session shows them."""
    if options.dates:
        rows = [_DAY.sub(lambda found: f'"{_day(options.dates, *found.groups())}"', row) for row in rows]
    if options.decimals:
        rows = [_NUMBER.sub(lambda found: f'":"{_number(options.decimals, found[1])}"', row) for row in rows]
    for column in options.lower_case:
        cell = re.compile(rf'"{re.escape(column)}":"[^"]*"')
        rows = [cell.sub(_lower, row) for row in rows]
    return rows


def _lower(cell: re.Match[str]) -> str:
    name, colon, value = cell[0].partition(":")
    return f"{name}{colon}{value.lower()}"


def _day(pattern: str, year: str, month: str, day: str) -> str:
    return pattern.replace("yyyy", year).replace("yy", year[2:]).replace("mm", month).replace("dd", day)


def _number(sign: str, digits: str) -> str:
    grouped = f"{Decimal(digits):,}"
    return grouped if sign == "." else grouped.translate(str.maketrans(",.", ".,"))
