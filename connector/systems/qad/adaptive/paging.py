"""Walking through the pages of a browse without believing them: QAD counts no rows, so lies show only in the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import SourceLies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.systems.qad.adaptive.listing import Listed


@dataclass(frozen=True, kw_only=True)
class BrowsePage:
    """One page without what the page before had already."""

    number: int
    rows: list[Listed]
    last: bool


def walk(
    read: Callable[[int], list[Listed]],
    *,
    first: int,
    size: int,
    where: str,
    drop_repeats: bool,
    believe_short: bool = False,
) -> Iterator[BrowsePage]:
    """Read page after page until one is short and nothing stands behind it.

    Somebody who inserts a document while we read moves all later rows down: the first rows of a page are then the last
    ones of the page before. They are dropped when ``drop_repeats`` says that equal rows are one row. ``believe_short``
    saves the look behind a short page, for reads that can only have one row.
    """
    before: list[Listed] = []
    number = first
    while True:
        rows = read(number)
        if len(rows) > size:
            raise SourceLies(
                f"{where} was asked for {size} rows a page and gave {len(rows)} on page {number}; nothing was taken. "
                f"Set page_size to {len(rows)} or more if the instance ignores it.",
                page=number,
            )
        if rows and rows == before and len(rows) == size:
            raise SourceLies(
                f"{where} gave the same {size} rows on pages {number - 1} and {number}; nothing more was read. "
                "Check that the instance pages this browse (`connection ping`), or set a larger page_size.",
                page=number,
            )
        last = len(rows) < size
        if last and rows and not believe_short:
            _nothing_behind(read(number + 1), rows, number=number, size=size, where=where)
        repeats = _moved_down(before, rows) if drop_repeats else 0
        yield BrowsePage(number=number, rows=rows[repeats:], last=last)
        if last:
            return
        before = rows
        number += 1


def _nothing_behind(behind: list[Listed], rows: list[Listed], *, number: int, size: int, where: str) -> None:
    """A short page must be the last one. Asked for more, an instance may answer nothing or the last page again."""
    if not behind or behind == rows:
        return
    raise SourceLies(
        f"{where} was asked for {size} rows a page, gave {len(rows)} on page {number}, and has more on page "
        f"{number + 1}; nothing more was read. Set page_size to {len(rows)} if the instance allows no more.",
        page=number,
    )


def _moved_down(before: list[Listed], rows: list[Listed]) -> int:
    """How many rows at the start of a page were the end of the page before."""
    for count in range(min(len(before), len(rows)), 0, -1):
        if rows[0] == before[-count] and before[-count:] == rows[:count]:
            return count
    return 0
