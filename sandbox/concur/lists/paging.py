"""Pages of these services: counted from 1, a hundred rows each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.concur.lists.complaints import refusal

if TYPE_CHECKING:
    from starlette.requests import Request


def paged(request: Request, rows: list[dict[str, Any]], *, size: int) -> dict[str, Any]:
    """Return the page that was asked for."""
    asked = request.query_params.get("page", "1")
    if not asked.isdecimal() or int(asked) < 1:
        raise refusal(request, 400, "page is a number from 1.")
    number, pages = int(asked), max(1, -(-len(rows) // size))
    links = [{"rel": "self", "href": str(request.url)}]
    if number < pages:
        links.append({"rel": "next", "href": str(request.url.include_query_params(page=number + 1))})
    return {
        "content": rows[(number - 1) * size : number * size],
        "links": links,
        "page": {"number": number, "size": size, "totalElements": len(rows), "totalPages": pages},
    }
