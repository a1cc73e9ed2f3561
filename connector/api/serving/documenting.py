"""The API's own description, as OpenAPI has it."""

from __future__ import annotations

import json
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from connector.api.serving.headers import HEADERS
from connector.api.serving.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from fastapi import FastAPI

#: under which a route says the least role that it takes
ROLE = "x-least-role"
_ABOUT = """What the pages of the console show and do, for programs.

Each request shows the token of an operator in the header `Authorization: Bearer`, and may what that token may. What
goes wrong is a problem as RFC 9457 has it, with one sentence. Lists come in pages: `next` of an answer is the `cursor`
of the next request. A change may carry an `Idempotency-Key`: sent again with the same key, it is answered as before
and not done twice. Amounts are text, so that nothing is lost of them. Fields that are not described are refused.
"""
_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Which kind of problem it is; it does not change between releases."},
        "title": {"type": "string", "description": "What the status means."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What happened and what to do, in one sentence."},
        "errors": {
            "type": "array",
            "description": "What is wrong with the request, where it was not as described.",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
    "example": {
        "type": "urn:ml-connector:problem:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no connection 'acme-qat'. Did you mean 'acme-qad'? Known: acme-j1, acme-qad.",
    },
}
_ALWAYS = (401, 403, 404, 409, 422, 429, 500, 503)
_WHEN = {
    400: "The request is no JSON.",
    401: "No token was shown, or one that is worth nothing.",
    403: "The token may not do that.",
    404: "There is nothing of that name, or no page at this cursor.",
    408: "The request took too long to arrive.",
    409: "It cannot be done as things are, or this `Idempotency-Key` is in use; `type` says which.",
    413: "The request is too long.",
    415: "The request does not say that it is JSON.",
    422: "The request is not as described, or its `Idempotency-Key` came with another one.",
    429: "Too many requests, or too many wrong tokens; `Retry-After` says when to go on.",
    500: "A mistake of ours; our log says what.",
    502: "A system was asked, and does not let us in or did not understand.",
    503: "The ledger or a system does not answer; `Retry-After` says when to try again.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A UUID of your own, new for each change and the same when you send it again. Known for 24 hours.",
    "schema": {"type": "string", "format": "uuid"},
}


def described(app: FastAPI) -> bytes:
    """All of it, as JSON."""
    found = get_openapi(
        title="ml-connector",
        version=version("ml-connector"),
        summary="Finance documents on their way, for programs.",
        description=_ABOUT,
        routes=app.routes,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    paths = {f"/api{path}": operations for path, operations in found["paths"].items()}
    for operations in paths.values():
        for method, operation in operations.items():
            _complete(method, operation)
    return json.dumps({**found, "paths": paths}, ensure_ascii=False).encode()


def _complete(method: str, operation: dict[str, Any]) -> None:
    role = operation[ROLE]
    operation["description"] = f"{operation.get('description', '')}\n\nTakes the role {role}.".strip()
    statuses = [*_ALWAYS]
    if method != "get":
        statuses += [400, 408, 413, 415, 502]
        operation.setdefault("parameters", []).append(_KEY)
    answers = operation["responses"]
    answers.pop("422", None)
    for status in sorted({*statuses, *(int(one) for one in answers if int(one) >= HTTPStatus.BAD_REQUEST)}):
        answers[str(status)] = {
            "description": _WHEN[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def response(text: bytes) -> Response:
    """As it is sent: anybody may know it."""
    return Response(text, media_type="application/json", headers=HEADERS)
