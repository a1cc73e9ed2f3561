"""``GET api/qracore/browses``: silent about everything it cannot find, and on request a liar about pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad.reading.browse import Browse, Filter
from sandbox.qad.reading.columns import BROWSES, LOOKUP, SHAPES
from sandbox.qad.reading.session import formatted
from sandbox.qad.tenant import route, workspace
from sandbox.qad.wire import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.qad.books import Books
    from sandbox.qad.collection import Collection
    from sandbox.qad.tenant import Served, Tenant

_PAGE_ACTIONS: Final = frozenset({"first", "next", "prev", "last"})


class Browses:
    """All browses of one instance."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._browses = {name: _browses(books) for name, books in tenant.ledgers.items()}

    def ids(self) -> Mapping[str, str]:
        """Return which entity each browse id of this instance shows."""
        renamed = self._tenant.options.renamed
        return {renamed.get(entity, browse_id): entity for entity, browse_id in BROWSES.items()}

    def route(self) -> Served:
        """Serve them."""
        return route(self._tenant, "/api/qracore/browses", get=self._read)

    async def _read(self, request: Request) -> Response:
        asked = request.query_params
        number, size = _whole(asked.get("page")), _whole(asked.get("pageSize"))
        filters = asked.getlist("filter")
        browse_id = asked.get("browseId", "")
        if number is None or size is None or asked.get("pageAction") not in _PAGE_ACTIONS or len(filters) > 1:
            return _rows([])
        wanted = Filter.parse(filters[0]) if filters else None
        if filters and wanted is None:
            return _rows([])
        if browse_id == LOOKUP:
            return _rows(self._fields(wanted)[(number - 1) * size : number * size])
        entity = self.ids().get(browse_id)
        if entity is None:
            return _rows([])
        self._tenant.permit(entity)
        first, count = _page(self._tenant.options.paging, number, size)
        browse = self._browses[workspace(request)][entity]
        rows = browse.rows(first, count) if wanted is None else browse.filtered(wanted, first, count)
        return _rows(formatted(rows, self._tenant.options))

    def _fields(self, wanted: Filter | None) -> list[str]:
        """List the fields of the browse the filter names. The columns of this list are assumed."""
        entity = self.ids().get(wanted.value) if wanted and wanted.field == "browseURI" else None
        if wanted is None or entity is None:
            return []
        return [
            json.dumps({"browseURI": wanted.value, "field": name, "label": name.partition(".")[2], "sequence": place})
            for place, name in enumerate(SHAPES[entity].names, start=1)
        ]


def collections(books: Books) -> Mapping[str, Collection[Any]]:
    """Return the documents of each entity that can be read."""
    return {
        "suppliers": books.suppliers,
        "accounts": books.accounts,
        "orders": books.orders,
        "invoices": books.invoices,
        "payments": books.settled,
        "cost_objects": books.cost_objects,
        "receipts": books.deliveries,
        "expense_payments": books.reimbursed,
        "supplier_invoices": books.invoices,
        "journal_entries": books.entries,
    }


def _browses(books: Books) -> dict[str, Browse]:
    return {entity: Browse(shape=SHAPES[entity], collection=held) for entity, held in collections(books).items()}


def _page(paging: str, number: int, size: int) -> tuple[int, int]:
    """First row and number of rows of a page, as honestly as the option says."""
    first = (number - 1) * size
    match paging:
        case "repeat":
            return 0, size
        case "short":
            return first, size - 1
        case "overlap":
            return max(0, first - 1), size
        case _:
            return first, size


def _rows(rows: list[str]) -> Json:
    return Json('{"data":[' + ",".join(rows) + "]}")


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) > 0 else None
