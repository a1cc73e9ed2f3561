"""Commands known by name and sentence, loaded when they are typed; of a group only the one that is typed is made."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer.core import TyperCommand

from workers.loading import loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Commands(Mapping[str, Any]):
    """Commands by name; each is made when it is looked at."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - typer keeps its classes to itself
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class Later(NamedTuple):
    """A command, or a group of them: where it stands as ``module:name``, and the first sentence of its help."""

    place: str
    sentence: str

    def load(self, name: str) -> Any:  # noqa: ANN401 - likewise
        """Import it; returns what the command line runs."""
        module, _, attribute = self.place.partition(":")
        with loading():  # as what stands at the top of a process: never searched for garbage
            found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return _group(found, name)
        around = _around()
        around.command(name)(found)
        return _only(around)

    def short(self, most: int) -> str:
        """Return the sentence as a list of commands shows it, in so many characters."""
        return TyperCommand(None, help=self.sentence, rich_markup_mode=None).get_short_help_str(most)


def _around() -> typer.Typer:
    around = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    around.callback()(lambda: None)  # makes it a group, whose one member has its name
    return around


def _only(around: typer.Typer) -> Any:  # noqa: ANN401 - likewise
    group: Any = typer.main.get_command(around)
    (command,) = group.commands.values()
    return command


def _group(found: typer.Typer, name: str) -> Any:  # noqa: ANN401 - likewise
    """A group that has its commands and groups by name, and makes of them what is typed."""
    commands = {_name(command): partial(_command, command) for command in found.registered_commands}
    inner: dict[str, Any] = {str(info.name): info.typer_instance for info in found.registered_groups}
    groups = {each: partial(_group, group, each) for each, group in inner.items()}
    empty, around = copy(found), _around()
    empty.registered_commands, empty.registered_groups = [], []
    around.add_typer(empty, name=name)
    group = _only(around)
    group.commands = Commands({**commands, **groups})
    return group


def _name(command: Any) -> str:  # noqa: ANN401 - likewise
    return str(command.name or typer.main.get_command_name(command.callback.__name__))


def _command(command: Any) -> Any:  # noqa: ANN401 - likewise
    around = _around()
    around.registered_commands.append(command)
    return _only(around)
