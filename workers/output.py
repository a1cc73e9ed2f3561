"""What the operator sees: tables for people, JSON for machines, sentences on stderr."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

from connector.domain import canonical
from connector.domain.harmless import harmless, harmless_json
from workers.column_widths import widths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment

#: the option every command has
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, nothing else.")]

#: tables stay readable at this width when the output is no terminal
_WIDTH = 100
#: no person reads more of one value, and a table takes its time over it; --json has all of it
_LONGEST, _LONGEST_SENTENCE = 2_000, 10_000
#: what a column needs besides its text
_BORDER = 3

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


def choice(names: Sequence[str]) -> str:
    """Several names of which one is to be given: ``concur, jaggaer or qad``."""
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def console(*, stderr: bool = False) -> Console:
    """A console on the streams as they are now."""
    stream = sys.stderr if stderr else sys.stdout
    return Screen(file=stream, width=None if stream.isatty() else _WIDTH, highlight=False, soft_wrap=False)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    console(stderr=True).print(Text(_cut(sentence, _LONGEST_SENTENCE), style="red"), soft_wrap=True)


def remark(sentence: str) -> None:
    """One sentence on stderr that is no failure."""
    console(stderr=True).print(Text(_cut(sentence, _LONGEST_SENTENCE), style="yellow"), soft_wrap=True)


def say(sentence: str) -> None:
    """One sentence on stdout."""
    console().print(Text(_cut(sentence, _LONGEST_SENTENCE)), soft_wrap=True)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON holds anything
    """Turn values of the domain into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (*(field.name for field in dataclasses.fields(value)), *getattr(value, "TOLD", ()))
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def emit(value: object) -> None:
    """Write JSON to stdout, at once: amounts as strings, times in ISO 8601."""
    text = canonical.dumps(plain(value)).decode()
    spelled = json.dumps(json.loads(text, parse_float=float), indent=2, ensure_ascii=False)
    sys.stdout.write(harmless_json(spelled) + "\n")
    sys.stdout.flush()


def document(payload: object, *, indent: int = 2) -> Text:
    """A document as JSON for a person: what a terminal must not see is escaped, so that it stays the same JSON."""
    spelled = json.dumps(json.loads(canonical.dumps(payload)), indent=indent, ensure_ascii=False)
    return JSONHighlighter()(harmless_json(spelled))


def local(moment: dt.datetime | None) -> str:
    """A moment in the local zone with its offset from UTC: ``2026-11-20 14:05:09+01:00``."""
    return "" if moment is None else moment.astimezone().isoformat(sep=" ", timespec="seconds")


def cell(value: object) -> Text:
    """One value as a table shows it."""
    if value is None or value == "":
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, dt.datetime):
        return Text(local(value))
    text = str(value)
    return Text(_cut(text, _LONGEST), style=_COLOURS.get(text, ""))


def table(rows: Iterable[Sequence[object]], headings: str, *, nothing: str = "Nothing to show.") -> None:
    """Print a table, or the sentence for none. ``headings`` are separated by ``|``."""
    body = [[cell(value) for value in row] for row in rows]
    if not body:
        say(nothing)
        return
    out = console()
    names = [name.strip() for name in headings.split("|")]
    columns = [[row[place].plain for row in body] for place in range(len(names))]
    room = out.width - _BORDER * len(names) - 1
    wide = widths([[name, *column] for name, column in zip(names, columns, strict=True)], room)
    grid = Table(header_style="bold", expand=False, padding=(0, 1))
    for name, column, width in zip(names, columns, wide, strict=True):
        grid.add_column(name, overflow="fold", justify="right" if _numbers(column) else "left", width=width)
    for row in body:
        grid.add_row(*row)
    out.print(grid)


def _numbers(column: list[str]) -> bool:
    digits = [text.lstrip("-").isdigit() for text in column if text != "-"]
    return bool(digits) and all(digits)


def facts(pairs: Mapping[str, object]) -> None:
    """Print name and value, one a line."""
    grid = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs.items():
        grid.add_row(name, cell(value))
    console().print(grid)
