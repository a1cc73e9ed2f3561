"""Write JSON with exact numbers: a Decimal leaves as the digits it has, and a float is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal


def encode(value: object) -> bytes:
    """Write a JSON body in UTF-8. Raises TypeError for floats and other types JSON has no exact spelling for."""
    return _text(value).encode()


def _text(value: object) -> str:
    match value:
        case str() | bool() | int() | None:
            return json.dumps(value, ensure_ascii=False)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case Mapping():
            return "{" + ",".join(f"{_text(str(name))}:{_text(item)}" for name, item in value.items()) + "}"
        case Sequence() if not isinstance(value, (bytes, bytearray)):
            return "[" + ",".join(_text(item) for item in value) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} has no exact spelling in JSON")
