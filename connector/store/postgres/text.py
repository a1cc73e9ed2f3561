"""Text from the outside, made fit for Postgres: it stores no NUL and no half of a surrogate pair."""

from __future__ import annotations

import hashlib

from connector.domain import canonical

_LONGEST = 4000
#: bytes; an entry of an index has room for 2,700 at most
_LONGEST_FOUND = 2000


def storable(text: str) -> str:
    """Replace what Postgres refuses, and shorten what nobody would read."""
    if text.isascii() and text.isprintable() and len(text) <= _LONGEST:
        return text
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def findable(text: str) -> str:
    """The same for what is looked for by an index, none of which takes a long text: its end becomes a digest.

    Keys and ids that systems give are far shorter; a longer one is nobody's, and must not keep what was posted from
    being written down.
    """
    clean = storable(text).encode()
    if len(clean) <= _LONGEST_FOUND:
        return clean.decode()
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"{clean[: _LONGEST_FOUND - len(digest) - 3].decode('utf-8', 'ignore')}…{digest}"


def json(value: object) -> str:
    """Spell a value for a jsonb parameter."""
    return canonical.dumps(value).decode()


def hexed(raw: bytes | None) -> str | None:
    """Spell bytes as Postgres reads them out of a text."""
    return None if raw is None else f"\\x{raw.hex()}"
