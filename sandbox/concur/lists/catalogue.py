"""The lists themselves: finding, making, renaming and deleting them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from sandbox.concur.lists.bodies import body_of, list_id
from sandbox.concur.lists.collection import CATEGORY_ID, List
from sandbox.concur.lists.complaints import refusal
from sandbox.concur.lists.paging import paged
from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from sandbox.concur.lists.collection import Collection
    from sandbox.concur.options import Options

_SEARCH: Final = ("TEXT", "CODE")
_FORMATS: Final = ("(CODE) TEXT", "TEXT (CODE)")


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All lists of the company; they share one category."""

    collection: Collection
    options: Callable[[], Options]

    async def read(self, request: Request) -> Response:
        """Return all lists; ``value`` narrows them to one name."""
        if request.path_params.get("category_id", CATEGORY_ID) != CATEGORY_ID:
            raise refusal(request, 404, "The category was not found.")
        wanted = request.query_params.get("value")
        rows = [self._shown(one) for one in self.collection.lists.values() if wanted in {None, one.name}]
        return answer(paged(request, rows, size=self.options().list_page_size))

    async def single(self, request: Request) -> Response:
        """Return one list."""
        return answer(self._shown(self._list(request)))

    async def create(self, request: Request) -> Response:
        """Make a list; 201."""
        made = self._filled(request, List(list_id=str(uuid.uuid4()), name=""), await body_of(request))
        self.collection.lists[made.list_id] = made
        return answer(self._shown(made), status=201)

    async def update(self, request: Request) -> Response:
        """Rename a list."""
        return answer(self._shown(self._filled(request, self._list(request), await body_of(request))))

    async def delete(self, request: Request) -> Response:
        """Delete a list; 204. Its items go with it."""
        gone = self._list(request)
        self.collection.forget(gone.list_id)
        return Response(status_code=204)

    def _list(self, request: Request) -> List:
        return self.collection.lists[list_id(request, self.collection)]

    def _filled(self, request: Request, one: List, body: Mapping[str, Any]) -> List:
        name = body.get("value")
        search, form = body.get("searchCriteria", one.search_criteria), body.get("displayFormat", one.display_format)
        if not isinstance(name, str) or not name.strip() or search not in _SEARCH or form not in _FORMATS:
            raise refusal(request, 400, "The list is not valid.", "value, searchCriteria or displayFormat is wrong.")
        one.name, one.search_criteria, one.display_format = name, search, form
        return one

    def _shown(self, one: List) -> dict[str, Any]:
        read_only = one.name in self.options().read_only_lists
        return one.as_json(levels=self.collection.levels(one.list_id), read_only=read_only)
