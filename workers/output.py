"""What the operator sees: tables for people, JSON for machines, sentences on stderr."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.domain import canonical
from connector.domain.harmless import harmless, harmless_json
from connector.domain.length import LONGEST_SENTENCE, cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

__all__ = ["Json", "choice", "complain", "console", "emit", "facts", "plain", "remark", "say", "table"]

#: the option every command has
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, nothing else.")]


def choice(names: Sequence[str]) -> str:
    """Several names of which one is to be given: ``concur, jaggaer or qad``."""
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def console(*, stderr: bool = False) -> Console:
    """A console on the streams as they are now."""
    from workers import screen  # noqa: PLC0415 - for those who draw

    return screen.console(stderr=stderr)


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    from workers import screen  # noqa: PLC0415 - for those who complain

    screen.sentence(sentence, "red")


def remark(sentence: str) -> None:
    """One sentence on stderr that is no failure."""
    from workers import screen  # noqa: PLC0415 - likewise

    screen.sentence(sentence, "yellow")


def say(sentence: str) -> None:
    """One sentence on stdout, at once; it has no colour, so nothing is loaded to draw it."""
    sys.stdout.write(harmless(cut(sentence, LONGEST_SENTENCE)).expandtabs() + "\n")
    sys.stdout.flush()


def table(rows: Iterable[Sequence[object]], headings: str, *, nothing: str = "Nothing to show.") -> None:
    """Print a table, or the sentence for none. ``headings`` are separated by ``|``."""
    body = list(rows)
    if not body:
        say(nothing)
        return
    from workers import screen  # noqa: PLC0415 - for those who draw

    screen.table(body, headings)


def facts(pairs: Mapping[str, object]) -> None:
    """Print name and value, one a line."""
    from workers import screen  # noqa: PLC0415 - likewise

    screen.facts(pairs)


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
