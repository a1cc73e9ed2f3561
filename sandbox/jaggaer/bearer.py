"""The lock of the API: a valid access token, or a 401 in one of the shapes this product family is known for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from sandbox.jaggaer.keycloak import REALM
from sandbox.jaggaer.wire import render

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from sandbox.jaggaer.options import Options
    from sandbox.jaggaer.tokens import Tokens

BROKEN_TYPE: Final = "; charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Lets a request through to its handler when it carries a token that is alive."""

    options: Callable[[], Options]
    tokens: Tokens

    def guarding(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return the same handler behind the lock."""

        async def guarded(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            behind = self.options().api_clock_behind
            if scheme.lower() == "bearer" and self.tokens.open_with(token.strip(), behind=behind):
                response = await handler(request)
            else:
                response = self._refusal(named=bool(token))
            response.headers["Date"] = formatdate(time.time() + self.tokens.seconds_later - behind, usegmt=True)
            return response

        return guarded

    def _refusal(self, *, named: bool) -> Response:
        options = self.options()
        why = ', error="invalid_token", error_description="Token is not active"' if named else ""
        headers = {"Content-Type": BROKEN_TYPE if options.broken_content_type else "application/json"}
        if options.challenge:
            headers["WWW-Authenticate"] = f'Bearer realm="{REALM}"{why}'
        body = render({"error": "invalid_token", "error_description": "Token is not active"})
        return Response(body, status_code=401, headers=headers)
