from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import SourceLies
from connector.systems.qad.adaptive.listing import Listed
from connector.systems.qad.adaptive.paging import BrowsePage, walk

if TYPE_CHECKING:
    from collections.abc import Callable

WHERE = "QAD connection acme: browse b"


def _rows(*keys: str) -> list[Listed]:
    return [Listed(key=key, header={"key": key}, line=None, modified=None) for key in keys]


def _walk(read: Callable[[int], list[Listed]], size: int = 2, *, believe_short: bool = False) -> list[BrowsePage]:
    return list(walk(read, first=1, size=size, where=WHERE, drop_repeats=True, believe_short=believe_short))


def _honest(rows: list[Listed], size: int = 2) -> Callable[[int], list[Listed]]:
    return lambda page: rows[(page - 1) * size : page * size]


@given(st.integers(0, 12), st.integers(1, 5))
def test_every_row_is_read_once_whatever_the_size_of_pages(count: int, size: int) -> None:
    rows = _rows(*map(str, range(count)))
    pages = _walk(_honest(rows, size), size)
    assert [row for page in pages for row in page.rows] == rows
    assert [page.last for page in pages].count(True) == 1


def test_rows_that_moved_down_while_we_read_are_dropped() -> None:
    pages = {1: _rows("a", "b"), 2: _rows("b", "c"), 3: _rows("d")}
    assert [row.key for page in _walk(lambda n: pages.get(n, [])) for row in page.rows] == ["a", "b", "c", "d"]


def test_a_repeated_page_is_a_lie() -> None:
    with pytest.raises(SourceLies, match=f"{WHERE} gave the same 2 rows on pages 1 and 2; nothing more was read"):
        _walk(lambda _: _rows("a", "b"))


def test_more_rows_than_asked_for_is_a_lie() -> None:
    with pytest.raises(SourceLies, match="asked for 2 rows a page and gave 3 on page 1"):
        _walk(lambda _: _rows("a", "b", "c"))


def test_a_short_page_with_something_behind_it_is_a_lie() -> None:
    pages = {1: _rows("a"), 2: _rows("b", "c")}
    with pytest.raises(SourceLies, match=r"gave 1 on page 1, and has more on page 2; .* Set page_size to 1"):
        _walk(lambda n: pages.get(n, []))


def test_an_instance_may_answer_its_last_page_again_behind_the_end() -> None:
    pages = {1: _rows("a", "b"), 2: _rows("c")}
    assert [row.key for page in _walk(lambda n: pages.get(n, _rows("c"))) for row in page.rows] == ["a", "b", "c"]


def test_a_read_that_can_only_have_one_row_saves_the_look_behind_it() -> None:
    asked: list[int] = []

    def read(page: int) -> list[Listed]:
        asked.append(page)
        return _rows("a")

    _walk(read, believe_short=True)
    assert asked == [1]
