"""Requests with a token that is renewed before it ends, and once when it is refused.

A brand-new token may be refused because it is not valid yet: the clock that issued it and the clock that reads it
differ by seconds. So it is tried again after a while before anybody says that it is worth nothing.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import CredentialsRefused, Unavailable
from connector.http.classify import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.token import Token
    from connector.http.request import Answer, Request
    from connector.http.session import Http
    from connector.ports import Tokens

#: so many requests in a row refused with a brand-new token are no passing fault any more
MOST_REFUSALS = 5
#: seconds before each further try of a brand-new token that is refused
NOT_YET_SECONDS = (1.0, 2.0, 4.0)


def utcnow() -> dt.datetime:
    """Return this moment, where a test gives none of its own."""
    return dt.datetime.now(dt.UTC)


def bearer(token: Token) -> Mapping[str, str]:
    """Write the token as OAuth 2 does."""
    return {"Authorization": f"Bearer {token.access}"}


class Authorized:
    """Sends requests of one connection with its shared token.

    ``fetch`` gets the stored token (for its refresh token) and logs in; it raises CredentialsRefused when the
    credentials are wrong. A 401 needs no particular headers or body to be understood. With ``base`` a token says where
    paths lead; without it they lead below the base URL of ``http``.
    """

    def __init__(
        self,
        *,
        http: Http,
        tokens: Tokens,
        fetch: Callable[[Token | None], Token],
        header: Callable[[Token], Mapping[str, str]] = bearer,
        base: Callable[[Token], str] | None = None,
        skew: dt.timedelta = dt.timedelta(seconds=30),
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self.http = http
        self._tokens = tokens
        self._fetch = fetch
        self._header = header
        self._base = base
        self._skew = skew
        self._pause = pause
        self._now = now
        self._token: Token | None = None
        self._asking = threading.Lock()
        self._refusals = 0

    def token(self) -> Token:
        """A token that is good for a while: ours, else the stored one, else a new one.

        Of many threads one asks, and the others wait for it: each that asks holds a connection to the ledger.
        """
        now = self._now()
        if self._token is not None and self._token.fresh(now, self._skew):
            return self._token
        with self._asking:
            if self._token is None or not self._token.fresh(now, self._skew):
                self._token = self._tokens.current()
            if self._token is None or not self._token.fresh(now, self._skew):
                self._token = self._tokens.renew(self._token, self._fetch)
            return self._token

    def _instead_of(self, refused: Token) -> Token:
        """Another one than what was refused; the same for all whose requests were under way with it."""
        with self._asking:
            if self._token is None or self._token.access == refused.access:
                self._token = self._tokens.renew(refused, self._fetch)
            return self._token

    def send(self, request: Request) -> Answer:
        """Send with the token; on 401 renew it once and send once more, and again while it may not be valid yet.

        One that stays refused is Unavailable, because the credentials were accepted a moment ago; several requests in a
        row that end this way raise CredentialsRefused. Only the first of them waits. A refused write has changed
        nothing.
        """
        before, token = self._refusals, self.token()
        answer = self._send(request, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            token = self._instead_of(token)
            answer = self._send(request, token)
        for seconds in NOT_YET_SECONDS if before == 0 else ():
            if answer.status != HTTPStatus.UNAUTHORIZED:
                break
            self._pause(seconds)
            answer = self._send(request, token)
        if answer.status != HTTPStatus.UNAUTHORIZED:
            self._refusals = 0
            return answer
        self._refusals = max(self._refusals, before + 1)  # those that are under way at the same time count once
        clocks = _clocks(answer, self._now())
        if self._refusals < MOST_REFUSALS:
            raise Unavailable(
                f"{answer.where} refused a token it had just issued (401); {clocks}; nothing was changed.",
                status=answer.status,
            )
        raise CredentialsRefused(
            f"{answer.where} issues tokens but refuses every one of them (401), seconds later as well; {clocks}; "
            "check that the user or client may use this API, that the address belongs to the same tenant, and that no "
            "clock is wrong.",
            status=answer.status,
        )

    def _send(self, request: Request, token: Token) -> Answer:
        url = request.url
        if self._base is not None and "://" not in url:
            url = f"{self._base(token).rstrip('/')}/{url.lstrip('/')}"
        return self.http.send(replace(request, url=url, headers={**request.headers, **self._header(token)}))


def _clocks(answer: Answer, now: dt.datetime) -> str:
    """What the clock of an answer says, and what ours."""
    ours = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    theirs = moment(answer.headers.get("Date"))
    if theirs is None:
        return f"its answer names no time, our clock says {ours}"
    seconds = round((theirs - now).total_seconds())
    apart = f"{abs(seconds):,} seconds {'ahead of' if seconds > 0 else 'behind'}" if abs(seconds) > 1 else "the same as"
    return f"its clock says {theirs.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC, {apart} ours ({ours})"
