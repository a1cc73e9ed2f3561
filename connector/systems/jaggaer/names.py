"""The names of paths, lists and fields of one connection: our ``entities.yaml`` with its overrides laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.reading import names
from connector.systems.jaggaer import shapes

if TYPE_CHECKING:
    from connector.reading.names import NamePath, Tree

#: what may be left out with null: the search then reads everything, the body goes without the field
_OPTIONAL = frozenset({"filter", "field_filter", "supplier_filter"})
_OPTIONAL_PARTS = frozenset({"body", "line", "constants"})
_OPTIONAL_PLACES = frozenset({("invoices", "accounting", "index")})


class Names(names.Names):
    """Looks names up by where they stand in the file: ``names("companies", "path")``."""

    def __init__(self, overrides: Tree) -> None:
        super().__init__(__package__, overrides, optional=_optional)
        shapes.check(self.tree)


def _optional(place: NamePath) -> bool:
    return place[-1] in _OPTIONAL or bool(_OPTIONAL_PARTS & set(place)) or place in _OPTIONAL_PLACES
