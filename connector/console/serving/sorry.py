"""Pages that are one sentence: why something is not there, or was not done."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.serving.answers import Page
from connector.domain.errors import ConfigurationError, StoreUnavailable, UnknownName

if TYPE_CHECKING:
    from connector.domain.errors import ConnectorError

_log = logging.getLogger(__name__)

#: what stands above the sentence
_HEADINGS = {
    HTTPStatus.BAD_REQUEST: "That cannot be done",
    HTTPStatus.UNAUTHORIZED: "Sign in first",
    HTTPStatus.FORBIDDEN: "You may not do this",
    HTTPStatus.NOT_FOUND: "There is no such thing here",
    HTTPStatus.CONFLICT: "That was not done",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too much at once",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait a moment",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "The ledger does not answer",
}


def sorry(sentence: str, status: HTTPStatus) -> Page:
    """A page that is one sentence."""
    return Page(
        template="sorry.html", title=_HEADINGS.get(status, status.phrase), shows={"sentence": sentence}, status=status
    )


def mistake(path: str) -> Page:
    """A mistake of ours is one sentence to whoever meets it."""
    _log.exception("console.failed", extra={"path": path})
    return sorry("Something went wrong here; its log says what.", HTTPStatus.INTERNAL_SERVER_ERROR)


def failed(error: ConnectorError) -> Page:
    """What went wrong, as a page."""
    if isinstance(error, StoreUnavailable):  # nobody can tell who looks: they do not learn where it is
        _log.warning("console.no_ledger", extra={"error": error.in_full})
        return sorry(
            "The ledger does not answer. Nothing is lost, and work goes on when it does: try again in a minute. When "
            "that does not help, `ml-connector doctor` says more.",
            HTTPStatus.SERVICE_UNAVAILABLE,
        )
    if isinstance(error, UnknownName):
        return sorry(error.message, HTTPStatus.NOT_FOUND)
    return sorry(
        error.message, HTTPStatus.BAD_REQUEST if isinstance(error, ConfigurationError) else HTTPStatus.CONFLICT
    )
