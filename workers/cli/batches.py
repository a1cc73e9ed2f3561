"""Long work in batches: how far it is, and Ctrl-C ends it after the batch it works on."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from connector.embedded.farewell import Farewell
from workers.cli.failing import INTERRUPTED
from workers.output import remark

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_Batch = TypeVar("_Batch")


def in_batches(
    batches: Generator[_Batch],
    counted: Callable[[_Batch], tuple[int, int]],
    *,
    total: int,
    size: int,
    verb: str = "done",
    stopped: str = "the same command goes on with the rest",
) -> Iterator[_Batch]:
    """Hand out one batch after the other; whatever ends it early, one sentence says how far it came.

    Of ``total`` things, ``counted`` says how many a batch has done, and how many it was about. What fits into one batch
    of this size needs no line of progress. The command ends here when a person stopped it.
    """
    done = seen = 0
    ended = False
    with Farewell() as farewell, closing(batches) as each:
        try:
            for batch in each:
                done, seen = (before + more for before, more in zip((done, seen), counted(batch), strict=True))
                yield batch
                if farewell.asked.is_set() and seen < total:
                    break
                if total > size:
                    remark(f"{done} of {total} {verb}.")
            else:
                ended = True
        finally:
            if not ended:
                remark(f"Stopped after {done} of {total}; {stopped}.")
    if not ended:
        sys.exit(INTERRUPTED)
