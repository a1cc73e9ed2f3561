"""``GET .../transactions``: the documents that are READY, page by page, or one of them by its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.concur.financial.documents import DOC_TYPES, READY
from sandbox.concur.wire import Rendered, answer, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.financial.documents import Document, Documents
    from sandbox.concur.gate import Gate
    from sandbox.concur.options import Options

COMPANY_ID = "821001"
ENTITY_ID = "p0182842sbx1"


def doc_type(request: Request) -> str:
    """Read the document type of the path, or refuse."""
    kind = str(request.path_params["doc_type"])
    if kind not in DOC_TYPES:
        raise refused(400, f"{kind} is not a document type; there are {', '.join(DOC_TYPES)}.")
    return kind


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Reads documents; reading changes nothing but a count."""

    documents: Documents
    options: Callable[[], Options]
    gate: Gate

    async def read(self, request: Request) -> Response:
        """Return a page, or the one document that was asked for."""
        options, asked, kind = self.options(), request.query_params, doc_type(request)
        if wanted := asked.get("docId"):
            found = self._single(kind, wanted, any_status=asked.get("ignoreDocumentStatus", "no").lower() == "yes")
            if found is not None and asked.get("systemId", found.erp_system_id) != found.erp_system_id:
                found = None
            return answer({"links": [], "content": [self._shown(request, one) for one in filter(None, [found])]})
        page, limit = _whole(asked.get("page", "0")), _whole(asked.get("limit", "25"))
        size = max(1, min(limit, options.most_per_page))
        listed, total = self.documents.ready(kind, system_id=asked.get("systemId"), skip=page * size, count=size)
        pages = -(-total // size)
        where = f"{self.gate.geolocation(request)}{request.url.path}"
        return answer(
            {
                "links": _links(where, page=page, size=size, pages=pages),
                "content": [self._shown(request, one) for one in listed],
                "page": {
                    "size": size,
                    "totalElements": max(0, total + options.extra_elements),
                    "totalPages": pages,
                    "number": page,
                },
            }
        )

    def _single(self, kind: str, wanted: str, *, any_status: bool) -> Document | None:
        found = self.documents.get(wanted)
        if found is None or found.doc_type != kind:
            return None
        return found if any_status or found.status == READY else None

    def _shown(self, request: Request, document: Document) -> dict[str, Any]:
        document.fetched += 1
        options = self.options()
        nothing = None if options.null_fields else ""
        form = options.document_as or request.headers.get("DocumentFormatAs", "json").lower()
        return {
            "id": document.doc_id,
            "docType": document.doc_type,
            "companyId": COMPANY_ID,
            "entityId": ENTITY_ID,
            "companyUuid": options.company_uuid,
            "erpSystemId": document.erp_system_id or nothing,
            "document": document.text if form == "text" else Rendered(document.text),
            "docStatus": document.status,
            "links": [],
        }


def _links(where: str, *, page: int, size: int, pages: int) -> list[dict[str, str]]:
    last = max(0, pages - 1)
    places = {"first": 0, "prev": page - 1, "self": page, "next": page + 1, "last": last}
    if page == 0:
        del places["prev"]
    if page >= last:
        del places["next"]
    return [{"rel": rel, "href": f"{where}?limit={size}&page={number}&size={size}"} for rel, number in places.items()]


def _whole(given: str) -> int:
    if not given.isdecimal():
        raise refused(400, f"page and limit are whole numbers, not {given!r}.")
    return int(given)
