"""How far a long command is, on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connector.embedded.farewell import Farewell
from workers.output import console, remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import TaskID

    from connector.store.audit.recomputing import Report


@contextmanager
def progressing(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Draw a bar for each thing that is reported, and take them away at the end; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich import progress  # noqa: PLC0415 - drawn on a terminal alone

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done)

        yield report


@contextmanager
def between_steps(report: Report, stopped: str) -> Iterator[Report]:
    """Let Ctrl-C end the command between two things that are reported, and never in the middle of one.

    ``stopped`` says what that leaves.
    """
    with Farewell() as farewell:

        def step(what: str, done: int, total: int) -> None:
            if farewell.asked.is_set():
                raise KeyboardInterrupt
            report(what, done, total)

        try:
            yield step
        except KeyboardInterrupt:
            remark(f"Stopped; {stopped}.")
            raise


@contextmanager
def waiting(what: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Say what is waited for, where nobody knows how long, and take it away; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.text import Text  # noqa: PLC0415 - drawn on a terminal alone

    with console(stderr=True).status(Text(what)) as status:
        yield lambda now: status.update(Text(now))
