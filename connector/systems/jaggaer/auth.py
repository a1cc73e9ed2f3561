"""Log in at the Keycloak realm in front of JAGGAER ONE with client credentials (seen in code).

There is no refresh token: a new token is asked for with the client's secret. Keycloak's texts differ between its
versions, so only the HTTP status and the ``error`` code decide.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, ConnectorError, CredentialsRefused, Unavailable
from connector.domain.token import Token
from connector.http.authorized import utcnow
from connector.http.request import Request
from connector.reading import oauth, values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from connector.http.request import Answer
    from connector.http.session import Http
    from connector.systems.jaggaer.config import JaggaerConfig

#: OAuth's and Keycloak's codes for "these credentials will never do"
_CREDENTIALS = frozenset({"invalid_client", "unauthorized_client"})


class ClientCredentials:
    """Fetches tokens for one connection."""

    def __init__(
        self, *, http: Http, config: JaggaerConfig, secret: str, now: Callable[[], dt.datetime] = utcnow
    ) -> None:
        self._http, self._config, self._secret, self._now = http, config, secret, now

    def describe(self) -> str:
        """How and as whom, without a secret."""
        return f"OAuth2 client credentials as {self._config.client_id}"

    def fetch(self, _stored: Token | None) -> Token:
        """Get a new token.

        Raises CredentialsRefused when Keycloak says so, ConfigurationError when the address is no token endpoint, and
        Unavailable for everything that may pass.
        """
        asked_at = self._now()
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.client_id,
            "client_secret": self._secret,
        }
        answer = self._http.send(Request(method="POST", url=self._config.token_url, form=form))
        if not answer.ok:
            raise self._refusal(answer)
        body = answer.json()
        access = oauth.access_token(body)
        if not access:
            raise Unavailable(f"{answer.where} answered the login without a usable access_token; check token_url.")
        kind = values.text(body.get("token_type"))
        if kind and kind.lower() != "bearer":
            raise ConfigurationError(f"{answer.where} issues tokens of type {kind[:40]!r}; only Bearer is known here.")
        return Token(access=access, expires_at=oauth.expires_at(body, asked_at))

    def _refusal(self, answer: Answer) -> ConnectorError:
        error = values.short_code(answer.object().get("error"))
        said = f"{answer.status} {error}".strip()
        client = self._config.client_id
        if error in _CREDENTIALS:
            return CredentialsRefused(
                f"{answer.where} does not accept client {client!r} ({said}); check client_id and client_secret, and "
                "that the client may use a service account, then `connection rotate`.",
                status=answer.status,
            )
        if answer.status == HTTPStatus.FORBIDDEN and error == "invalid_request":
            return ConfigurationError(f"{answer.where} refuses logins that are not encrypted; use https in token_url.")
        if answer.status == HTTPStatus.FORBIDDEN:
            return CredentialsRefused(
                f"{answer.where} lets nobody log in ({said}); ask JAGGAER whether the realm in token_url is enabled.",
                status=answer.status,
            )
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE):
            return ConfigurationError(
                f"{answer.where} has no token endpoint at the configured token_url ({said}); it normally ends in "
                "/auth/realms/J1p-integrations/protocol/openid-connect/token.",
                status=answer.status,
            )
        if answer.status == HTTPStatus.BAD_REQUEST and error:
            return ConfigurationError(
                f"{answer.where} does not take a client-credentials login ({said}); check that token_url and client "
                "belong to the realm for integrations.",
                status=answer.status,
            )
        return Unavailable(f"{answer.where} answered the login with {said}, without saying why.", status=answer.status)
