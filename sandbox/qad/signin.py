"""Signing in: OAuth2 password and refresh grants with a public client, a session, or HTTP Basic."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from sandbox.qad.wire import Json, RefusalError, json_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.qad.options import Options

CLIENT_ID: Final = "0123456789abcdef0123456789abcdef"
USER: Final = "mfg"
SESSION_COOKIE: Final = "JSESSIONID"
_REFRESH_OUTLIVES_BY: Final = 24 * 3600


@dataclass(kw_only=True)
class SignIn:
    """What was issued, and until when (monotonic seconds) it is good."""

    options: Options
    _tokens: dict[str, float] = field(default_factory=dict)
    _refreshes: dict[str, float] = field(default_factory=dict)
    _sessions: dict[str, float] = field(default_factory=dict)
    issued: int = 0

    def revoke(self) -> None:
        """Forget every access token and session; refresh tokens stay good."""
        self._tokens.clear()
        self._sessions.clear()

    async def token(self, request: Request) -> Response:
        """``POST oauth/token``: parameters in the query or as a form; both were seen."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
        given = {**request.query_params, **form}
        if given.get("client_id") != CLIENT_ID:
            raise _refused("invalid_client", "Unknown client.")
        if given.get("grant_type") == "password":
            if not self._right(given.get("username", ""), given.get("password", "")):
                raise _refused("invalid_grant", "Bad credentials")
        elif given.get("grant_type") == "refresh_token":
            if self._refreshes.pop(given.get("refresh_token", ""), 0.0) < time.monotonic():
                raise _refused("invalid_grant", "Invalid refresh token")
        else:
            body = {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"}
            raise RefusalError(400, body)
        return Json(self._issue())

    def _issue(self) -> Mapping[str, Any]:
        self.issued += 1
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._tokens[access] = time.monotonic() + self.options.expires_in
        self._refreshes[refresh] = time.monotonic() + self.options.expires_in + _REFRESH_OUTLIVES_BY
        return {
            "access_token": access,
            "token_type": "bearer",
            "refresh_token": refresh,
            "expires_in": int(self.options.expires_in),
            "scope": "read write",
        }

    async def login(self, request: Request) -> Response:
        """``POST api/login``: JSON in, a session id out, to be sent back as the cookie JSESSIONID."""
        body = await json_body(request)
        if not isinstance(body, dict) or not self._right(str(body.get("username", "")), str(body.get("password", ""))):
            raise RefusalError(401, {"errors": ["Invalid user name or password."]})
        self.issued += 1
        session = secrets.token_hex(16).upper()
        self._sessions[session] = time.monotonic() + self.options.expires_in
        answer = Json({"sessionId": session, "userId": USER})
        answer.set_cookie(SESSION_COOKIE, session, path="/", httponly=True)
        return answer

    def check(self, request: Request) -> None:
        """Refuse with 401 whoever is not signed in, or not any more."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        now = time.monotonic()
        if scheme.lower() == "bearer" and self._tokens.get(given, 0.0) > now:
            return
        if scheme.lower() == "basic" and self.options.basic and self._right(*_basic(given)):
            return
        if not scheme and self._sessions.get(request.cookies.get(SESSION_COOKIE, ""), 0.0) > now:
            return
        body = {"error": "invalid_token", "error_description": "The access token is missing, invalid or has expired."}
        raise RefusalError(401, body, WWW_Authenticate='Bearer realm="qad", error="invalid_token"')

    def _right(self, user: str, password: str) -> bool:
        # QAD user names are not case sensitive, passwords are.
        return user.casefold() == USER and hmac.compare_digest(password.encode(), self.options.password.encode())


def _basic(given: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _refused(error: str, description: str) -> RefusalError:
    return RefusalError(401, {"error": error, "error_description": description})
