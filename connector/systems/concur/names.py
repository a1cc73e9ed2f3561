"""The names of paths and fields of one connection: our ``names.yaml`` with its overrides laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.paths import segment
from connector.reading import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: what a customer may leave open, or leave out
_OPTIONAL = frozenset({"lists", "bulk"})


class Names:
    """Looks names up by where they stand in the file: ``names("vendors", "path")``."""

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        self._tree = names.merged(__package__, overrides)
        for path, value in _leaves(self._tree, ()):
            if value is None and not _OPTIONAL & set(path):
                raise ConfigurationError(f"entities.{'.'.join(path)} cannot be left out; give it a name.")

    def __call__(self, *path: str, **filled: str) -> str:
        """A name that is always there, its ``{places}`` filled with values that are made safe for a path."""
        name = names.name_of(self._at(path)) or ""
        for place, value in filled.items():
            name = name.replace(f"{{{place}}}", segment(value))
        return name

    def list_id(self, kind: str) -> str:
        """The id of the list that holds accounts, cost centres or projects; raises ConfigurationError without one."""
        known: Mapping[str, Any] = self._tree["list_items"]["lists"]
        if kind not in known:
            raise ConfigurationError(f"There is no list of {kind!r} in Concur. Known: {', '.join(sorted(known))}.")
        found = names.name_of(known[kind])
        if not found:
            raise ConfigurationError(
                f"Which list of Concur holds {kind.replace('_', ' ')} is not set; `connection ping` shows the ids of "
                f"all lists: write it into names.list_items.lists.{kind} of the connection, or disable the flow.",
            )
        return found

    def lists(self) -> dict[str, str]:
        """The lists that are set: kind -> id."""
        known: Mapping[str, Any] = self._tree["list_items"]["lists"]
        return {kind: found for kind, value in known.items() if (found := names.name_of(value))}

    def words(self, *path: str) -> tuple[str, ...]:
        """A list of phrases."""
        return tuple(str(word) for word in self._at(path))

    def assumed(self, *path: str) -> bool:
        """Whether nothing public shows this name."""
        return names.basis_of(self._at(path)) is names.Basis.ASSUMED

    def _at(self, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - a place in a file
        value: Any = self._tree
        for step in path:
            value = value[step]
        return value


def _leaves(tree: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        here = (*above, key)
        if isinstance(value, dict) and "name" not in value:
            yield from _leaves(value, here)
        else:
            yield here, value
