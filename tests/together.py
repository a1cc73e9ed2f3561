"""As many records as one task takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tasks.names import MOST_RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")


def batched(several: Sequence[T]) -> Iterator[Sequence[T]]:
    """One after the other, in their order."""
    return (several[start : start + MOST_RECORDS] for start in range(0, len(several), MOST_RECORDS))
