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

    _alive_until: dict[str, float] = field(default_factory=dict)
    issued: int = 0

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
        self._alive_until[token] = time.monotonic() + seconds
        self.issued += 1
        return token

    def open_with(self, token: str) -> bool:
        """Whether the API may be used with this token now."""
        return time.monotonic() < self._alive_until.get(token, 0.0)

    def revoke(self) -> int:
        """Make every token invalid at once, as a restarted or re-keyed Keycloak does; answer how many there were."""
        count = len(self._alive_until)
        self._alive_until.clear()
        return count


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
