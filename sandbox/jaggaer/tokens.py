"""The access tokens this tenant has issued, and until when each of them opens the API."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Tokens:
    """Issued tokens by their text. A token dies when it expires, and all of them when they are revoked."""

    #: from when until when each opens the API
    _alive: dict[str, tuple[float, float]] = field(default_factory=dict)
    issued: int = 0
    #: time that has passed besides the time that has
    seconds_later: float = 0.0

    def issue(self, *, client_id: str, issuer: str, seconds: int) -> str:
        """Make a token that looks like Keycloak's (three dotted parts); clients must treat it as opaque."""
        now = time.time()
        claims = {
            "exp": int(now) + seconds,
            "iat": int(now),
            "jti": secrets.token_hex(16),
            "iss": issuer,
            "typ": "Bearer",
            "azp": client_id,
            "scope": "email profile",
        }
        parts = [
            _encoded({"alg": "RS256", "typ": "JWT", "kid": "sandbox"}),
            _encoded(claims),
            secrets.token_urlsafe(96),
        ]
        token = ".".join(parts)
        self._alive[token] = (self._now(), self._now() + seconds)
        self.issued += 1
        return token

    def open_with(self, token: str, *, behind: float = 0.0) -> bool:
        """Whether an API whose clock is so many seconds behind that of the token endpoint takes this token now."""
        begins, ends = self._alive.get(token, (0.0, 0.0))
        return begins <= self._now() - behind < ends

    def revoke(self) -> int:
        """Make every token invalid at once, as a restarted or re-keyed Keycloak does; answer how many there were."""
        count = len(self._alive)
        self._alive.clear()
        return count

    def _now(self) -> float:
        return time.monotonic() + self.seconds_later


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
