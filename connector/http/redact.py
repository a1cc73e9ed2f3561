"""What may be shown. Redaction is data: the names below, wherever they occur, lose their values."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "[hidden]"

#: header, form and JSON names whose values are never shown; compared without case, hyphens and underscores
SECRET_NAMES = frozenset(
    {
        "accesstoken",
        "apikey",
        "assertion",
        "authorization",
        "clientsecret",
        "cookie",
        "idtoken",
        "jsessionid",
        "jwt",
        "passwd",
        "password",
        "proxyauthorization",
        "refreshtoken",
        "secret",
        "sessionid",
        "setcookie",
        "sharedsecret",
        "token",
        "xapikey",
    }
)
#: a value shorter than this is not searched for in texts: it would hide ordinary words
_SHORTEST = 4


def is_secret(name: str) -> bool:
    """Whether a value under this name is never shown."""
    return name.lower().replace("-", "").replace("_", "") in SECRET_NAMES


def without(text: str, secrets: Iterable[str]) -> str:
    """Take known secrets out of a text the other side wrote: some systems repeat what they were sent."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, HIDDEN)
    return text


def shown(url: str) -> str:
    """Spell an address without its credentials, query and fragment."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(unreadable address)"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
