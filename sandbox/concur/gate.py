"""The way in: which host may be asked for what, by whom; and a correlation id on every answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.concur.wire import RefusedError, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.grants import Grants, Holder

    Handler = Callable[[Request], Awaitable[Response]]
    Complaint = Callable[[Request, int, str], Response]

CORRELATION: Final = "concur-correlationid"


def plainly(_: Request, status: int, sentence: str) -> Response:
    """Complain in the shape of Financial Integration, which the older services are assumed to share."""
    return answer({"message": sentence}, status=status)


@dataclass(kw_only=True)
class Gate:
    """Lets requests through to their handlers.

    The company's data is on the geolocation's port alone; the token host knows only tokens. Behind any name under
    which a client reaches the token host it reaches the geolocation too, on its own port.
    """

    home_port: int
    grants: Grants
    unmarked: int = 0

    def at_home(self, request: Request) -> bool:
        """Whether the request came to the geolocation."""
        return bool(request.scope["server"][1] == self.home_port)

    def geolocation(self, request: Request) -> str:
        """Return the base URL for every later call."""
        return f"{request.url.scheme}://{request.url.hostname}:{self.home_port}"

    def marked(self, handler: Handler) -> Handler:
        """Return the handler with our correlation id on its answers, and its refusals turned into answers."""

        async def marking(request: Request) -> Response:
            self.unmarked += CORRELATION not in request.headers
            try:
                response = await handler(request)
            except RefusedError as refusal:
                response = refusal.answer
            response.headers[CORRELATION] = str(uuid.uuid4())
            return response

        return marking

    def api(
        self, handler: Handler, *, scope: str, holder: Holder = "company", complaint: Complaint = plainly
    ) -> Handler:
        """Return the handler behind the gate: the right host (else 404), a live token (401), its scope (403)."""

        async def guarding(request: Request) -> Response:
            if not self.at_home(request):
                return complaint(request, 404, "Nothing of this company is here; use the geolocation.")
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            access = self.grants.opened_by(token.strip()) if scheme.lower() == "bearer" else None
            if access is None:
                return complaint(request, 401, "The access token is missing, invalid or has expired.")
            if access.holder != holder:
                return complaint(request, 403, f"This service takes a token of the {holder}.")
            if scope not in access.scopes:
                return complaint(request, 403, f"The token lacks the scope {scope}.")
            return await handler(request)

        return self.marked(guarding)
