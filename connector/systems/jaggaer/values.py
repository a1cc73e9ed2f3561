"""JAGGAER's ways of writing values, read without believing any of them.

Booleans are text, what is absent is left out instead of null, lists have wrappers, and numbers may come as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def at(document: object, path: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Follow a dotted path; None as soon as something on it is absent."""
    for step in path.split("."):
        if not isinstance(document, Mapping):
            return None
        document = document.get(step)
    return document


def rows(document: object, path: str) -> list[Any]:
    """A list in its wrappers. No wrapper, an empty one, or null is an empty list; a single bare object is one row."""
    found = at(document, path)
    match found:
        case None:
            return []
        case list():
            return found
        case Mapping():
            return [found] if found else []
        case _:
            return []


def is_listed(document: object, path: str) -> bool:
    """Whether a list is there in its wrappers, however many rows it has; null is a list without rows."""
    outer, _, last = path.rpartition(".")
    wrapper = at(document, outer) if outer else document
    if outer and wrapper in ({}, None):
        return is_listed(document, outer)
    return isinstance(wrapper, Mapping) and last in wrapper and isinstance(wrapper[last], list | Mapping | None)


def wrapped(path: str, document: object) -> Any:  # noqa: ANN401 - JSON is anything
    """The opposite of ``at``: put a document into its wrappers."""
    for step in reversed(path.split(".")):
        document = {step: document}
    return document


def text(value: object) -> str:
    """A code or number as text, without the white space around it; empty when it is absent."""
    match value:
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return format(value, "f") if isinstance(value, Decimal) else str(value)
        case _:
            return ""


def number(value: object) -> Decimal | None:
    """A number written as number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def whole(value: object) -> int | None:
    """A whole number written as number or as text; None for anything else."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def same_word(left: object, right: object) -> bool:
    """Whether two status words are the same: "In Process" is "InProcess"."""
    return _folded(left) == _folded(right)


def _folded(value: object) -> str:
    return "".join(text(value).split()).casefold()
