"""Reading what a client says about several documents at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.concur.wire import read_object, refused

if TYPE_CHECKING:
    from starlette.requests import Request


async def said(request: Request, name: str, kind: type) -> tuple[list[Any], str]:
    """Read ``{name: [...], "systemId": ""}``; both must be there, and every item must be a ``kind``."""
    body = await read_object(request)
    items, system_id = body.get(name), body.get("systemId")
    if not isinstance(items, list) or not all(isinstance(one, kind) for one in items):
        what = "texts" if kind is str else "objects"
        raise refused(400, f"{name} is required and must be a list of {what}.")
    if not isinstance(system_id, str):
        raise refused(400, "systemId is required; it may be empty.")
    return items, system_id


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; anything else counts as nothing."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def now() -> str:
    """Return the moment something was said."""
    return datetime.now(UTC).isoformat()
