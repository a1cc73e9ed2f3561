"""What must not be seen in a log or a message: data by its field's name, and secrets by the shape of the text."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from typing import Final

HIDDEN: Final = "[hidden]"
#: the longest text a field may hold: what is longer is a document, not a fact about one
LONGEST: Final = 2_000
#: how much more is looked at, so that a secret which the cut goes through is known by its shape
_BEYOND: Final = 500

#: a field whose name contains one of these never shows its value
SECRET_NAMES: Final = (
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "api_key",
    "apikey",
    "master_key",
    "credential",
    "iban",
    "bank_account",
)
#: a field with exactly this name is a document, or part of one
BODY_NAMES: Final = frozenset({"body", "payload", "json", "form", "data", "text", "content", "document", "headers"})

#: shapes that are hidden wherever they stand, each with what replaces it. A shape that was cut off is one as well. None
#: of them looks twice at a long stretch of text: whoever writes the text must not decide how long this takes
SECRET_SHAPES: Final = (
    (re.compile(r"(?i)\b(bearer|basic)\s++[A-Za-z0-9._~+/=-]{6,}+"), rf"\1 {HIDDEN}"),
    (
        re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)?"),
        HIDDEN,
    ),  # a JSON web token
    (re.compile(r"(?<=://)[^\s/@:]*+:[^\s/@]++@"), f"{HIDDEN}@"),  # user:password in a URL
    (
        re.compile(
            r"(?i)([\"']?\b(?:password|passwd|client_secret|secret|(?:access_|refresh_|request_)?token|api_?key)\b[\"']?"
            r"\s*+[=:]\s*+)(\"[^\"]*+\"?|'[^']*+'?|[^\s,;&\"'}\)]++)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), HIDDEN),  # an IBAN
)


def redact(text: str) -> str:
    """Hide everything in a text that has the shape of a secret."""
    for shape, instead in SECRET_SHAPES:
        text = shape.sub(instead, text)
    return text


def redacted(name: str, value: object) -> object:
    """Return what may be seen of a field's value."""
    lowered = name.lower()
    if lowered in BODY_NAMES or any(part in lowered for part in SECRET_NAMES):
        return HIDDEN if value else value
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, Mapping):
        return {key: redacted(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redacted("", inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return cut(str(value))


def cut(text: str) -> str:
    """Return what may be seen of a text.

    It is cut, then redacted: what is not shown need not be looked at, but for what the cut may go through.
    """
    if len(text) <= LONGEST:
        return redact(text)
    return f"{redact(text[: LONGEST + _BEYOND])[:-_BEYOND][:LONGEST]}... ({len(text)} characters)"


def kinds_and_places(error: BaseException | None) -> list[str]:
    """What may be told of an exception that may quote a document: of which kind it is, and where it was raised."""
    if error is None:
        return []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return [*kinds_and_places(before), *traceback.format_tb(error.__traceback__), f"{kind}: {HIDDEN}\n"]
