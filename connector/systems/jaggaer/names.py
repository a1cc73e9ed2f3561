"""The names of paths, lists and fields of one connection: our ``names.yaml`` with its overrides laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.reading import names
from connector.systems.jaggaer import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENTITIES = ("companies", "account_values", "orders", "invoices", "payment_status")
#: what may be left out with null: the search then reads everything, the body goes without the field
_OPTIONAL = frozenset({"filter", "field_filter", "supplier_filter"})
_OPTIONAL_PARTS = frozenset({"body", "line", "constants"})
_OPTIONAL_PATHS = frozenset({("invoices", "accounting", "index")})


class Names:
    """Looks names up by where they stand in the file: ``names("companies", "path")``."""

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        self._tree = names.merged(__package__, overrides)
        for path, value in _leaves(self._tree, ()):
            optional = path[-1] in _OPTIONAL or _OPTIONAL_PARTS & set(path) or path in _OPTIONAL_PATHS
            if value is None and not optional:
                raise ConfigurationError(f"entities.{'.'.join(path)} cannot be left out; give it a name.")
        shapes.check(self._tree)

    def __call__(self, *path: str) -> str:
        """A name that is always there."""
        return self.maybe(*path) or ""

    def maybe(self, *path: str) -> str | None:
        """A name, or None when the connection leaves it out."""
        return names.name_of(self._at(path))

    def renames(self, *path: str) -> dict[str, str | None]:
        """Our body field -> the tenant's name for it, None to leave it out."""
        return {field: names.name_of(value) for field, value in self._at(path).items()}

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
