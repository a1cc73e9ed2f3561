"""Write JSON with exact numbers: a Decimal leaves as the digits it has, and a float is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring as quoted

_HALF = re.compile("[\ud800-\udfff]")


def encode(value: object) -> bytes:
    """Write a JSON body in UTF-8. Raises TypeError for floats and other types JSON has no exact spelling for."""
    text = _text(value)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a character, of which no text in UTF-8 is made
        return _HALF.sub("\ufffd", text).encode()


def _text(value: object) -> str:
    """What there is most of is looked for first: bodies have many texts."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (dict, Mapping)):
        return "{" + ",".join([f"{quoted(str(name))}:{_text(item)}" for name, item in value.items()]) + "}"
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, (list, tuple, Sequence)) and not isinstance(value, (bytes, bytearray)):
        return "[" + ",".join([_text(item) for item in value]) + "]"
    raise TypeError(f"{type(value).__name__} has no exact spelling in JSON")
