"""The names of one connection: our ``entities.yaml`` with its overrides laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.reading import names

if TYPE_CHECKING:
    from connector.reading.names import NamePath, Tree


class Names(names.Names):
    """Looks names up by where they stand in the file: ``names("doctype", "orders")``."""

    def __init__(self, overrides: Tree) -> None:
        super().__init__(__package__, overrides, optional=_optional)


def _optional(place: NamePath) -> bool:
    return place[0] == "extrinsics"
