"""Reading items of lists, and writing one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from sandbox.concur.lists.bodies import body_of, list_id
from sandbox.concur.lists.complaints import refusal
from sandbox.concur.lists.paging import paged
from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from sandbox.concur.lists.collection import Collection, Item
    from sandbox.concur.options import Options
    from sandbox.journal import Journal, Outcome

LONGEST_CODE = 64


@dataclass(frozen=True, kw_only=True)
class Items:
    """Items, one by one."""

    collection: Collection
    options: Callable[[], Options]
    journal: Journal

    async def top(self, request: Request) -> Response:
        """Return the first level of a list."""
        return self._children(request, self.collection.children(list_id(request, self.collection), None))

    async def below(self, request: Request) -> Response:
        """Return what is directly below an item."""
        return self._children(request, self.collection.children(None, self._item(request).item_id))

    async def create(self, request: Request) -> Response:
        """Create an item; 201."""
        body = await body_of(request)
        where = str(body.get("listId") or "")
        if where not in self.collection.lists:
            raise refusal(request, 404, "The list was not found.")
        self.refuse_read_only(request, where)
        problem, parent = self.problem(where, body), self.parent(where, body)
        self.note(where, str(body.get("shortCode") or ""), outcome_of(problem))
        if problem:
            raise refusal(request, 400, "The list item is not valid.", problem)
        item = self.collection.add(where, body["shortCode"], body["value"], parent)
        return answer(self.collection.as_json(item), status=201)

    async def read(self, request: Request) -> Response:
        """Return one item."""
        return answer(self.collection.as_json(self._item(request)))

    async def update(self, request: Request) -> Response:
        """Change code and value of an item; both are required."""
        item, body = self._item(request), await body_of(request)
        self.refuse_read_only(request, item.list_id)
        short_code, value = body.get("shortCode"), body.get("value")
        if not (isinstance(short_code, str) and isinstance(value, str) and short_code and value):
            raise refusal(request, 400, "The list item is not valid.", "shortCode and value are required.")
        self.collection.rename(item, short_code)
        item.value = value
        self.note(item.list_id, item.code, "updated")
        return answer(self.collection.as_json(item))

    async def delete(self, request: Request) -> Response:
        """Delete an item; 204. It stays, and says that it is deleted."""
        item = self._item(request)
        self.refuse_read_only(request, item.list_id)
        item.deleted = True
        self.note(item.list_id, item.code, "updated")
        return Response(status_code=204)

    def problem(self, where: str, body: Mapping[str, Any]) -> str:
        """Say why no item can be made of this; blank = it can."""
        for name in ("shortCode", "value"):
            if not isinstance(body.get(name), str) or not body[name].strip():
                return f"{name} is required."
        if len(body["shortCode"]) > LONGEST_CODE:
            return f"shortCode has at most {LONGEST_CODE} characters."
        parent = self.parent(where, body)
        if parent is None and (body.get("parentId") or body.get("parentCode")):
            return "The parent does not exist."
        there = self.collection.by_code(where, f"{parent.code}-{body['shortCode']}" if parent else body["shortCode"])
        return f"The code {there.code} is already in the list." if there is not None and not there.deleted else ""

    def parent(self, where: str, body: Mapping[str, Any]) -> Item | None:
        """Find the parent that was named by id or code."""
        by_id = self.collection.items.get(str(body.get("parentId") or ""))
        return by_id or self.collection.by_code(where, str(body.get("parentCode") or ""))

    def refuse_read_only(self, request: Request, where: str) -> None:
        """Refuse to change a list that the options call read-only."""
        if self.collection.name_of(where) in self.options().read_only_lists:
            raise refusal(request, 403, "The list is read only.")

    def note(self, where: str, code: str, outcome: Outcome) -> None:
        """Write down what was asked for; the key is the list's name and the long code."""
        self.journal.record(entity="list_items", key=f"{self.collection.name_of(where)}|{code}", outcome=outcome)

    def _item(self, request: Request) -> Item:
        item = self.collection.items.get(str(request.path_params["item_id"]).lower())
        if item is None or request.path_params.get("list_id", item.list_id).lower() != item.list_id:
            raise refusal(request, 404, "The list item was not found.")
        return item

    def _children(self, request: Request, items: list[Item]) -> Response:
        asked = request.query_params
        code, value, deleted = asked.get("shortCode"), asked.get("value"), asked.get("isDeleted")
        either = asked.get("shortCodeOrValue")
        rows = [
            self.collection.as_json(one)
            for one in items
            if code in {None, one.short_code}
            and value in {None, one.value}
            and (either is None or either in {one.short_code, one.value})
            and one.deleted == (deleted == "true")
        ]
        by = "shortCode" if asked.get("sortBy") == "shortcode" else "value"
        rows.sort(key=lambda one: (one[by], one["code"]), reverse=asked.get("sortDirection") == "desc")
        return answer(paged(request, rows, size=self.options().list_page_size))


def outcome_of(problem: str) -> Outcome:
    """Return what came of creating an item, from what was wrong with it."""
    if not problem:
        return "created"
    return "duplicate" if "already" in problem else "refused"
