"""What is drawn for a person: coloured sentences, tables, documents. Rich is loaded for those alone who draw."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

from connector.domain import canonical
from connector.domain.harmless import harmless, harmless_json
from connector.domain.length import LONGEST, LONGEST_SENTENCE, cut
from workers.column_widths import widths
from workers.spelling import local, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment

#: tables stay readable at this width when the output is no terminal
_WIDTH = 100
#: between two columns
_GAP = 2

_COLOURS = {
    "done": "green",
    "found": "green",
    "ok": "green",
    "loaded": "green",
    "dead": "red",
    "failed": "red",
    "missing": "red",
    "rejected": "red",
    "wrong": "red",
    "stopped": "red",
    "retry": "yellow",
    "gate": "yellow",
    "park": "yellow",
    "warning": "yellow",
    "uncertain": "yellow",
    "not permitted": "yellow",
    "paused": "yellow",
}


class Screen(Console):
    """Where every word for a person goes through, and none that a terminal would obey."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render what is there to be read."""
        if isinstance(renderable, str):
            renderable = harmless(renderable)
        elif isinstance(renderable, Text) and (clean := harmless(renderable.plain)) != renderable.plain:
            renderable = renderable.copy()
            renderable.plain = clean
        return super().render(renderable, options)


def console(*, stderr: bool = False) -> Console:
    """A console on the streams as they are now."""
    stream = sys.stderr if stderr else sys.stdout
    return Screen(file=stream, width=None if stream.isatty() else _WIDTH, highlight=False, soft_wrap=False, emoji=False)


def sentence(text: str, style: str) -> None:
    """One sentence on stderr."""
    console(stderr=True).print(Text(cut(text, LONGEST_SENTENCE), style=style), soft_wrap=True)


def document(payload: object, *, indent: int = 2) -> Text:
    """A document as JSON for a person: what a terminal must not see is escaped, so that it stays the same JSON."""
    spelled = json.dumps(json.loads(canonical.dumps(payload)), indent=indent, ensure_ascii=False)
    return JSONHighlighter()(harmless_json(spelled))


def cell(value: object) -> Text:
    """One value as a table shows it."""
    if value is None or value == "":
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, dt.datetime):
        return Text(short(value))
    text = str(value)
    return Text(cut(text, LONGEST), style=_COLOURS.get(text, ""))


def grid(title: str | None = None) -> Table:
    """An empty table as all of ours look."""
    return Table(
        title=title,
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def table(rows: Iterable[Sequence[object]], headings: str) -> None:
    """Print a table. ``headings`` are separated by ``|``."""
    body = [[cell(value) for value in row] for row in rows]
    out = console()
    names = [name.strip() for name in headings.split("|")]
    columns = [[row[place].plain for row in body] for place in range(len(names))]
    room = out.width - _GAP * (len(names) - 1)
    wide = widths([[name, *column] for name, column in zip(names, columns, strict=True)], room)
    drawn = grid()
    for name, column, width in zip(names, columns, wide, strict=True):
        drawn.add_column(name, overflow="fold", justify="right" if _numbers(column) else "left", width=width)
    for row in body:
        drawn.add_row(*row)
    out.print(drawn)


def _numbers(column: list[str]) -> bool:
    digits = [text.lstrip("-").isdigit() for text in column if text != "-"]
    return bool(digits) and all(digits)


def facts(pairs: Mapping[str, object]) -> None:
    """Print name and value, one a line."""
    grid = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs.items():
        grid.add_row(name, Text(local(value)) if isinstance(value, dt.datetime) else cell(value))
    console().print(grid)
