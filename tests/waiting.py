"""Waiting for the thing itself, not for some time to pass."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

#: seconds that only a hang takes, however busy the machine is
HANG_SECONDS = 300.0
_GLANCE_SECONDS = 0.02

Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str, *, saw: Callable[[], object] = str) -> Found:
    """Look again and again until there is something to see, and return it; ``saw`` says what there was instead."""
    give_up = time.monotonic() + HANG_SECONDS
    while not (found := look()):
        assert time.monotonic() < give_up, f"For {HANG_SECONDS:.0f} s waited in vain: {what}. {saw() or found!r}"
        time.sleep(_GLANCE_SECONDS)
    return found
