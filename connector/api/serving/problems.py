"""What went wrong, as RFC 9457 has it: one sentence, no traceback, nothing that is nobody's business."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from connector.api.serving.headers import HEADERS
from connector.domain.errors import (
    ConfigurationError,
    ConnectorError,
    StoreConflict,
    StoreUnavailable,
    Unavailable,
    UnknownName,
)
from connector.domain.harmless import harmless
from connector.operations.accounts.idempotency import KeyInUse, KeyOfAnother
from connector.operations.instructions import in_api
from connector.reading.mistakes import complaint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)
_MOST_MISTAKES = 20
_ONE_OF = "should be one of "
#: what our own command calls itself
COMMAND = "ml-connector"
#: the first that fits
_KNOWN: dict[type[ConnectorError], tuple[HTTPStatus, str]] = {
    KeyInUse: (HTTPStatus.CONFLICT, "idempotency-key-in-use"),
    KeyOfAnother: (HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-of-another"),
    UnknownName: (HTTPStatus.NOT_FOUND, ""),
    ConfigurationError: (HTTPStatus.CONFLICT, "cannot-be-done"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, ""),
}
_MISTAKE_OF_OURS = "Something went wrong here; the log of the console's process says what."
_NO_LEDGER = "The ledger does not answer. Nothing is lost, and work goes on when it does: try again in a minute."


class Problem(Exception):
    """A request that is not answered as asked, and why."""

    def __init__(
        self,
        status: HTTPStatus,
        sentence: str,
        *,
        kind: str = "",
        mistakes: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.mistakes, self.headers = status, sentence, mistakes, dict(headers or {})
        self.kind = kind or status.phrase.lower().replace(" ", "-")

    def response(self) -> Response:
        """As it is sent."""
        said = {
            "type": f"urn:ml-connector:problem:{self.kind}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": harmless(self.sentence),
        }
        if self.mistakes:
            said["errors"] = list(self.mistakes)
        return Response(
            json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"),
            status_code=self.status,
            media_type=MEDIA_TYPE,
            headers={**HEADERS, **self.headers},
        )


def of(error: Exception, agent: str = "") -> Problem:
    """What a program is told of an error; one that nobody foresaw is logged.

    Our own command shows it to a person who types commands; any other ``agent`` is told of addresses.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _mistaken(error)
    if isinstance(error, HTTPException):
        return Problem(HTTPStatus(error.status_code), _sentence(error.status_code), headers=error.headers)
    if isinstance(error, ConnectorError):
        return _known(error, error.message if agent == COMMAND else in_api(error.message))
    _log.error("api.failed", exc_info=error)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, _MISTAKE_OF_OURS)


def _known(error: ConnectorError, sentence: str) -> Problem:
    if isinstance(error, StoreUnavailable):  # whoever asks does not learn where it is
        _log.warning("api.no_ledger", extra={"error": error.in_full})
        wait = {"Retry-After": "1" if isinstance(error, StoreConflict) else "30"}
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, _NO_LEDGER, headers=wait)
    for kind, (status, called) in _KNOWN.items():
        if isinstance(error, kind):
            wait = {"Retry-After": "10"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
            return Problem(status, sentence, kind=called, headers=wait)
    return Problem(HTTPStatus.BAD_GATEWAY, sentence)


def _mistaken(error: RequestValidationError) -> Problem:
    mistakes = _mistakes(error)[:_MOST_MISTAKES]
    first = mistakes[0]
    others = f", and {len(mistakes) - 1} more" if len(mistakes) > 1 else ""
    sentence = f"The request is not as the API takes it: {first['where']}: {first['what']}{others}."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, kind="invalid-request", mistakes=mistakes)


def _mistakes(error: RequestValidationError) -> list[dict[str, str]]:
    """Each place once, in the words in which a file's mistakes are said; what came is not repeated."""
    found: dict[str, list[str]] = {}
    for one in error.errors():
        # of several things that it may be, pydantic names each in square brackets
        where = ".".join(str(part) for part in one["loc"] if "[" not in str(part))
        told = {name: value for name, value in one.items() if name != "input"}
        words = complaint(told)  # type: ignore[arg-type]  # pydantic's own, but for what came
        said = found.setdefault(where, [])
        if words.removeprefix(_ONE_OF) not in said:
            said.append(words.removeprefix(_ONE_OF) if said else words)
    return [{"where": where, "what": ", or ".join(said)} for where, said in found.items()]


def _sentence(status: int) -> str:
    return {
        HTTPStatus.NOT_FOUND: "There is nothing at this address; /api/openapi.json lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: "That cannot be done at this address; the header Allow says what can.",
    }.get(HTTPStatus(status), f"The request was answered with {HTTPStatus(status).phrase}.")
