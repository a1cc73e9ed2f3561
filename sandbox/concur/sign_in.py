"""``POST /oauth2/v0/token``: the one-time request token, refresh tokens that rotate, and client credentials."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from sandbox.concur.token_errors import (
    BAD_CREDENTIALS,
    BAD_REFRESH_TOKEN,
    BAD_REQUEST,
    BAD_SECRET,
    ELSEWHERE,
    SCOPE,
    TOKEN_ERRORS,
    UNKNOWN_CLIENT,
    UNKNOWN_COMPANY,
)
from sandbox.concur.wire import RefusedError, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.gate import Gate
    from sandbox.concur.grants import Grants
    from sandbox.concur.options import Options

PATH: Final = "/oauth2/v0/token"
APPLICATION_SCOPES: Final = ("events.topic.read", "public.concur.financialintegration.read")


def refusal(code: int) -> RefusedError:
    """Refuse with one of the service's codes."""
    error = TOKEN_ERRORS[code]
    body = {"code": code, "error": error.error, "error_description": error.description}
    return RefusedError(answer(body, status=error.status))


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The token service. The order of its checks is assumed; the codes are SAP's."""

    options: Callable[[], Options]
    grants: Grants
    gate: Gate

    async def token(self, request: Request) -> Response:
        """Grant, or refuse with a code."""
        options = self.options()
        form = await _form(request)
        grant = form.get("grant_type", "")
        if options.token_error and options.token_error_grant in {"", grant}:
            raise refusal(options.token_error)
        if form.get("client_id") != options.client_id:
            raise refusal(UNKNOWN_CLIENT)
        if not hmac.compare_digest(form.get("client_secret", "").encode(), options.client_secret.encode()):
            raise refusal(BAD_SECRET)
        if grant == "password":
            return self._granted(request, self._first(form))
        if grant == "refresh_token":
            return self._granted(request, self._again(request, form))
        if grant == "client_credentials":
            return self._application(request)
        raise refusal(BAD_REQUEST)

    def _first(self, form: Mapping[str, str]) -> str:
        options = self.options()
        if form.get("username") != options.company_uuid:
            raise refusal(UNKNOWN_COMPANY)
        given = form.get("password", "")
        right = hmac.compare_digest(given.encode(), options.request_token.encode())
        if form.get("credtype") != "authtoken" or not right or not self.grants.request_token_lives(given):
            raise refusal(BAD_CREDENTIALS)
        if options.request_token_once:
            self.grants.end_request_token(given)
        return self.grants.refresh_token()

    def _again(self, request: Request, form: Mapping[str, str]) -> str:
        if not self.gate.at_home(request):
            raise refusal(ELSEWHERE)
        asked = form.get("scope", "").split()
        if not set(asked) <= set(self.options().scopes):
            raise refusal(SCOPE)
        given = form.get("refresh_token", "")
        if not self.grants.keeps(given):
            raise refusal(BAD_REFRESH_TOKEN)
        self.grants.refreshed += 1
        return self.grants.refresh_token(instead_of=given) if self.options().rotate_refresh_tokens else given

    def _granted(self, request: Request, refresh_token: str) -> Response:
        options = self.options()
        access = self.grants.access("company", options.scopes, seconds=options.expires_in)
        return answer(
            {
                "expires_in": str(options.expires_in),
                "scope": " ".join(options.scopes),
                "token_type": "Bearer",
                "access_token": access,
                "refresh_token": refresh_token,
                "geolocation": self.gate.geolocation(request),
            }
        )

    def _application(self, request: Request) -> Response:
        seconds = self.options().expires_in
        return answer(
            {
                "expires_in": str(seconds),
                "scope": " ".join(APPLICATION_SCOPES),
                "token_type": "Bearer",
                "access_token": self.grants.access("application", APPLICATION_SCOPES, seconds=seconds),
                "geolocation": self.gate.geolocation(request),
            }
        )


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise refusal(BAD_REQUEST)
    try:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise refusal(BAD_REQUEST) from None
