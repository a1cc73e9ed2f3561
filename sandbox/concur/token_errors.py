"""What the token service says when it says no: its published codes, with the status and words assumed for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class TokenError:
    """One refusal: HTTP status, OAuth error, and the sentence."""

    status: int
    error: str
    description: str


def _of(status: int, error: str, description: str) -> TokenError:
    return TokenError(status=status, error=error, description=description)


BAD_CREDENTIALS: Final = 5
ELSEWHERE: Final = 16
UNKNOWN_COMPANY: Final = 19
SCOPE: Final = 54
UNKNOWN_CLIENT: Final = 61
BAD_SECRET: Final = 64
NOT_YOURS: Final = 105
BAD_REFRESH_TOKEN: Final = 108
BAD_REQUEST: Final = 115

TOKEN_ERRORS: Final = {
    BAD_CREDENTIALS: _of(400, "invalid_grant", "Incorrect credentials. Please retry."),
    10: _of(403, "invalid_grant", "The account is locked."),
    11: _of(403, "invalid_grant", "The account is disabled."),
    12: _of(403, "invalid_grant", "The account is not active."),
    13: _of(403, "invalid_grant", "Access is denied by policy."),
    14: _of(403, "invalid_grant", "Access is denied."),
    15: _of(403, "invalid_grant", "Access is denied to this address."),
    ELSEWHERE: _of(400, "invalid_request", "user lives elsewhere"),
    UNKNOWN_COMPANY: _of(400, "invalid_grant", "Incorrect credentials. Please retry."),
    53: _of(403, "invalid_client", "The company is not enabled for this client."),
    SCOPE: _of(400, "invalid_scope", "The requested scope exceeds the granted scope."),
    UNKNOWN_CLIENT: _of(401, "invalid_client", "client not found"),
    BAD_SECRET: _of(401, "invalid_client", "Incorrect credentials. Please retry."),
    NOT_YOURS: _of(400, "invalid_grant", "The grant was not issued to you."),
    BAD_REFRESH_TOKEN: _of(400, "invalid_grant", "bad or expired refresh token"),
    BAD_REQUEST: _of(400, "invalid_request", "The request is not valid."),
    123: _of(403, "invalid_grant", "The principal is disabled."),
    134: _of(403, "invalid_request", "The company is under maintenance. Please retry later."),
}
