"""Doing again what Postgres undid to let another transaction pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from connector.domain.errors import StoreConflict

if TYPE_CHECKING:
    from collections.abc import Callable

_Done = TypeVar("_Done")

#: so often in a row may other transactions get in the way of one
MOST_CONFLICTS = 5


def insisting(attempt: Callable[[], _Done]) -> _Done:
    """Return what the attempt returns; one that Postgres undid is made again from its beginning."""
    for again in reversed(range(MOST_CONFLICTS)):
        try:
            return attempt()
        except StoreConflict:
            if not again:
                raise
    raise AssertionError  # the last round returned or raised
