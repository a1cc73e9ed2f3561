"""Text from the outside, made fit for Postgres: it stores no NUL and no half of a surrogate pair."""

from __future__ import annotations

from connector.domain import canonical

_LONGEST = 4000


def storable(text: str) -> str:
    """Replace what Postgres refuses, and shorten what nobody would read."""
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def json(value: object) -> str:
    """Spell a value for a jsonb parameter."""
    return canonical.dumps(value).decode()
