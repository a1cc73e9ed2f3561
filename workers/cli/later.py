"""Commands that are known by name and sentence, and loaded when they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer.core import TyperCommand

from workers.loading import loading

if TYPE_CHECKING:
    from collections.abc import Iterator


class Later(NamedTuple):
    """A command, or a group of them: where it stands as ``module:name``, and the first sentence of its help."""

    place: str
    sentence: str

    def load(self, name: str) -> Any:  # noqa: ANN401 - typer keeps its classes to itself
        """Import it; returns what the command line runs."""
        module, _, attribute = self.place.partition(":")
        with loading():  # as what stands at the top of a process: never searched for garbage
            found = getattr(import_module(module), attribute)
        around = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        around.callback()(lambda: None)  # makes it a group, whose one member has its name
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=name)
        else:
            around.command(name)(found)
        group: Any = typer.main.get_command(around)
        return group.commands[name]

    def short(self, most: int) -> str:
        """Return the sentence as a list of commands shows it, in so many characters."""
        return TyperCommand(None, help=self.sentence, rich_markup_mode=None).get_short_help_str(most)


class Commands(Mapping[str, Any]):
    """Commands by name; each is loaded when it is looked at."""

    def __init__(self, table: Mapping[str, Later]) -> None:
        self._table = table
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - likewise
        if name not in self._loaded:
            self._loaded[name] = self._table[name].load(name)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)
