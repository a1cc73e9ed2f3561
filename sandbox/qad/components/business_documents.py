"""``api/bdoc/{company}/{app}/{Entity}``: what customers build for integrations; an array in, 201 out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sandbox.qad.tenant import route
from sandbox.qad.wire import Json, bare, encode, json_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.journal import Outcome
    from sandbox.qad.tenant import Served, Tenant


class BusinessDocuments:
    """Any company, app and entity: documents are kept as they come, and nothing stops one from coming twice."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def route(self) -> Served:
        """Serve them."""
        path = "/api/bdoc/{company}/{app}/{entity}"
        return route(self._tenant, path, entity="business_documents", get=self._read, post=self._save)

    async def _read(self, request: Request) -> Response:
        """Reading on the same path was seen; that it answers an array, as saving takes one, is assumed."""
        return Json(self._tenant.books.business_documents.get(_name(request), []))

    async def _save(self, request: Request) -> Response:
        name = _name(request)
        records = await json_body(request)
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise bare(400, "The request body must be an array of documents.")
        lacking = [place for place, record in enumerate(records, start=1) if not record.get("domainCode")]
        outcome: Outcome = "refused" if lacking else "created"
        for record in records:
            # No natural key is known for a customer's own document; the same content twice is the same key twice.
            digest = hashlib.sha256(encode(record).encode()).hexdigest()[:16]
            self._tenant.journal.record(entity="business_documents", key=f"{name}|{digest}", outcome=outcome)
        if lacking:
            raise bare(400, f"Field is mandatory. (domainCode) in document {lacking[0]}")
        self._tenant.books.business_documents.setdefault(name, []).extend(records)
        return Json(records, status_code=201)


def _name(request: Request) -> str:
    path = request.path_params
    return f"{path['company']}/{path['app']}/{path['entity']}"
