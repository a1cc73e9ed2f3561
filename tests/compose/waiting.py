"""Waiting for something that shows from outside only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: what only a hang takes, on a machine that has much else to do
HANG_SECONDS = 900.0


def until(true: Callable[[], object], what: str, *, saw: Callable[[], object] = str) -> None:
    """Look again and again; raises TimeoutError with what was waited for, and what was seen instead."""
    end = time.monotonic() + HANG_SECONDS
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"Not within {HANG_SECONDS:.0f} s: {what}. {saw()}".rstrip())
        time.sleep(1)
