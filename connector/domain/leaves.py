"""The single fields of a document, each by its path: ``lines.2.account`` is the account of the second line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: for a field that is not there
ABSENT: Any = None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field that two documents have otherwise; ``ABSENT`` where one of them does not have it."""

    path: str
    before: Any
    after: Any


def leaves(document: object, path: str = "") -> dict[str, Any]:
    """Every field by its path; an empty list or object in it is a field, too. Positions count from 1."""
    if isinstance(document, Mapping) and document:
        parts = ((str(name), value) for name, value in document.items())
    elif isinstance(document, (list, tuple)) and document:
        parts = ((str(place), value) for place, value in enumerate(document, start=1))
    else:
        return {path: document} if path else {}
    below = f"{path}." if path else ""
    return {name: leaf for step, value in parts for name, leaf in leaves(value, below + step).items()}


def differences(before: object, after: object) -> list[Difference]:
    """What differs between two documents, in the order of the first, then what only the second has."""
    old, new = leaves(before), leaves(after)
    return [
        Difference(path=path, before=old.get(path, ABSENT), after=new.get(path, ABSENT))
        for path in dict.fromkeys([*old, *new])
        if old.get(path, ABSENT) != new.get(path, ABSENT)
    ]


def pattern(path: str) -> str:
    """The path without positions: of every line's account ``lines.*.account``."""
    return ".".join("*" if step.isdecimal() else step for step in path.split("."))


def replaced(document: Any, path: str, value: object) -> Any:  # noqa: ANN401 - JSON holds anything
    """A copy with another value in one field; raises KeyError where no object or list could hold such a field."""
    if isinstance(document, Mapping):
        if path in document or "." not in path:
            return {**document, path: value}
        for name in sorted(document, key=len, reverse=True):
            if path.startswith(f"{name}."):
                return {**document, name: replaced(document[name], path[len(name) + 1 :], value)}
    elif isinstance(document, (list, tuple)):
        step, _, rest = path.partition(".")
        if step.isdecimal() and 1 <= int(step) <= len(document):
            place = int(step) - 1
            changed = replaced(document[place], rest, value) if rest else value
            return [*document[:place], changed, *document[place + 1 :]]
    raise KeyError(path)
