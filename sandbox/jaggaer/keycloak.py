"""The token endpoint: Keycloak's client-credentials grant with its errors, in the order Keycloak checks them.

Statuses and error codes are those of Keycloak's own source; the texts differ between its versions and mean nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote_plus

from starlette.responses import Response

from sandbox.jaggaer.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from sandbox.jaggaer.options import Options
    from sandbox.jaggaer.tokens import Tokens

REALM: Final = "J1p-integrations"
PATH: Final = "/auth/realms/{realm}/protocol/openid-connect/token"
NEVER_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_WRONG: Final = "Invalid client or Invalid client credentials"


class _RefusalError(Exception):
    def __init__(self, status: int, error: str = "", description: str = "") -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def answer(self) -> Response:
        if not self.error:  # Keycloak challenges an Authorization header it cannot read, and says nothing more
            return Response(status_code=self.status, headers={"WWW-Authenticate": f'Basic realm="{REALM}"'})
        return answer({"error": self.error, "error_description": self.description}, status=self.status)


@dataclass(frozen=True, kw_only=True)
class Keycloak:
    """Issues tokens for the one client of this tenant."""

    options: Callable[[], Options]
    tokens: Tokens
    base_url: str

    async def token(self, request: Request) -> Response:
        """Return POST .../token: a token, or one of Keycloak's refusals."""
        if request.path_params["realm"] != REALM:
            return answer({"error": "Realm does not exist"}, status=404)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
            return answer({"error": "HTTP 415 Unsupported Media Type"}, status=415)
        form = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
        try:
            self._check(form, request.headers.get("authorization"), scheme=request.url.scheme)
        except _RefusalError as refusal:
            return refusal.answer()
        options = self.options()
        issuer = f"{self.base_url}/auth/realms/{REALM}"
        return answer(
            {
                "access_token": self.tokens.issue(
                    client_id=options.client_id, issuer=issuer, seconds=options.expires_in
                ),
                "expires_in": options.expires_in,
                "refresh_expires_in": 0,
                "token_type": options.token_type,
                "not-before-policy": options.not_before_policy,
                "scope": "email profile",
            },
            headers=NEVER_STORE,
        )

    def _check(self, form: list[tuple[str, str]], authorization: str | None, *, scheme: str) -> None:
        options = self.options()
        first = dict(reversed(form))  # Keycloak reads a repeated field's first value, and complains later
        if options.require_https and scheme != "https":
            raise _RefusalError(403, "invalid_request", "HTTPS required")
        if not options.realm_enabled:
            raise _RefusalError(403, "access_denied", "Realm not enabled")
        if not first.get("grant_type"):
            raise _RefusalError(400, "invalid_request", "Missing form parameter: grant_type")
        if first["grant_type"] != "client_credentials":
            raise _RefusalError(400, "unsupported_grant_type", "Unsupported grant_type")
        self._check_client(first, authorization)
        if len(first) != len(form):
            raise _RefusalError(400, "invalid_request", "duplicated parameter")
        if options.public_client:
            raise _RefusalError(
                401,
                "unauthorized_client",
                "Public client not allowed to retrieve service account",
            )
        if not options.service_account:
            raise _RefusalError(
                401,
                "unauthorized_client",
                "Client not enabled to retrieve service account",
            )

    def _check_client(self, form: dict[str, str], authorization: str | None) -> None:
        options = self.options()
        client_id, secret = _basic(authorization)
        if authorization is not None and client_id is None and "client_id" not in form:
            raise _RefusalError(401)
        client_id = form.get("client_id", client_id)
        secret = form.get("client_secret", secret)
        if client_id is None:
            raise _RefusalError(400, "invalid_client", "Missing client_id parameter")
        if client_id != options.client_id or not options.client_enabled:
            raise _RefusalError(401, "invalid_client", _WRONG)
        if options.public_client:
            return
        if secret is None or not hmac.compare_digest(secret.encode(), options.client_secret.encode()):
            raise _RefusalError(401, options.wrong_secret_error, _WRONG)


def _basic(authorization: str | None) -> tuple[str | None, str | None]:
    """Read HTTP Basic as RFC 6749 writes it (both halves form-encoded); two Nones for anything else."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    name, colon, secret = pair.partition(":")
    return (unquote_plus(name), unquote_plus(secret)) if colon else (None, None)
