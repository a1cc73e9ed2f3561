"""The names a tenant may change: each system's ``entities.yaml``, with a connection's own ``entities:`` laid over it.

A name is written ``{name: ..., basis: ...}``; the basis says where we have it from. A connection overrides a name with
plain text, leaves it out with null, and cannot invent keys: a key that does not exist is refused with the nearest one.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from connector.domain.errors import ConfigurationError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Tree = Mapping[str, Any]
NamePath = tuple[str, ...]


class Basis(StrEnum):
    """How we know a name."""

    DOCUMENTED = "documented"
    SEEN_IN_CODE = "seen in code"
    ASSUMED = "assumed"
    SET = "set for this connection"


_LEAF = frozenset({"name", "basis"})
#: ten times as fast where PyYAML has libyaml; every process that starts reads these files
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def packaged(package: str) -> dict[str, Any]:
    """Read the ``entities.yaml`` that lies in a package, e.g. ``connector.systems.qad``; a copy each time."""
    return copy.deepcopy(_packaged(package))


@cache
def _packaged(package: str) -> dict[str, Any]:
    text = resources.files(package).joinpath("entities.yaml").read_text("utf-8")
    tree: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders
    return tree


def merged(package: str, overrides: Tree, *, where: str = "entities") -> dict[str, Any]:
    """Lay overrides over a package's names; what they leave alone is the same for all, and is only read.

    Raises ConfigurationError naming the path of the first key that does not exist or has a value of the wrong kind;
    ``where`` begins it.
    """
    return _merge(_packaged(package), overrides, where)


def name_of(value: object) -> str | None:
    """Read a name wherever it stands: ``{name: x, basis: y}``, plain text, or null for "left out"."""
    if isinstance(value, Mapping):
        value = value.get("name")
    return value if isinstance(value, str) else None


def basis_of(value: object) -> Basis:
    """Where a name comes from; plain text is a connection's own."""
    return Basis(value["basis"]) if isinstance(value, Mapping) and "basis" in value else Basis.SET


class Names:
    """Looks names up by where they stand in a package's file: ``names("vendors", "path")``."""

    def __init__(self, package: str, overrides: Tree, *, optional: Callable[[NamePath], bool]) -> None:
        """``optional``: whether what stands in a place may be left out. Raises ConfigurationError."""
        self.tree = merged(package, overrides)
        for place, value in _leaves(self.tree, ()):
            if value is None and not optional(place):
                raise ConfigurationError(f"entities.{'.'.join(place)} cannot be left out; give it a name.")

    def __call__(self, *place: str) -> str:
        """Return a name that is always there."""
        return self.maybe(*place) or ""

    def maybe(self, *place: str) -> str | None:
        """Return a name, or None when the connection leaves it out."""
        return name_of(self._at(place))

    def renames(self, *place: str) -> dict[str, str | None]:
        """Our field -> the tenant's name for it, None to leave it out."""
        return {field: name_of(value) for field, value in self._at(place).items()}

    def phrases(self, *place: str) -> tuple[str, ...]:
        """Return a list of phrases."""
        return tuple(str(word) for word in self._at(place))

    def assumed(self, *place: str) -> bool:
        """Whether nothing public shows this name."""
        return basis_of(self._at(place)) is Basis.ASSUMED

    def _at(self, place: NamePath) -> Any:  # noqa: ANN401 - a place in a file
        value: Any = self.tree
        for step in place:
            value = value[step]
        return value


def _leaves(tree: Tree, above: NamePath) -> Iterator[tuple[NamePath, Any]]:
    for key, value in tree.items():
        here = (*above, key)
        if isinstance(value, dict) and "name" not in value:
            yield from _leaves(value, here)
        else:
            yield here, value


def _merge(below: dict[str, Any], above: object, where: str) -> dict[str, Any]:
    if not isinstance(above, Mapping):
        raise ConfigurationError(f"{where} holds {_kind(above)} where keys are expected: {', '.join(sorted(below))}.")
    tree = dict(below)
    for key, value in above.items():
        here = f"{where}.{key}"
        if key not in below:
            hint = nearest(str(key), list(below), cutoff=0.5)
            raise ConfigurationError(f"{here} is not known.{hint} Known here: {', '.join(sorted(below))}.")
        tree[key] = _laid(below[key], value, here)
    return tree


def _laid(old: object, new: object, where: str) -> object:
    if new is None or old is None:
        return new
    if isinstance(old, dict) and old.keys() == _LEAF:
        return _named(old, new, where)
    if isinstance(old, dict):
        return _merge(old, new, where)
    if type(old) is not type(new):
        raise ConfigurationError(f"{where} must be {_kind(old)} like {old!r}, not {_kind(new)}.")
    return new


def _named(old: dict[str, Any], new: object, where: str) -> dict[str, Any]:
    name = _merge(old, new, where)["name"] if isinstance(new, Mapping) else new
    if not isinstance(name, str) or not name.strip():
        raise ConfigurationError(f"{where} must be a name like {old['name']!r}, not {_kind(name)}.")
    return {"name": name, "basis": Basis.SET.value}


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text" if value.strip() else "empty text"
        case list():
            return "a list"
        case _:
            return "keys"
