"""What elements are called at this tenant: the names of ``names``, but for those an option calls otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.qad_ee.wire import SERVICES, add, element

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lxml import etree

    from sandbox.qad.reading.shape import Cell


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """Translates names, both ways, as the option stands at that moment."""

    elements: Callable[[], Mapping[str, str]]

    def there(self, name: str) -> str:
        """Return the tenant's name."""
        return self.elements().get(name, name)

    def here(self, name: str) -> str:
        """Return our name of an element that came; one that goes by another name here is unknown."""
        for ours, theirs in self.elements().items():
            if theirs == name:
                return ours
        return f"{name} " if name in self.elements() else name

    def element(self, name: str, content: str | None = None, namespace: str = SERVICES) -> etree._Element:
        """Make an element, called as the tenant calls it."""
        return element(namespace, self.there(name), content)

    def row(
        self, table: str, fields: Iterable[tuple[str, Cell]], children: Iterable[etree._Element] = ()
    ) -> etree._Element:
        """Make a row of a table; a field without a value is absent."""
        row = self.element(table)
        add(row, ((self.there(name), value) for name, value in fields))
        row.extend(list(children))
        return row
