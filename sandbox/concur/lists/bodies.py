"""Reading what these services are sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.concur.lists.complaints import refusal
from sandbox.concur.wire import loads

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.concur.lists.collection import Collection


async def body_of(request: Request) -> Mapping[str, Any]:
    """Read a JSON object, or refuse in these services' way."""
    try:
        body = loads(await request.body())
    except (ValueError, ArithmeticError, RecursionError):
        body = None
    if not isinstance(body, Mapping):
        raise refusal(request, 400, "The request body must be a JSON object.")
    return body


def list_id(request: Request, collection: Collection) -> str:
    """Read the list of the path, or refuse."""
    wanted = str(request.path_params["list_id"]).lower()
    if wanted not in collection.lists:
        raise refusal(request, 404 if _is_uuid(wanted) else 400, "The list was not found.")
    return wanted


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
