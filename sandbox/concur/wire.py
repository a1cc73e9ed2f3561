"""JSON as this system speaks it: amounts are numbers and stay exact, in whatever spelling they were given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

JSON: Final = "application/json"


@dataclass(frozen=True)
class Rendered:
    """JSON that is ready, to be put into an answer as it stands."""

    text: str


class RefusedError(Exception):
    """This request is refused with this answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def answer(document: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a document as JSON."""
    return Response(render(document), status_code=status, headers=dict(headers or {}), media_type=JSON)


def refused(status: int, sentence: str) -> RefusedError:
    """Refuse in the shape Financial Integration uses for whole requests: ``{"message"}``."""
    return RefusedError(answer({"message": sentence}, status=status))


async def read(request: Request) -> Any:  # noqa: ANN401  whatever JSON the client sent
    """Read a body; numbers with a decimal point arrive as Decimal. What is no JSON is refused with 400."""
    try:
        return loads(await request.body())
    except (ValueError, ArithmeticError, RecursionError):
        raise refused(400, "The request body is not well-formed JSON.") from None


async def read_object(request: Request) -> Mapping[str, Any]:
    """Likewise, and refuse everything but an object."""
    body = await read(request)
    if not isinstance(body, Mapping):
        raise refused(400, "The request body must be a JSON object.")
    return body


def loads(text: bytes) -> Any:  # noqa: ANN401  JSON can be anything
    """Read JSON with exact decimals; half a character, which JSON can spell, is refused with ValueError."""
    document = json.loads(text, parse_float=Decimal)
    if b"\\ud" in text.lower():
        json.dumps(document, ensure_ascii=False, default=str).encode()
    return document


def plain_json(value: Any) -> Any:  # noqa: ANN401  likewise
    """Return the same for the control API, which speaks plain JSON: exact numbers become texts."""
    if isinstance(value, Mapping):
        return {name: plain_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain_json(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value


def render(value: object) -> str:
    """Write JSON. A Decimal is written digit by digit as it is, ``50.00000000`` and ``0E-8`` included."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, Rendered):
        return value.text
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{render(part)}" for key, part in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(map(render, value)) + "]"
    return json.dumps(value)
