"""Lists and documents in JAGGAER's wrappers: ``{"purchaseOrderList": {"purchaseOrder": [...]}}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.reading.values import at


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
