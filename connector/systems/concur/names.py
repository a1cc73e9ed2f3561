"""The names of paths and fields of one connection: our ``entities.yaml`` with its overrides laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.paths import segment
from connector.reading import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.reading.names import Tree

#: what a customer may leave open, or leave out
_OPTIONAL = frozenset({"lists", "bulk"})


class Names(names.Names):
    """Looks names up by where they stand in the file: ``names("vendors", "path")``."""

    def __init__(self, overrides: Tree) -> None:
        super().__init__(__package__, overrides, optional=lambda place: bool(_OPTIONAL & set(place)))

    def __call__(self, *place: str, **filled: str) -> str:
        """Return a name, its ``{places}`` filled with values that are made safe for a path."""
        name = super().__call__(*place)
        for gap, value in filled.items():
            name = name.replace(f"{{{gap}}}", segment(value))
        return name

    def list_id(self, kind: str) -> str:
        """Return the id of the list that holds accounts, cost centres or projects; raises ConfigurationError."""
        known: Mapping[str, Any] = self.tree["list_items"]["lists"]
        if kind not in known:
            raise ConfigurationError(f"There is no list of {kind!r} in Concur. Known: {', '.join(sorted(known))}.")
        found = names.name_of(known[kind])
        if not found:
            raise ConfigurationError(
                f"Which list of Concur holds {kind.replace('_', ' ')} is not set; `connection ping` shows the ids of "
                f"all lists: write it into entities.list_items.lists.{kind} of the connection, or disable the flow.",
            )
        return found

    def lists(self) -> dict[str, str]:
        """Return the lists that are set: kind -> id."""
        known: Mapping[str, Any] = self.tree["list_items"]["lists"]
        return {kind: found for kind, value in known.items() if (found := names.name_of(value))}
