"""The lists this company has, and their items."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Final

#: the lists every sandbox begins with; ids and names are ours, the same in every sandbox
LISTS: Final = {
    "accounts": "aaaaaaaa-0001-4000-8000-000000000001",
    "cost_centres": "aaaaaaaa-0002-4000-8000-000000000002",
    "projects": "aaaaaaaa-0003-4000-8000-000000000003",
    "connected": "aaaaaaaa-0004-4000-8000-000000000004",
}
CATEGORY_ID: Final = "cccccccc-0001-4000-8000-000000000001"


@dataclass(kw_only=True)
class Item:
    """One value. ``code`` is the long code: those of its parents and its own, joined by dashes."""

    item_id: str
    list_id: str
    code: str
    short_code: str
    value: str
    level: int = 1
    parent_id: str | None = None
    deleted: bool = False

    def as_json(self, *, children: bool) -> dict[str, Any]:
        """Return it as the service shows it."""
        body = {
            "id": self.item_id,
            "code": self.code,
            "shortCode": self.short_code,
            "value": self.value,
            "parentId": self.parent_id,
            "level": self.level,
            "lists": [{"id": self.list_id, "hasChildren": children}],
            "isDeleted": self.deleted,
        }
        return {name: part for name, part in body.items() if part is not None}


@dataclass(kw_only=True)
class List:
    """One list."""

    list_id: str
    name: str
    search_criteria: str = "TEXT"
    display_format: str = "(CODE) TEXT"

    def as_json(self, *, levels: int, read_only: bool) -> dict[str, Any]:
        """Return it as the service shows it."""
        return {
            "id": self.list_id,
            "value": self.name,
            "category": {"value": "Custom", "id": CATEGORY_ID, "type": "Custom"},
            "levelCount": levels,
            "searchCriteria": self.search_criteria,
            "displayFormat": self.display_format,
            "isReadOnly": read_only,
            "isDeleted": False,
        }


@dataclass(kw_only=True)
class Collection:
    """All lists and items. A deleted item stays; creating it again brings it back (assumed)."""

    lists: dict[str, List] = field(
        default_factory=lambda: {one: List(list_id=one, name=name) for name, one in LISTS.items()}
    )
    items: dict[str, Item] = field(default_factory=dict)
    _by_code: dict[tuple[str, str], Item] = field(default_factory=dict)
    _with_children: set[str] = field(default_factory=set)

    def by_code(self, list_id: str, code: str) -> Item | None:
        """Find an item by its long code."""
        return self._by_code.get((list_id, code))

    def add(self, list_id: str, short_code: str, value: str, parent: Item | None) -> Item:
        """Make an item, or bring back one that was deleted."""
        code = f"{parent.code}-{short_code}" if parent else short_code
        item = self.by_code(list_id, code)
        if item is None:
            item = Item(
                item_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{list_id}/{code}")),
                list_id=list_id,
                code=code,
                short_code=short_code,
                value=value,
                level=parent.level + 1 if parent else 1,
                parent_id=parent.item_id if parent else None,
            )
            self.items[item.item_id] = self._by_code[list_id, code] = item
            if parent:
                self._with_children.add(parent.item_id)
        item.value, item.deleted = value, False
        return item

    def rename(self, item: Item, short_code: str) -> None:
        """Give an item another code."""
        del self._by_code[item.list_id, item.code]
        item.code = item.code[: len(item.code) - len(item.short_code)] + short_code
        item.short_code = short_code
        self._by_code[item.list_id, item.code] = item

    def as_json(self, item: Item) -> dict[str, Any]:
        """Return an item as the service shows it."""
        return item.as_json(children=item.item_id in self._with_children)

    def children(self, list_id: str | None, parent_id: str | None) -> list[Item]:
        """Return what is directly below an item, or at the top of a list."""
        return [
            one
            for one in self.items.values()
            if one.parent_id == parent_id and (list_id is None or one.list_id == list_id)
        ]

    def levels(self, list_id: str) -> int:
        """How deep a list is; an empty one has a level, too."""
        return max((one.level for one in self.items.values() if one.list_id == list_id), default=1)

    def forget(self, list_id: str) -> None:
        """Drop a list and its items."""
        del self.lists[list_id]
        for item in [one for one in self.items.values() if one.list_id == list_id]:
            del self.items[item.item_id], self._by_code[list_id, item.code]

    def name_of(self, list_id: str) -> str:
        """What a list is called."""
        return self.lists[list_id].name
