"""The API description some instances serve and others do not. That it stands at api/swagger.json is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.qad.tenant import CONTEXT, route
from sandbox.qad.wire import Json, RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.qad.tenant import Served, Tenant


def description(tenant: Tenant, base_url: str, served: Sequence[Served]) -> Served:
    """Serve an OpenAPI document of ``served`` when the option says so."""

    async def read(_: Request) -> Response:
        if not tenant.options.swagger:
            raise RefusalError(404, {"errors": ["Not found"]})
        return Json(_document(base_url, served))

    return route(tenant, "/api/swagger.json", get=read)


def _document(base_url: str, served: Sequence[Served]) -> Mapping[str, Any]:
    answers = {"200": {"description": "OK"}}
    return {
        "openapi": "3.0.1",
        "info": {"title": "Adaptive ERP (sandbox)", "version": "1.0"},
        "servers": [{"url": base_url + CONTEXT}],
        "paths": {one.path: {method: {"responses": answers} for method in one.methods} for one in served},
    }
