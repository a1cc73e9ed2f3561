"""One JSON spelling for payloads: what is stored, compared and hashed.

Money is written as a string of its exact decimal digits and numbers are read as Decimal, so that no amount ever passes
through a float. Keys are sorted: equal documents give equal bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

Payload = Mapping[str, Any]


#: an exponent beyond this would make a text of ten letters one that fills the memory; no amount has one
_LARGEST_EXPONENT = 10_000


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        text = str(value)
        return format(value, "f") if "E" in text and abs(value.adjusted()) <= _LARGEST_EXPONENT else text
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written into a payload")


# Made once: the json module would make them anew for each payload.
_ENCODER = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=Decimal)


def dumps(payload: object) -> bytes:
    """Write a payload in its one spelling: sorted keys, no spaces, ASCII, so that no text is too odd to be written."""
    return _ENCODER.encode(payload).encode()


def loads(raw: bytes | str) -> Any:
    """Read JSON with every fractional number as Decimal."""
    return _DECODER.decode(raw if isinstance(raw, str) else raw.decode(json.detect_encoding(raw), "surrogatepass"))


def fingerprint(payload: object) -> str:
    """SHA-256 of the one spelling, in hex: equal fingerprints mean nothing changed."""
    return hashlib.sha256(dumps(payload)).hexdigest()
