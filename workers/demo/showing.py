"""What the demonstration shows: progress while it runs, and its two tables at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from workers.screen import grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table

    from connector.domain.comparing import Compared
    from connector.store.operator.progress import Progress

_COUNTS = ("read", "loaded", "waiting", "parked", "rejected", "dead", "left_out")


def progress_table(flows: Iterable[Progress], *, seconds: float) -> Table:
    """Documents per flow while they move."""
    table = grid(f"Documents on their way, {seconds:.0f} s")
    table.add_column("flow", no_wrap=True)
    for heading in ("read", "loaded", "moving", "retrying", "waiting", "dead"):
        table.add_column(heading, justify="right")
    for flow in flows:
        figures = (flow.read, flow.loaded, flow.moving, flow.retrying, flow.waiting, flow.dead)
        table.add_row(flow.flow, *map(_figure, figures))
    return table


def result_table(flows: Iterable[Progress]) -> Table:
    """Where every document of every flow ended."""
    table = grid("Per flow")
    table.add_column("flow", no_wrap=True)
    for heading in ("at source", "loaded", "waiting", "parked", "rejected", "dead", "left out"):
        table.add_column(heading, justify="right")
    for flow in flows:
        table.add_row(flow.flow, *(_figure(getattr(flow, name)) for name in _COUNTS))
    return table


def reconciliation_table(compared: Iterable[Compared]) -> Table:
    """What should be in the target against what is."""
    table = grid("Reconciliation with what the target really holds")
    table.add_column("flow", no_wrap=True)
    for heading in ("expected", "found", "missing", "twice", "wrong", "uncalled for"):
        table.add_column(heading, justify="right")
    for line in compared:
        bad = (len(line.missing), len(line.twice), len(line.wrong), len(line.uncalled))
        table.add_row(line.flow, str(line.expected), str(line.found), *(_alarm(figure) for figure in bad))
    return table


def verdict(compared: list[Compared], faults: Mapping[str, Mapping[str, int]]) -> str:
    """The last sentence."""
    amiss = {
        "missing": sum(len(line.missing) for line in compared),
        "twice": sum(len(line.twice) for line in compared),
        "wrong": sum(len(line.wrong) for line in compared),
        "uncalled for": sum(len(line.uncalled) for line in compared),
    }
    injected = sum(sum(kinds.values()) for kinds in faults.values())
    by_kind = sum((Counter(kinds) for kinds in faults.values()), Counter[str]())
    told = ", ".join(f"{count} x {kind}" for kind, count in sorted(by_kind.items()))
    return f"{injected} faults injected ({told}). {', '.join(f'{what} {count}' for what, count in amiss.items())}"


def _figure(value: int) -> str:
    return str(value) if value else "-"


def _alarm(value: int) -> Text:
    return Text(str(value), style="bold red" if value else "green")
