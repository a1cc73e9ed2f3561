"""Following a run on the terminal."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import typer

from connector.operations.work import runs
from workers.cli.failing import FAILED
from workers.cli.reaching.doing import do
from workers.output import complain, console, emit, remark, say, table
from workers.spelling import local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from connector.operations.work.runs import Progress
    from connector.store.operator.runs import Run

_PATIENCE_SECONDS = 5.0
#: documents that are named
_NAMED = 20


def follow(run_id: UUID, *, timeout: float, as_json: bool) -> Progress:
    """Show a run until it and its records have ended; returns how it stood then."""
    look = partial(do, runs.progress, run_id)
    snapshots = runs.followed(look, monotonic=time.monotonic, sleep=time.sleep, most_seconds=timeout)
    screen = console(stderr=True)
    if as_json or not screen.is_terminal:
        return _quietly(snapshots)
    from rich.live import Live  # noqa: PLC0415 - drawn on a terminal alone
    from rich.text import Text  # noqa: PLC0415 - likewise

    with Live(Text("..."), console=screen, transient=True, refresh_per_second=4) as live:
        for progress in snapshots:
            live.update(Text(line(progress)))
    return progress


def _quietly(snapshots: Iterator[Progress]) -> Progress:
    began = time.monotonic()
    warned = False
    said = {""}
    for progress in snapshots:
        if progress.run.why not in said and not progress.ended:
            remark(waiting(progress.run))
            said.add(progress.run.why)
        slow = time.monotonic() - began > _PATIENCE_SECONDS
        if slow and not warned and not progress.ended and progress.alive != ["beat", "worker"]:
            remark(nobody_there(progress))
            warned = True
    return progress


def nobody_there(progress: Progress) -> str:
    """Why nothing is moving."""
    absent = [kind for kind in ("worker", "beat") if kind not in progress.alive]
    return f"Nothing moves: no {' and no '.join(absent)} is alive; start them with `ml-connector up`."


def waiting(run: Run) -> str:
    """Why a run does not go on now, and when it does by itself."""
    tried = f" It is tried next at {local(run.next_try_at)}." if run.next_try_at else ""
    return f"The run waits. {run.why.rstrip('.')}.{tried}"


def line(progress: Progress) -> str:
    """One line on a run and its records."""
    run = progress.run
    counts = ", ".join(f"{count} {name}" for name, count in progress.counts.items())
    idle = "" if progress.ended or progress.alive == ["beat", "worker"] else f"  {nobody_there(progress)}"
    unread = f", {run.unread} still to be read one by one" if run.unread else ""
    why = f"  {waiting(run)}" if run.why and not progress.ended else ""
    return f"{run.flow}: {run.status}, read {run.read}, new {run.new}{unread}; {counts or 'no records yet'}{idle}{why}"


def verdict(progress: Progress, *, as_json: bool) -> None:
    """Say how a run ended and which documents need somebody, and leave with 1 when it or one of its records failed."""
    run = progress.run
    settled = progress.ended and progress.moving == 0
    stuck = progress.failed + progress.waiting
    needing = do(runs.needing_somebody, run.id, most=_NAMED) if stuck else []
    if as_json:
        emit({"run": run, "records": progress.counts, "settled": settled, "needing_somebody": needing})
    else:
        say(f"{run.flow}: {run.status}, read {run.read}, new or changed {run.new}, unchanged {run.unchanged}.")
        table(progress.counts.items(), "records | number", nothing="No records were made.")
        if needing:
            rows = ((f"{one.source_key} v{one.version}", one.hold or one.state, one.why or one.gate) for one in needing)
            table(rows, "document | state | why")
            if stuck > len(needing):
                remark(f"{len(needing)} of {stuck}; `ml-connector record list --flow {run.flow}` shows the others.")
        if run.warning:
            remark(run.warning)
    if run.error:
        complain(run.error)
    if not settled:
        complain(f"The run is not over yet: {line(progress)}")
    if run.status == "failed" or progress.failed or not settled:
        raise typer.Exit(FAILED)
