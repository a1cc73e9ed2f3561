"""The paths, elements and words of one connection: our ``entities.yaml`` with its overrides laid over it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from connector.domain.errors import ConfigurationError
from connector.reading import names
from connector.systems.jaggaer_xml.places import PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.reading.names import NamePath, Tree

_OPTIONAL: Final = frozenset({"dtd", "constants", "limits"})
_FIELDS: Final = ("body", "header", "line", "address", "accounting")
#: the elements that hold the fields, and what there is no message without
_NEEDED: Final = frozenset(
    {"element", "number", "change", "group", "set", "index", "field", "value", "line", "line_number", "country_code"}
)
_PATH: Final = re.compile(r"[\w./-]+", re.ASCII)


class Names(names.Names):
    """Looks names up by where they stand in the file: ``names("orders", "path")``."""

    def __init__(self, overrides: Tree) -> None:
        super().__init__(__package__, overrides, optional=_optional)
        for place, name in _names(self.tree, ()):
            wanted = _PATH if place[-1] in {"path", "dtd", "version"} else PLACE
            if "constants" not in place and not wanted.fullmatch(name):
                raise ConfigurationError(
                    f"entities.{'.'.join(place)} is {name!r}, which is no place in a message such as "
                    "Supplier/SupplierNumber, Address[type=remitto]/City or UserProfile/@username."
                )

    def limit(self, name: str) -> int | None:
        """How much JAGGAER keeps of a field of an order's lines; None where no limit is known."""
        found = self._at(("orders", "limits", name))
        return found if isinstance(found, int) else None


def _optional(place: NamePath) -> bool:
    section = place[1] if len(place) > 1 else ""
    return section in _OPTIONAL or (
        place[0] != "header" and section in _FIELDS and len(place) > 2 and place[2] not in _NEEDED  # noqa: PLR2004  section, part, field
    )


def _names(tree: Mapping[str, Any], above: NamePath) -> list[tuple[NamePath, str]]:
    found: list[tuple[NamePath, str]] = []
    for key, value in tree.items():
        here = (*above, key)
        if isinstance(value, dict) and "name" not in value:
            found += _names(value, here)
        elif (name := names.name_of(value)) is not None:
            found.append((here, name))
    return found
