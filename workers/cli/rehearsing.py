"""What ``flow run --dry-run`` shows."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from connector.operations.work import dry_run
from workers.cli.progressing import waiting
from workers.cli.reaching.doing import do
from workers.output import console, emit, say
from workers.screen import document

if TYPE_CHECKING:
    import datetime as dt


def rehearse(flow: str, *, since: dt.datetime | None, limit: int | None, as_json: bool) -> None:
    """Source on the left, target on the right, what would happen below; then a count."""
    with waiting(f"Reading {flow} ...", quiet=as_json):
        found = do(dry_run.shown, flow, since=since, limit=limit)
        first = list(itertools.islice(found, None if as_json else 1))
    if as_json:
        emit(first)
        return
    documents = itertools.chain(first, found)
    out = console()
    would: Counter[str] = Counter()
    for one in documents:
        would[one.would] += 1
        sides = Table.grid(expand=True, padding=(0, 1))
        sides.add_column(ratio=1, overflow="fold")
        sides.add_column(ratio=1, overflow="fold")
        target = Text("-", style="dim") if one.target is None else document(one.target, indent=1)
        sides.add_row(document(one.source, indent=1), target)
        out.print(Panel(sides, title=Text(f"{one.key}: {one.would}"), title_align="left"))
        out.print(Text(one.why))
        out.print()
    counts = ", ".join(f"{count} {name}" for name, count in would.most_common()) or "the source has no documents"
    say(f"{flow}: {counts}. Nothing was written.")
