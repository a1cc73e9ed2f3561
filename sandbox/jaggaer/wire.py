"""JSON as this system speaks it: amounts are numbers, and stay exact in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

JSON: Final = "application/json"


class NotJsonError(ValueError):
    """The body is no JSON object; the message says what it is instead."""


async def read(request: Request) -> Mapping[str, Any]:
    """Read a body; numbers with a decimal point arrive as Decimal. Raises NotJsonError."""
    body = await request.body()
    if not body.strip():
        raise NotJsonError("The request has no body.")
    try:
        # A body may be a list, or a number too large for a float: all of it is refused in words, none of it crashes us.
        document = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise NotJsonError("The request body is not well-formed JSON.") from None
    if not isinstance(document, Mapping):
        raise NotJsonError("The request body must be a JSON object.")
    return document


def answer(document: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a document as JSON, Decimals as plain numbers."""
    return Response(render(document), status_code=status, headers=dict(headers or {}), media_type=JSON)


def render(value: object) -> str:
    """Write JSON. The standard encoder would turn a Decimal into a float on its way out; this one does not."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {render(part)}" for key, part in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(render(part) for part in value) + "]"
    return json.dumps(value)


def plain(value: Decimal) -> str:
    """Write an amount without exponent and without idle zeros: ``1102.5``, ``0``, ``-12``."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number.")
