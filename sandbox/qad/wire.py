"""JSON as QAD speaks it: exact decimal numbers, and refusals that any handler may raise."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request


def encode(value: object) -> str:
    """Write JSON with decimals as plain numbers, digit by digit: never through a float."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(name))}:{encode(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(encode, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class Json(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Text is taken as JSON that is ready; anything else is encoded."""
        return (content if isinstance(content, str) else encode(content)).encode()


class RefusalError(Exception):
    """This request is refused with this answer."""

    def __init__(self, status: int, body: Mapping[str, Any], **headers: str) -> None:
        super().__init__(status)
        self.answer = Json(body, status_code=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def bare(status: int, *sentences: str) -> RefusalError:
    """Refuse as QAD's gateway does: errors at the top, without a submitResult."""
    return RefusalError(status, {"errors": list(sentences)})


async def json_body(request: Request) -> Any:  # noqa: ANN401  whatever JSON the client sent
    """Read the body with exact decimals; refuse what is no JSON with 400."""
    try:
        return json.loads(await request.body(), parse_float=Decimal)
    except ValueError:
        raise bare(400, "The request body is not valid JSON.") from None
