"""How we log in to QAD: OAuth2 password grant with refresh, session login, or Basic (each seen in code).

QAD's OAuth client is public: a client id and no secret. The lifetime of a token is unknown, so ``expires_in`` is
honoured when it is sent and a 401 renews in any case. "JWT session" is the bearer token of the password grant.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.domain.token import Token
from connector.http.authorized import Authorized, utcnow
from connector.http.request import Request
from connector.reading import oauth, values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.http.request import Answer
    from connector.http.session import Http
    from connector.ports import Tokens
    from connector.systems.qad.adaptive.client import Sender
    from connector.systems.qad.adaptive.names import Names
    from connector.systems.qad.config import QadConfig

_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Login(Protocol):
    """One way to log in."""

    def describe(self) -> str:
        """How and as whom, without a secret."""
        ...

    def prove(self, tokens: Tokens) -> None:
        """Log in anew, whatever token is stored; raises CredentialsRefused."""
        ...

    def sender(self, tokens: Tokens) -> Sender:
        """What sends requests with these credentials."""
        ...


def login(
    *, name: str, http: Http, config: QadConfig, password: str, names: Names, now: Callable[[], dt.datetime] = utcnow
) -> Login:
    """Choose the way the configuration asks for."""
    where = f"QAD connection {name}"
    match config.auth:
        case "oauth_password":
            return PasswordGrant(
                where=where, http=http, config=config, password=password, path=names.paths["token"], now=now
            )
        case "session":
            return SessionLogin(where=where, http=http, config=config, password=password, path=names.paths["login"])
        case "basic":
            return Basic(where=where, http=http, config=config, password=password)


class PasswordGrant:
    """``POST oauth/token``; renewed with the refresh token, and with the password when that is refused."""

    def __init__(
        self, *, where: str, http: Http, config: QadConfig, password: str, path: str, now: Callable[[], dt.datetime]
    ) -> None:
        self._where, self._http, self._config = where, http, config
        self._password, self._path, self._now = password, path, now

    def describe(self) -> str:
        """How and as whom."""
        return f"OAuth2 password grant as {self._config.username}"

    def prove(self, tokens: Tokens) -> None:
        """Ask with the password, not with a refresh token that outlived it."""
        tokens.renew(tokens.current(), lambda _: self._by_password())

    def sender(self, tokens: Tokens) -> Sender:
        """Requests carry the bearer token."""
        return Authorized(http=self._http, tokens=tokens, fetch=self.fetch)

    def fetch(self, stored: Token | None) -> Token:
        """Get a new token."""
        if stored is not None and stored.refresh:
            answer = self._ask({"grant_type": "refresh_token", "refresh_token": stored.refresh})
            if answer.status not in _REFUSED:
                return self._token(answer, keep=stored.refresh)
        return self._by_password()

    def _by_password(self) -> Token:
        form = {"grant_type": "password", "username": self._config.username, "password": self._password}
        return self._token(self._ask(form), keep=None)

    def _ask(self, form: Mapping[str, str]) -> Answer:
        # In the body, not in the address: addresses end up in the logs of proxies.
        whole = {"client_id": self._config.client_id, **form}
        return self._http.send(
            Request(method="POST", url=self._path, form=whole, headers={"Accept": "application/json"})
        )

    def _token(self, answer: Answer, *, keep: str | None) -> Token:
        body = _login_answer(answer, where=self._where, path=self._path, config=self._config)
        access = oauth.access_token(body)
        if not access:
            raise Unavailable(f"{self._where} answered {self._path} without a usable access_token; try again.")
        refresh = body.get("refresh_token")
        return Token(
            access=access,
            refresh=refresh if isinstance(refresh, str) and refresh else keep,
            expires_at=self._expiry(body.get("expires_in")),
        )

    def _expiry(self, expires_in: object) -> dt.datetime | None:
        try:
            seconds = int(expires_in)  # type: ignore[call-overload] # whatever is no number raises
        except (TypeError, ValueError, OverflowError):
            return None
        return self._now() + dt.timedelta(seconds=seconds) if 0 < seconds < 10**9 else None


class SessionLogin:
    """``POST api/login``; the session id travels as cookie JSESSIONID."""

    def __init__(self, *, where: str, http: Http, config: QadConfig, password: str, path: str) -> None:
        self._where, self._http, self._config, self._password, self._path = where, http, config, password, path

    def describe(self) -> str:
        """How and as whom."""
        return f"session login as {self._config.username}"

    def prove(self, tokens: Tokens) -> None:
        """Open a new session."""
        tokens.renew(tokens.current(), self.fetch)

    def sender(self, tokens: Tokens) -> Sender:
        """Requests carry the session cookie."""
        return Authorized(http=self._http, tokens=tokens, fetch=self.fetch, header=_cookie)

    def fetch(self, _stored: Token | None) -> Token:
        """Open a session."""
        body = {"username": self._config.username, "password": self._password}
        answer = self._http.send(
            Request(
                method="POST", url=self._path, json=body, headers={"Content-Type": "application/json;charset=UTF-8"}
            )
        )
        session = _login_answer(answer, where=self._where, path=self._path, config=self._config).get("sessionId")
        if not isinstance(session, str) or not session or not session.isprintable() or set(session) & set(' ;,"'):
            raise Unavailable(f"{self._where} answered {self._path} without a usable sessionId; try again.")
        return Token(access=session)


def _cookie(token: Token) -> Mapping[str, str]:
    return {"Cookie": f"JSESSIONID={token.access}"}


class Basic:
    """User and password on each request; may be switched off in an instance (inferred)."""

    def __init__(self, *, where: str, http: Http, config: QadConfig, password: str) -> None:
        self._where, self._http, self._config, self._password = where, http, config, password

    def describe(self) -> str:
        """How and as whom."""
        return f"Basic as {self._config.username}"

    def prove(self, tokens: Tokens) -> None:
        """Nothing to do: each request proves it."""

    def sender(self, tokens: Tokens) -> Sender:
        """Requests carry user and password."""
        del tokens
        return self

    def send(self, request: Request) -> Answer:
        """Send with user and password; one 401 may be a passing fault, the second stops the connection."""
        whole = replace(request, basic=(self._config.username, self._password))
        for _ in range(2):
            answer = self._http.send(whole)
            if answer.status != HTTPStatus.UNAUTHORIZED:
                return answer
        raise _refused(self._where, self._config, "")


def _login_answer(answer: Answer, *, where: str, path: str, config: QadConfig) -> Mapping[str, Any]:
    """The JSON of a login that worked; raises the sentence for one that did not."""
    if answer.status in _REFUSED:
        raise _refused(where, config, _reason(answer))
    if answer.status == HTTPStatus.NOT_FOUND:
        raise ConfigurationError(
            f"{where} has no {path} (404); check base_url with its context root (/clouderp or /qad-central).",
            status=answer.status,
        )
    if not answer.ok:
        raise Unavailable(f"{where} answered {path} with HTTP {answer.status}; try again.", status=answer.status)
    body = answer.json()
    if not isinstance(body, dict):
        raise Unavailable(f"{where} answered {path} with something else than a login; check base_url.")
    return body


def _reason(answer: Answer) -> str:
    """OAuth's own code for the refusal; its description is left out, it may repeat what we sent."""
    return values.short_code(answer.object().get("error"))


def _refused(where: str, config: QadConfig, reason: str) -> CredentialsRefused:
    what = {
        "oauth_password": "client_id, username and password",
        "session": "username and password",
        "basic": "username and password, and whether the instance allows Basic",
    }[config.auth]
    said = f" ({reason})" if reason else ""
    return CredentialsRefused(
        f"{where} does not accept the login of {config.username}{said}; check {what}, then `connection rotate`."
    )
