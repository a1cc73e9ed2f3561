"""Style sheet, script and icon: files of this package, served under addresses that change with their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response

from connector.console.serving.headers import FOR_EVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

PLACE = "/static/{digest}/{name}"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, kw_only=True)
class File:
    """One of them."""

    address: str
    content: bytes
    media_type: str


def load() -> Mapping[str, File]:
    """All of them, by name."""
    found = {}
    for one in files("connector.console").joinpath("static").iterdir():
        content, kind = one.read_bytes(), one.name.rpartition(".")[2]
        if kind in _TYPES:
            address = PLACE.format(digest=hashlib.sha256(content).hexdigest()[:16], name=one.name)
            found[one.name] = File(address=address, content=content, media_type=_TYPES[kind])
    return found


def answer(known: Mapping[str, File], request: Request) -> Response:
    """Serve one; an address of another release is none."""
    file = known.get(request.path_params["name"])
    if file is None or file.address != request.url.path:
        return Response("There is no such file.\n", status_code=404, media_type="text/plain", headers={})
    return Response(file.content, media_type=file.media_type, headers=FOR_EVER)
