"""What a form says, and whether it is ours: a page of somebody else cannot have a browser send one."""

from __future__ import annotations

import hmac
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import ImmutableMultiDict

from connector.console.serving.answers import Said
from connector.inbound import bodies
from connector.inbound.bodies import ROOM, UnreadError, Why

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

#: the field of a form that proves it is ours
PROOF = "proof"
#: of a form, and of one that may hold a file: some ten thousands of lines
MOST_BYTES, MOST_BYTES_OF_A_FILE = 64 * 1024, 4 * 1024 * 1024
_MOST_FIELDS, _PATIENCE_SECONDS = 200, 20.0
#: of a place that a browser goes on to after its sign-in; a cookie keeps it meanwhile
_LONGEST_QUERY, _LONGEST_PLACE = 1000, 1500


def proof_for(kept: str) -> str:
    """What a form carries for a browser that keeps this: nobody else can tell it."""
    return hmac.digest(kept.encode(), b"a form of the console", "sha256").hex()


@asynccontextmanager
async def reading(request: Request, most_bytes: int = MOST_BYTES) -> AsyncIterator[ImmutableMultiDict[str, str]]:
    """The fields of a form, held as long as it is worked with; raises Said for what is none, or is not read."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Said("That is not a form of this console.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    room = ROOM if most_bytes > MOST_BYTES else None
    try:
        async with bodies.reading(request, most=most_bytes, seconds=_PATIENCE_SECONDS, room=room) as body:
            yield _fields(body)
    except UnreadError as error:
        raise Said(*_UNREAD[error.why]) from None


_UNREAD = {
    Why.LONG: ("That is more than a form holds.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    Why.SLOW: ("The form took too long to arrive; send it again.", HTTPStatus.REQUEST_TIMEOUT),
    Why.CROWDED: ("Too much is being sent at once; send it again in a moment.", HTTPStatus.SERVICE_UNAVAILABLE),
}


def _fields(body: bytearray) -> ImmutableMultiDict[str, str]:
    try:
        return ImmutableMultiDict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Said("That is not a form of this console.", HTTPStatus.BAD_REQUEST) from None


def require_text(request: Request, form: ImmutableMultiDict[str, str]) -> None:
    """Raise Said for what no text holds, wherever a request says it: the ledger would not take it."""
    said = [*request.path_params.values(), *request.query_params.values(), *(value for _, value in form.multi_items())]
    if any("\0" in str(value) for value in said):
        raise Said("That holds a sign that no text has: type it anew.", HTTPStatus.BAD_REQUEST)


def check(request: Request, form: Mapping[str, str], kept: str, *, public_url: str) -> None:
    """Raise Said for a form that a page of ours did not send."""
    given = form.get(PROOF, "")
    genuine = bool(kept) and hmac.compare_digest(given.encode(), proof_for(kept).encode())
    if not genuine or not _from_here(request, public_url):
        raise Said(
            "This form is too old, or was sent by another page: nothing was changed. Go back, reload, and try again.",
            HTTPStatus.FORBIDDEN,
        )


def _from_here(request: Request, public_url: str) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:  # an old browser; the proof has to do
        return True
    here = {request.headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    return origin.partition("://")[2] in here


def place_of(request: Request) -> str:
    """Where somebody is, with the filters in its address; without them where they are too long to be kept."""
    path, query = request.url.path, request.url.query
    return f"{path}?{query}" if query and len(query) <= _LONGEST_QUERY else path


def place_here(wanted: str) -> str:
    """Where to go on after a sign-in: a place of this console, or its first page."""
    readable = len(wanted) <= _LONGEST_PLACE and wanted.isprintable() and "\\" not in wanted
    return wanted if readable and wanted.startswith("/") and not wanted.startswith("//") else "/"
