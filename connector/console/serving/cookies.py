"""What a browser keeps for the console: who it is, what it was just told, and which zone its clock is in."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from connector.domain import schedule
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_ZONE = "ml_zone"
_UTC = ZoneInfo("UTC")
#: browsers keep no cookie of more than 4,096 bytes, and this is spelled a third longer
_MOST_BYTES_OF_A_NOTICE = 2500


@dataclass(frozen=True, kw_only=True)
class Cookies:
    """How they are called and sent; ``secure`` where people come over TLS."""

    secure: bool

    def _name(self, name: str) -> str:
        # a browser takes a cookie of that prefix from this very host alone, and over TLS
        return f"__Host-{name}" if self.secure else name

    def session(self, request: Request) -> str:
        """What it was given at its sign-in."""
        return request.cookies.get(self._name("ml_session"), "")

    def visit(self, request: Request) -> str:
        """What it was given before that; nothing is known by it."""
        return request.cookies.get(self._name("ml_visit"), "")

    def keep_session(self, response: Response, kept: str) -> None:
        """Have it keep this from now on."""
        self._set(response, "ml_session", kept)
        self._set(response, "ml_visit", "")

    def keep_visit(self, response: Response, visit: str) -> None:
        """Have a browser that is not signed in keep something, so that its forms can be told from others'."""
        self._set(response, "ml_visit", visit)

    def away(self, request: Request) -> str:
        """What it was given when it left for another site."""
        return request.cookies.get(self._name("ml_away"), "")

    def keep_away(self, response: Response, kept: str) -> None:
        """Have a browser keep this while it is at another site; nothing: it is back."""
        self._set(response, "ml_away", kept)

    def keep_notice(self, response: Response, kept: str, said: str, *, failed: bool) -> None:
        """Have it show a sentence once, on the next page."""
        text = f"{'failed' if failed else 'done'} {said}".encode("utf-8", "replace")[:_MOST_BYTES_OF_A_NOTICE]
        value = base64.urlsafe_b64encode(text.decode("utf-8", "ignore").encode()).decode()
        self._set(response, "ml_notice", f"{_mac(kept, value)}.{value}")

    def notice(self, request: Request, kept: str) -> tuple[str, bool]:
        """The sentence to be shown, and whether it tells of a failure; only what we had it keep."""
        mac, _, value = request.cookies.get(self._name("ml_notice"), "").partition(".")
        if not value or not hmac.compare_digest(mac.encode(), _mac(kept, value).encode()):
            return "", False
        how, _, said = base64.urlsafe_b64decode(value).decode().partition(" ")
        return said, how == "failed"

    def forget_notice(self, response: Response) -> None:
        """It has been shown."""
        self._set(response, "ml_notice", "")

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            self._name(name),
            value,
            max_age=None if value else 0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",  # strict would have a link in a message lead to the sign-in
        )


def new_visit() -> str:
    """Something that nobody else keeps."""
    return secrets.token_urlsafe(16)


def zone(request: Request) -> ZoneInfo:
    """The zone of the viewer's clock, as the script of an earlier page told; UTC where it did not."""
    try:
        return schedule.zone(unquote(request.cookies.get(_ZONE, "UTC")[:64]))
    except ConfigurationError:
        return _UTC


def _mac(kept: str, value: str) -> str:
    return hmac.digest(kept.encode(), f"notice {value}".encode(), "sha256").hex()
