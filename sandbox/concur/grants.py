"""The tokens this company has handed out, and until when each of them is good."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Holder = Literal["company", "application"]

REQUEST_TOKEN_SECONDS: Final = 24 * 3600
REFRESH_TOKEN_SECONDS: Final = 183 * 24 * 3600


@dataclass(kw_only=True)
class Clock:
    """The time by which tokens live: the real one, moved by as many hours as the options say."""

    hours_later: Callable[[], float]

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.hours_later() * 3600


@dataclass(frozen=True, kw_only=True)
class Access:
    """One access token: who may use it, for what, and until when (seconds since 1970)."""

    holder: Holder
    scopes: tuple[str, ...]
    until: float


@dataclass(kw_only=True)
class Grants:
    """Access tokens by their text, and the refresh tokens that are alive. All of it dies with the simulator."""

    clock: Clock
    issued: int = 0
    refreshed: int = 0
    _access: dict[str, Access] = field(default_factory=dict)
    _refresh: dict[str, float] = field(default_factory=dict)
    _request_token_from: dict[str, float] = field(default_factory=dict)

    def request_token_lives(self, token: str) -> bool:
        """Whether this request token is within its 24 hours, which begin when the company first hears of it."""
        begun = self._request_token_from.get(token)
        return begun is not None and self.clock.now() < begun + REQUEST_TOKEN_SECONDS

    def begin_request_token(self, token: str) -> None:
        """Let the 24 hours of a request token begin, as the App Center does when it hands one over."""
        self._request_token_from.setdefault(token, self.clock.now())

    def end_request_token(self, token: str) -> None:
        """Let a request token be good for nothing more."""
        self._request_token_from[token] = float("-inf")

    def access(self, holder: Holder, scopes: tuple[str, ...], *, seconds: int) -> str:
        """Make an access token."""
        until = self.clock.now() + seconds
        token = ".".join(
            (
                _encoded({"typ": "JWT", "alg": "RS256", "kid": "sandbox"}),
                _encoded({"exp": int(until), "concur.type": holder, "concur.scopes": list(scopes)}),
                secrets.token_urlsafe(64),
            )
        )
        self._access[token] = Access(holder=holder, scopes=scopes, until=until)
        self.issued += 1
        return token

    def refresh_token(self, *, instead_of: str = "") -> str:
        """Make a refresh token that lives for six months; the one it replaces is dead at once."""
        self._refresh.pop(instead_of, None)
        token = secrets.token_urlsafe(32)
        self._refresh[token] = self.clock.now() + REFRESH_TOKEN_SECONDS
        return token

    def keeps(self, refresh_token: str) -> bool:
        """Whether this refresh token is alive."""
        return self.clock.now() < self._refresh.get(refresh_token, 0.0)

    def opened_by(self, token: str) -> Access | None:
        """Return what the token opens now, or None."""
        access = self._access.get(token)
        return access if access is not None and self.clock.now() < access.until else None

    def revoke(self) -> None:
        """Make every access token invalid."""
        self._access.clear()

    def lapse(self) -> None:
        """Make every refresh token invalid: the company must be connected again by a person."""
        self._refresh.clear()


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
