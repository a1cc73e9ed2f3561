"""``/connect/concur``: where SAP's App Center sends a person who pressed Connect, with the company and its token.

Anybody can call this address with anything. What they can bring about: SAP is asked, a few times a minute at most; and
a company whose token SAP accepts becomes a connection that does nothing until an operator accepts it. The answer leads
to an address without the token, so that it stays in no history, and whatever is shown there was said by SAP.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import Request, Response

from connector.console import pages, paths
from connector.console.companies import Said
from connector.console.deadlines import peer_of
from connector.domain.errors import ConnectorError, CredentialsRefused, PermissionMissing, Transient, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from connector.console.companies import Companies

_log = logging.getLogger(__name__)

#: exchanges that are tried in a minute, whoever asks for them
MOST_A_MINUTE = 20
_MINUTE = 60.0
_LONGEST_TOKEN = 2000

_NOT_ACCEPTED = (
    "SAP Concur did not accept what its App Center handed over{}: the request token is older than 24 hours, was used "
    "before or belongs to another company, or SAP has not enabled this application for yours; press Connect in the App "
    "Center again, and if that changes nothing, ask the operator of ml-connector."
)
_NO_ANSWER = (
    "SAP Concur or the ledger of ml-connector does not answer now{}, so nothing was connected; press Connect in the "
    "App Center again in a few minutes."
)
_OURS = (
    "This installation could not connect the company{}; its operator finds out why in the log of the console, under "
    "connect.failed."
)


class Attempts:
    """Counts what is tried, so that nobody has SAP asked over and over again in our name."""

    def __init__(self, most: int = MOST_A_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._begun: deque[float] = deque()
        self._lock = threading.Lock()

    def may_begin(self) -> bool:
        """Whether one more may be tried now; counts it if so."""
        with self._lock:
            now = self._clock()
            while self._begun and now - self._begun[0] >= _MINUTE:
                self._begun.popleft()
            if len(self._begun) >= self._most:
                return False
            self._begun.append(now)
            return True


def add(app: FastAPI, companies: Companies | None, attempts: Attempts) -> None:
    """Add the routes; without ``companies`` the first one says that nobody set this up."""

    @app.get(paths.CONNECT)
    def concur(request: Request) -> Response:
        company, token = request.query_params.get("id", ""), request.query_params.get("requestToken", "")
        if companies is None:
            return pages.failure("Companies cannot connect themselves to this installation.", HTTPStatus.NOT_FOUND)
        uuid = _uuid(company)
        if not uuid or not token or len(token) > _LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
            return pages.failure(
                "The App Center sends a company's id and a request token here, and this address has none that could be "
                "right; open SAP Concur's App Center and press Connect there.",
                HTTPStatus.BAD_REQUEST,
            )
        if not attempts.may_begin():
            return pages.failure(
                "Too many companies were connected within a minute; wait for one, then press Connect in the App Center "
                "again.",
                HTTPStatus.TOO_MANY_REQUESTS,
            )
        try:
            word = companies.hand_over(uuid, token)
        except ConnectorError as error:
            about = {"company": uuid, "peer": peer_of(request.client), "error": error.message}
            _log.warning("connect.failed", extra=about)
            return pages.failure(*_failure(error))
        _log.info("connect.connected", extra={"company": uuid, "peer": peer_of(request.client)})
        there = {"Location": f"{paths.CONNECTED}/{word}"}
        return Response(status_code=HTTPStatus.SEE_OTHER, headers=there | pages.HEADERS)

    @app.get(f"{paths.CONNECTED}/{{word}}")
    def connected(word: str) -> Response:
        try:
            landed = companies.landed(word) if companies is not None else None
        except Transient:
            return pages.failure(
                "The ledger cannot be asked now; load this page again.", HTTPStatus.SERVICE_UNAVAILABLE
            )
        if landed is None:
            return pages.failure(
                "There is nothing to see here any more; `ml-connector connection list` shows every connection.",
                HTTPStatus.NOT_FOUND,
            )
        return pages.landed(landed)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _failure(error: ConnectorError) -> tuple[str, HTTPStatus]:
    """One sentence without names of ours, and the status that fits it; the whole error is in the log."""
    code = error.evidence.get("code")
    said = f" (code {code})" if isinstance(code, int) else ""
    match error:
        case Said():
            return error.message, HTTPStatus.CONFLICT
        case CredentialsRefused() | PermissionMissing():
            return _NOT_ACCEPTED.format(said), HTTPStatus.FORBIDDEN
        case Transient() | Unanswered():
            return _NO_ANSWER.format(said), HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return _OURS.format(said), HTTPStatus.INTERNAL_SERVER_ERROR
