"""Merging what a connection overrides into our names, with one sentence for every name we do not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from connector.domain.errors import ConfigurationError

#: where an overridden name comes from
THIS_CONNECTION = "this connection"
#: parts that may be left out with null; everything else in a section must stay
_OPTIONAL = frozenset(["detail", "remit_to"])
_NEEDED = frozenset(["fields", "lines", "paths", "lookup"])
_OPERATOR = re.compile(r"[a-z]+")


def merged(ours: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return our tree with the overrides in it; raises ConfigurationError that lists every mistake."""
    mistakes: list[str] = []
    tree = _section(ours, overrides, ("entities",), mistakes)
    if mistakes:
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
    return tree


def _section(ours: Mapping[str, Any], overrides: object, path: tuple[str, ...], mistakes: list[str]) -> dict[str, Any]:
    if not isinstance(overrides, Mapping):
        mistakes.append(f"{_at(path)} should be a set of names, but it is {_seen(overrides)}.")
        return dict(ours)
    tree = dict(ours)
    for key, value in overrides.items():
        if key not in ours:
            mistakes.append(_unknown(path, str(key), ours))
        else:
            tree[key] = _value(ours[key], value, (*path, str(key)), mistakes)
    return tree


def _value(ours: object, value: object, path: tuple[str, ...], mistakes: list[str]) -> object:
    last = path[-1]
    if last == "modified_operator":
        return _operator(value, path, mistakes)
    if ours is None or _is_leaf(ours):
        return _leaf(value, path, mistakes)
    if value is None and last in _OPTIONAL:
        return None
    if value is None and (last in _NEEDED or len(path) == len(("entities", "suppliers"))):
        mistakes.append(f"{_at(path)} cannot be left out; name only what differs.")
        return ours
    assert isinstance(ours, Mapping)  # noqa: S101 - our file has only sections and leaves
    return _section(ours, value, path, mistakes)


def _is_leaf(node: object) -> bool:
    return isinstance(node, Mapping) and set(node) == {"name", "basis"} and isinstance(node["name"], str)


def _leaf(value: object, path: tuple[str, ...], mistakes: list[str]) -> object:
    if value is None:
        if path[1] in ("paths", "lookup"):
            mistakes.append(f"{_at(path)} cannot be left out; give the name this instance uses.")
        return None
    if isinstance(value, Mapping):
        unknown = [str(key) for key in value if key not in ("name", "basis")]
        mistakes.extend(_unknown(path, key, ("name", "basis")) for key in unknown)
        value = value.get("name")
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        mistakes.append(f"{_at(path)} should be a name as text or null, but it is {_seen(value)}.")
        return None
    return {"name": value.strip(), "basis": THIS_CONNECTION}


def _operator(value: object, path: tuple[str, ...], mistakes: list[str]) -> str | None:
    if value is None or (isinstance(value, str) and _OPERATOR.fullmatch(value)):
        return value
    mistakes.append(
        f"{_at(path)} should be the filter operator of the instance in small letters (for instance ge) or null, "
        f"but it is {_seen(value)}."
    )
    return None


def _unknown(path: tuple[str, ...], key: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    names = sorted(known)
    near = get_close_matches(key, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{_at(path)} has no {key!r}.{hint} Valid: {', '.join(names)}."


def _at(path: tuple[str, ...]) -> str:
    return ".".join(path)


def _seen(value: object) -> str:
    if value is None:
        return "empty"
    shown = str(value)
    return repr(shown if len(shown) <= 40 else shown[:40] + "...")  # noqa: PLR2004 - as much as fits a sentence
