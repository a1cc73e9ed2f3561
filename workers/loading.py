"""What a process loads at its start stays until its end: Python's search for garbage leaves it alone.

Searching while everything is loaded, and all of it again at the end, takes a third of what a short command takes; and a
process that a worker forked would get its own copy of each page that is searched.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: so many objects are made, and not given back, before anything is searched: Python's own number is 700
_MADE = 20_000


def begin() -> None:
    """Search for no garbage until everything is loaded."""
    gc.disable()


def done() -> None:
    """Everything is loaded: from now on, search among what comes later."""
    gc.freeze()
    gc.set_threshold(_MADE, *gc.get_threshold()[1:])
    gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """Load what the process consists of in this block."""
    begin()
    try:
        yield
    finally:
        done()
