"""Documents in the order they came, found by key in no time, and a count of changes for whoever derives from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Collection(Generic[T]):
    """An ordered collection in which a document is replaced in place and never removed."""

    def __init__(self) -> None:
        self.documents: list[T] = []
        #: the place of every put, in order; its length counts the changes
        self.log: list[int] = []
        self._places: dict[str, int] = {}

    def put(self, key: str, document: T) -> None:
        """Add the document, or replace the one that has this key."""
        place = self._places.setdefault(key, len(self.documents))
        if place == len(self.documents):
            self.documents.append(document)
        else:
            self.documents[place] = document
        self.log.append(place)

    @property
    def version(self) -> int:
        """How often something changed."""
        return len(self.log)

    def get(self, key: str) -> T | None:
        """Return the document, or None."""
        place = self._places.get(key)
        return None if place is None else self.documents[place]

    def place(self, key: str) -> int | None:
        """Return where the document stands, whatever the case of the key; it stays there for ever."""
        place = self._places.get(key)
        return self._places.get(key.upper()) if place is None else place

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[T]:
        return iter(self.documents)
