"""Calls of the API, made of the arguments of an operation and turned into what it returns."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any, TypeVar

from workers.cli.reaching.places import FLOWS, part
from workers.cli.reaching.revived import all_revived, revived
from workers.output import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from workers.cli.reaching.http import Server

T = TypeVar("T")


def call(method: str, path: str, told: Callable[[Any], T]) -> Callable[..., T]:
    """A call whose path has some of the arguments in braces, and which sends the others under their own names."""
    named = {name for _, name, *_ in Formatter().parse(path) if name}

    def ask(server: Server, **given: Any) -> T:  # noqa: ANN401 - of any operation
        place = path.format(**{name: given[name] if name in FLOWS else part(given[name]) for name in named})
        sent = {name: plain(value) for name, value in given.items() if name not in named}
        if method == "GET":
            return told(server.get(place, **sent))
        return told(server.change(method, place, sent or None))

    return ask


def one(kind: type[T]) -> Callable[[Any], T]:
    """The answer as one of this class."""
    return lambda told: revived(kind, told)


def items(kind: type[T]) -> Callable[[Any], list[T]]:
    """A list that comes whole, as several of this class."""
    return lambda told: all_revived(kind, told["items"])


def field(name: str) -> Callable[[Any], Any]:
    """One field of the answer."""
    return lambda told: told[name]


def nothing(_: object) -> None:
    """It is done, and there is nothing to say of it."""
