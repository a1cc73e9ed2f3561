"""What a source lists twice in one run, with different content: the first of each counts, and the run warns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: keys that are named in the warning
_NAMED = 5


class ListedTwice:
    """The keys of one run, in the order in which they came."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Begin with those that earlier slices of the run found."""
        self.keys = list(keys)

    def note(self, keys: Iterable[str]) -> None:
        """These were listed again, with other content."""
        self.keys += (key for key in keys if key not in self.keys)

    def warning(self, connection: str, entity: str) -> str:
        """Say so; empty without any."""
        if not self.keys:
            return ""
        named = ", ".join(self.keys[:_NAMED]) + (" and others" if len(self.keys) > _NAMED else "")
        return (
            f"{connection} listed {len(self.keys)} {entity} twice with different content, and the first of each "
            f"counts: {named}."
        )
