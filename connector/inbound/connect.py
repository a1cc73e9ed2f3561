"""``/connect/<system>``: where SAP's App Center, or the like, sends a person who pressed Connect, and a token.

Anybody can call this address with anything. What they can bring about: the system is asked, a few times a minute at
most; and a company whose token it accepts becomes a connection that does nothing until an operator accepts it. The
answer leads to an address without the token, so that it stays in no history, and whatever is shown there was said by
the system.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import Request, Response

from connector.domain.errors import ConnectorError, CredentialsRefused, PermissionMissing, Transient, Unanswered
from connector.inbound import pages, paths
from connector.inbound.companies import Said
from connector.inbound.deadlines import peer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from connector.inbound.companies import Companies
    from connector.ports import Connecting

_log = logging.getLogger(__name__)

#: exchanges that are tried in a minute, whoever asks for them
MOST_A_MINUTE = 20
_MINUTE = 60.0
_LONGEST_TOKEN = 2000

_NOT_ACCEPTED = (
    "{title} did not accept what its {market} handed over{said}: the request token is too old, was used "
    "before or belongs to another company, or this application is not enabled for yours; press Connect in the {market} "
    "again, and if that changes nothing, ask the operator of ml-connector."
)
_NO_ANSWER = (
    "{title} or the ledger of ml-connector does not answer now{said}, so nothing was connected; press Connect in the "
    "{market} again in a few minutes."
)
_OURS = (
    "This installation could not connect the company{said}; its operator finds out why in the log of the console, "
    "under connect.failed."
)


class Attempts:
    """Counts what is tried, so that nobody has a system asked over and over again in our name."""

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


def add(app: FastAPI, system: Connecting, companies: Companies | None, attempts: Attempts) -> None:
    """Add the routes of one system; without ``companies`` the first one says that nobody set this up."""
    market, failure = system.marketplace, partial(pages.failure, system.title)

    @app.get(paths.connect(system.name))
    def connect(request: Request) -> Response:
        company = request.query_params.get(market.company_parameter, "")
        token = request.query_params.get(market.token_parameter, "")
        if companies is None:
            return failure("Companies cannot connect themselves to this installation.", HTTPStatus.NOT_FOUND)
        uuid = _uuid(company)
        if not uuid or not token or len(token) > _LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
            return failure(
                f"The {market.name} sends a company's id and a request token here, and this address has none that "
                f"could be right; open {system.title}'s {market.name} and press Connect there.",
                HTTPStatus.BAD_REQUEST,
            )
        if not attempts.may_begin():
            return failure(
                f"Too many companies were connected within a minute; wait for one, then press Connect in the "
                f"{market.name} again.",
                HTTPStatus.TOO_MANY_REQUESTS,
            )
        try:
            word = companies.hand_over(uuid, token)
        except ConnectorError as error:
            about = {"company": uuid, "peer": peer_of(request.client), "error": error.message}
            _log.warning("connect.failed", extra=about)
            return failure(*_failure(system, error))
        _log.info("connect.connected", extra={"company": uuid, "peer": peer_of(request.client)})
        there = {"Location": f"{paths.connected(system.name)}/{word}"}
        return Response(status_code=HTTPStatus.SEE_OTHER, headers=there | pages.HEADERS)

    @app.get(f"{paths.connected(system.name)}/{{word}}")
    def connected(word: str) -> Response:
        try:
            landed = companies.landed(word) if companies is not None else None
        except Transient:
            return failure("The ledger cannot be asked now; load this page again.", HTTPStatus.SERVICE_UNAVAILABLE)
        if landed is None:
            return failure(
                "There is nothing to see here any more; `ml-connector connection list` shows every connection.",
                HTTPStatus.NOT_FOUND,
            )
        return pages.landed(system.title, landed)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _failure(system: Connecting, error: ConnectorError) -> tuple[str, HTTPStatus]:
    """One sentence without names of ours, and the status that fits it; the whole error is in the log."""
    code = error.evidence.get("code")
    said = f" (code {code})" if isinstance(code, int) else ""
    words = {"title": system.title, "market": system.marketplace.name, "said": said}
    match error:
        case Said():
            return error.message, HTTPStatus.CONFLICT
        case CredentialsRefused() | PermissionMissing():
            return _NOT_ACCEPTED.format(**words), HTTPStatus.FORBIDDEN
        case Transient() | Unanswered():
            return _NO_ANSWER.format(**words), HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return _OURS.format(**words), HTTPStatus.INTERNAL_SERVER_ERROR
