"""Long work in batches: how far it is, and Ctrl-C ends it after the batch it works on."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connector.embedded.farewell import Farewell
from workers.cli.failing import INTERRUPTED
from workers.output import remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.audit.recomputing import Report


@contextmanager
def in_batches(
    size: int, *, verb: str = "done", stopped: str = "the same command goes on with the rest"
) -> Iterator[Report]:
    """Have it reported after each batch how many of how many things are done, and end the command where it is asked to.

    What fits into one batch of this size needs no line of progress. Whatever ends it early, one sentence says how far
    it came.
    """
    done = of = 0
    ended = False
    with Farewell() as farewell:

        def report(_what: str, now: int, total: int) -> None:
            nonlocal done, of
            further, done, of = now > done, now, total
            if farewell.asked.is_set() and (now < total or not total):
                raise KeyboardInterrupt
            if further and total > size:
                remark(f"{now} of {total} {verb}.")

        try:
            yield report
            ended = True
        except KeyboardInterrupt:
            pass
        finally:
            if not ended and (done or of):
                remark(f"Stopped after {done} of {of}; {stopped}.")
    if not ended:
        sys.exit(INTERRUPTED)
