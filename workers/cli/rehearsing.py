"""What ``flow run --dry-run`` shows."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from connector.domain import canonical
from workers.cli.output import console, emit, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.operations.dry_run import Rehearsed


def show_rehearsal(flow: str, documents: Iterable[Rehearsed], *, as_json: bool) -> None:
    """Source on the left, target on the right, what would happen below; then a count."""
    if as_json:
        emit(list(documents))
        return
    out = console()
    would: Counter[str] = Counter()
    for document in documents:
        would[document.would] += 1
        sides = Table.grid(expand=True, padding=(0, 1))
        sides.add_column(ratio=1, overflow="fold")
        sides.add_column(ratio=1, overflow="fold")
        target = Text("-", style="dim") if document.target is None else _json(document.target)
        sides.add_row(_json(document.source), target)
        out.print(Panel(sides, title=f"{document.key}: {document.would}", title_align="left"))
        out.print(Text(document.why))
        out.print()
    counts = ", ".join(f"{count} {name}" for name, count in would.most_common()) or "the source has no documents"
    say(f"{flow}: {counts}. Nothing was written.")


def _json(payload: Any) -> Syntax:  # noqa: ANN401 - a payload holds anything
    text = json.dumps(json.loads(canonical.dumps(payload)), indent=1, ensure_ascii=False)
    return Syntax(text, "json", word_wrap=True, background_color="default")
