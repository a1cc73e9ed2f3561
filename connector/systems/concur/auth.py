"""The company's login: a one-time request token is exchanged for a refresh token, which is replaced at every renewal.

Every answer names a ``geolocation``, the address of all later calls. Whoever calls ``fetch`` must store what it returns
before using it: a refresh token that gets lost can only be replaced by a person in the App Center.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, ConnectorError, CredentialsRefused, Unavailable
from connector.domain.token import Token
from connector.http.authorized import utcnow
from connector.http.redact import redacted
from connector.http.request import Request
from connector.reading import oauth, values
from connector.systems.concur import correlation, expiry, login_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.http.request import Answer
    from connector.http.session import Http
    from connector.systems.concur.config import ConcurConfig

#: a request token may be exchanged again for this long (documented)
REQUEST_TOKEN_LIVES = dt.timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The secrets of one connection; they do not show in its repr."""

    client_secret: str
    #: empty when nobody has connected the company yet
    request_token: str = ""

    def __repr__(self) -> str:
        return "Keys()"


class CompanyLogin:
    """Fetches tokens for one company."""

    def __init__(
        self,
        *,
        http: Http,
        config: ConcurConfig,
        keys: Keys,
        path: str,
        now: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self._http, self._config, self._keys, self._path = http, config, keys, path
        self._now = now

    def describe(self) -> str:
        """How and as whom, without a secret."""
        return f"OAuth2 as company {self._config.company_uuid}, client {self._config.client_id}"

    def base(self, token: Token) -> str:
        """Where calls with this token go."""
        return token.extra.get(expiry.GEOLOCATION) or self._config.geolocation or self._config.base_url

    def fetch(self, stored: Token | None) -> Token:
        """Renew with the stored refresh token, or exchange the request token when there is none.

        Raises CredentialsRefused with how to reconnect, ConfigurationError for an address that must not be called or is
        no login, and Unavailable for everything that may pass.
        """
        if stored is None or not stored.refresh:
            return self._exchange()
        try:
            return self._refresh(stored)
        except CredentialsRefused as refused:
            if not self._may_exchange_again(stored, refused):
                raise
            try:
                return self._exchange()
            except ConnectorError:
                raise refused from None

    def application(self) -> Token:
        """A token of the application itself, for the event service; there is nothing to renew it with."""
        return self._token(
            self._ask(self._config.geolocation or self._config.base_url, {"grant_type": "client_credentials"}), None
        )

    def _exchange(self) -> Token:
        if not self._keys.request_token:
            raise CredentialsRefused(
                f"{self._http.name} has never been connected to its company; {login_errors.reconnect(self._http.name)}."
            )
        form = {
            "grant_type": "password",
            "username": self._config.company_uuid,
            "password": self._keys.request_token,
            "credtype": "authtoken",
        }
        token = self._token(self._ask(self._config.geolocation or self._config.base_url, form), None)
        if not token.refresh:
            raise Unavailable(f"{self._http.name}: Concur exchanged the request token without giving a refresh token.")
        return token

    def _refresh(self, stored: Token) -> Token:
        form = {"grant_type": "refresh_token", "refresh_token": stored.refresh or ""}
        return self._token(self._ask(self.base(stored), form), stored)

    def _may_exchange_again(self, stored: Token, refused: CredentialsRefused) -> bool:
        """On the first day a refresh token that an answer cut short never brought to us can be had once more."""
        connected = expiry.moment(stored, expiry.CONNECTED_AT)
        return (
            refused.evidence.get("code") == login_errors.REFRESH_TOKEN_OVER
            and bool(self._keys.request_token)
            and connected is not None
            and self._now() - connected < REQUEST_TOKEN_LIVES
        )

    def _ask(self, base: str, form: Mapping[str, str]) -> _Login:
        """Ask there; a company that lives in another data centre is asked for at the address the refusal names."""
        login = self._ask_once(base, form)
        elsewhere = values.text(login.answer.object().get(expiry.GEOLOCATION))
        if login_errors.code_of(login.answer) == login_errors.LIVES_ELSEWHERE and elsewhere and elsewhere != base:
            login = self._ask_once(self._guarded(elsewhere), form)
        if not login.answer.ok:
            raise correlation.traced(login_errors.refusal(login.answer, name=self._http.name), login.correlation)
        return login

    def _ask_once(self, base: str, form: Mapping[str, str]) -> _Login:
        ours, asked_at = correlation.new_id(), self._now()
        whole = {"client_id": self._config.client_id, "client_secret": self._keys.client_secret, **form}
        request = Request(method="POST", url=f"{base}/{self._path}", form=whole, headers={correlation.HEADER: ours})
        try:
            answer = self._http.send(request)
        except ConnectorError as error:
            raise correlation.traced(error, ours) from None
        return _Login(answer=answer, base=base, asked_at=asked_at, correlation=correlation.theirs(answer, ours))

    def _token(self, login: _Login, before: Token | None) -> Token:
        body = login.answer.json()
        access = oauth.access_token(body)
        if not access:
            raise Unavailable(f"{login.answer.where} answered the login without a usable access_token; check base_url.")
        refresh = body.get("refresh_token")
        if not isinstance(refresh, str) or not refresh:
            refresh = before.refresh if before else None
        return Token(
            access=access,
            refresh=refresh,
            expires_at=oauth.expires_at(body, login.asked_at),
            extra=self._extra(body, login, before, replaced=before is None or refresh != before.refresh),
        )

    def _extra(self, body: Mapping[str, Any], login: _Login, before: Token | None, *, replaced: bool) -> dict[str, str]:
        now = login.asked_at.isoformat()
        old = before.extra if before else {}
        return {
            expiry.GEOLOCATION: self._geolocation(body, login, before),
            expiry.REFRESHED_AT: now if replaced else old.get(expiry.REFRESHED_AT, now),
            expiry.CONNECTED_AT: old.get(expiry.CONNECTED_AT, now),
        }

    def _geolocation(self, body: Mapping[str, Any], login: _Login, before: Token | None) -> str:
        """Where later calls go. An unusable address does not cost us the refresh token that came with it."""
        given = values.text(body.get(expiry.GEOLOCATION))
        if not given:
            return login.base
        try:
            return self._guarded(given)
        except ConfigurationError:
            if before is None:
                raise
            return login.base

    def _guarded(self, url: str) -> str:
        """An address that SAP gave us is checked like one a person typed."""
        name = f"{self._http.name}: the geolocation Concur gave"
        self._http.check(url, name=name)
        if not self._http.reach.admits(url):
            raise ConfigurationError(
                f"{name}, {redacted(url)}, lies outside of what this connection is configured for "
                f"({self._http.reach}); if SAP says that the company lives there, add its domain to "
                "`domains`, then `connection rotate`."
            )
        return url.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class _Login:
    answer: Answer
    base: str
    asked_at: dt.datetime
    correlation: str
