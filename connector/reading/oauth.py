"""What the token endpoints of every system answer, as OAuth 2 documents it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.reading import values

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_SECONDS = 10**9


def access_token(answer: object) -> str:
    """Return the token of an answer; empty where there is none that a header can carry."""
    found = answer.get("access_token") if isinstance(answer, dict) else None
    usable = isinstance(found, str) and found.isascii() and found.isprintable() and " " not in found
    return str(found) if usable else ""


def expires_at(answer: Mapping[str, Any], asked_at: dt.datetime) -> dt.datetime | None:
    """Return when a token ends, counted from before the request so that it is never too late; None when not said.

    Seconds may come as text.
    """
    seconds = values.number(answer.get("expires_in"))
    if seconds is None or not 0 < seconds < _LONGEST_SECONDS:
        return None
    return asked_at + dt.timedelta(seconds=float(seconds))
