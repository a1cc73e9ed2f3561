"""How wide the columns of a table are: ids and names stay in one piece, sentences take what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: words up to here are not broken as long as there is room: ids and names are copied from tables
_LONGEST_WORD = 48
_NARROWEST = 4
#: where there is little room, words of sentences are broken first, down to here
_PROSE = 8


def widths(columns: Sequence[Sequence[str]], available: int) -> list[int]:
    """Width of each column's text; ``columns`` hold their heading and every cell, ``available`` is without borders."""
    natural = [max(len(line) for text in column for line in (text.splitlines() or [""])) for column in columns]
    if sum(natural) <= available:
        return natural
    least = [
        max(_NARROWEST, min(_LONGEST_WORD, max((len(word) for text in column for word in text.split()), default=0)))
        for column in columns
    ]
    prose = [place for place, column in enumerate(columns) if any(" " in text for text in column[1:])]
    _shrink(least, prose, _PROSE, available)
    _shrink(least, range(len(least)), _NARROWEST, available)
    wanting = [max(0, wide - floor) for wide, floor in zip(natural, least, strict=True)]
    spare = max(0, available - sum(least))
    shares = [spare * want // max(1, sum(wanting)) for want in wanting]
    return [floor + min(want, share) for floor, want, share in zip(least, wanting, shares, strict=True)]


def _shrink(least: list[int], places: Iterable[int], narrowest: int, available: int) -> None:
    """Take from the widest of these columns until there is room, or each of them is as narrow as it may be."""
    for _ in range(sum(least) - available):
        widest = max(places, key=least.__getitem__, default=None)
        if widest is None or least[widest] <= narrowest:
            return
        least[widest] -= 1
