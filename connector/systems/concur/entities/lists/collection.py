"""What a list of Concur holds: items below items (documented). A list with one level has them all at its top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.domain.errors import SourceLies
from connector.reading import values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from connector.systems.concur.client import ConcurClient, Reply
    from connector.systems.concur.entities.lists.spots import Spot
    from connector.systems.concur.names import Names

LISTED = "content"
_MOST_PAGES = 1000

Item = Mapping[str, Any]


class ItemCollection:
    """Reads lists, and remembers what it read: one is made for each batch of writes, and for each question."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names
        self._levels: dict[tuple[str, tuple[str, ...]], Mapping[str, Item]] = {}
        self._known: dict[tuple[str, tuple[str, ...]], Item | None] = {}

    def item(self, spot: Spot) -> Item | None:
        """The item with this code at this place; None when there is none, or nothing above it."""
        return self._at(spot.list_id, spot.parents, spot.short_code)

    def above(self, spot: Spot) -> Item | None:
        """The item directly above this place; None when there is none."""
        return self._item_of(spot.list_id, spot.parents) if spot.parents else None

    def missing_above(self, spot: Spot) -> bool:
        """Whether this place hangs in the air."""
        return bool(spot.parents) and self.above(spot) is None

    def everything(self, list_id: str) -> Iterator[tuple[tuple[str, ...], Item]]:
        """Every item of a list that is not deleted, behind those it stands below, with the codes on the way to it."""
        levels: list[tuple[tuple[str, ...], str]] = [((), self._names("list_items", "children", list=list_id))]
        while levels:
            above, path = levels.pop()
            for item in self._pages_of(path, {}):
                if values.flag(item.get("isDeleted")):
                    continue
                place = (*above, values.text(item.get("shortCode")))
                yield place, item
                if any(values.flag(one.get("hasChildren")) for one in values.rows(item.get("lists"))):
                    levels.append((place, self._names("list_items", "below", list=list_id, item=id_of(item))))

    def read(self, list_id: str, parents: tuple[str, ...], codes: Collection[str]) -> None:
        """Read a whole level, unless asking for each of these codes alone takes fewer requests."""
        path = self._children_of(list_id, parents)
        if path is None or (list_id, parents) in self._levels:
            return
        first = self._client.get(path, {"page": "1"})
        if _pages(first) - 1 > len(codes):
            return
        rows = [*first.rows(LISTED), *(row for page in range(2, _pages(first) + 1) for row in self._page(path, page))]
        there = [row for row in rows if not values.flag(row.get("isDeleted"))]
        self._levels[list_id, parents] = {values.text(row.get("shortCode")): row for row in there}

    def _item_of(self, list_id: str, path: tuple[str, ...]) -> Item | None:
        if (list_id, path) not in self._known:
            self._known[list_id, path] = self._at(list_id, path[:-1], path[-1])
        return self._known[list_id, path]

    def _at(self, list_id: str, parents: tuple[str, ...], code: str) -> Item | None:
        if (list_id, parents) in self._levels:
            return self._levels[list_id, parents].get(code)
        path = self._children_of(list_id, parents)
        if path is None:
            return None
        return next((item for item in self._listed(path, code) if _is(item, code)), None)

    def _children_of(self, list_id: str, parents: tuple[str, ...]) -> str | None:
        if not parents:
            return self._names("list_items", "children", list=list_id)
        above = self._item_of(list_id, parents)
        return None if above is None else self._names("list_items", "below", list=list_id, item=id_of(above))

    def _listed(self, path: str, code: str) -> Iterator[Item]:
        """What the filter finds: it may not be heeded."""
        return self._pages_of(path, {"shortCode": code})

    def _pages_of(self, path: str, wanted: Mapping[str, str]) -> Iterator[Item]:
        for page in range(1, _MOST_PAGES + 1):
            reply = self._client.get(path, {**wanted, "page": str(page)})
            rows = reply.rows(LISTED)
            yield from rows
            if not rows or page >= _pages(reply):
                return
        raise SourceLies(f"Concur's list at /{path} did not end after {_MOST_PAGES} pages.")

    def _page(self, path: str, page: int) -> list[Item]:
        return self._client.get(path, {"page": str(page)}).rows(LISTED)


def id_of(item: Item) -> str:
    """The id by which Concur changes and deletes an item; every one has one (documented)."""
    found = values.text(item.get("id"))
    if not found:
        raise SourceLies(f"Concur lists {values.line(item.get('shortCode'))} in one of its lists without an id.")
    return found


def _is(item: Item, code: str) -> bool:
    return values.text(item.get("shortCode")) == code and not values.flag(item.get("isDeleted"))


def _pages(reply: Reply) -> int:
    return values.whole(values.at(reply.body, "page.totalPages")) or 1
