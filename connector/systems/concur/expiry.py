"""When a company's connection ends by itself: a refresh token lives for six months (documented), then a person acts."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from connector.domain.token import ADDRESS

if TYPE_CHECKING:
    from connector.domain.token import Token

GEOLOCATION = ADDRESS
#: when the refresh token was last replaced by another one; its six months are counted from then
REFRESHED_AT = "refreshed_at"
#: when the request token of the App Center was exchanged
CONNECTED_AT = "connected_at"

MONTHS = 6
_DECEMBER = 12


def lapses_at(token: Token | None) -> dt.datetime | None:
    """When the refresh token ends unless it is replaced before; None without a token of ours."""
    since = moment(token, REFRESHED_AT)
    if since is None:
        return None
    year, month = since.year, since.month + MONTHS
    if month > _DECEMBER:
        year, month = year + 1, month - _DECEMBER
    return since.replace(year=year, month=month, day=min(since.day, calendar.monthrange(year, month)[1]))


def moment(token: Token | None, name: str) -> dt.datetime | None:
    """A time that was stored with the token."""
    try:
        found = dt.datetime.fromisoformat(token.extra[name]) if token is not None else None
    except (KeyError, ValueError):
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=dt.UTC)
