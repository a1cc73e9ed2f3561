"""What Concur's login says when it says no: a table of its codes (documented)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, ConnectorError, CredentialsRefused, Unavailable
from connector.reading import values

if TYPE_CHECKING:
    from connector.http.request import Answer

REFRESH_TOKEN_OVER = 108
LIVES_ELSEWHERE = 16
_MAINTENANCE = 134

_CREDENTIALS = "does not accept client_id, client_secret or the request token"
_CLIENT = "does not know this client"
_ACCOUNT = "has locked or denied this company's account"
#: code -> what it means, as the end of "The login at Concur ..."
MEANINGS = {
    5: _CREDENTIALS,
    19: _CREDENTIALS,
    64: _CREDENTIALS,
    **dict.fromkeys(range(10, 16), _ACCOUNT),
    LIVES_ELSEWHERE: "has this company in another data centre",
    53: "has not enabled this company for our client",
    54: "does not grant the scopes of our client",
    61: _CLIENT,
    105: "did not issue this grant to our client",
    REFRESH_TOKEN_OVER: "does not accept the refresh token any more: it was replaced, or is over after six months",
    115: _CREDENTIALS,
    123: "has disabled this company's account",
}
#: the words OAuth itself has for the same
_STANDARD = frozenset({"invalid_client", "invalid_grant", "unauthorized_client", "access_denied", "invalid_scope"})


def reconnect(name: str) -> str:
    """What a person does about it."""
    return (
        "connect the company again in the SAP Concur App Center; where that does not lead to this product, give the "
        f"new request token, good for 24 hours, to `connection connect {name}`"
    )


def code_of(answer: Answer) -> int | None:
    """Concur's own code for a refused login."""
    return values.whole(answer.object().get("code"))


def refusal(answer: Answer, *, name: str) -> ConnectorError:
    """The error for a login that was answered with anything but a token."""
    code = code_of(answer)
    word = values.short_code(answer.object().get("error"))
    said = " ".join(filter(None, (f"code {code}" if code is not None else f"HTTP {answer.status}", word)))
    evidence = {"status": answer.status, "code": code}
    if code == _MAINTENANCE:
        return Unavailable(
            f"{answer.where} is being maintained for this company ({said}); it is tried again.", **evidence
        )
    if code in MEANINGS or word in _STANDARD:
        meaning = MEANINGS.get(code or 0, "does not accept our credentials")
        first = "check client_id and client_secret; if they are right, " if meaning in (_CREDENTIALS, _CLIENT) else ""
        return CredentialsRefused(f"{answer.where} {meaning} ({said}); {first}{reconnect(name)}.", **evidence)
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE):
        return ConfigurationError(
            f"{answer.where} has no login at this address ({said}); check base_url, and entities.login.token.",
            **evidence,
        )
    return Unavailable(f"{answer.where} answered the login with {said}, which says nothing known.", **evidence)
