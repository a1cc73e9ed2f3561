"""What Concur's services say when they say no. Every one of them has a way of its own (documented)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    PermissionMissing,
    Refused,
    Unanswered,
    Unavailable,
)
from connector.reading import values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.http.request import Answer
    from connector.systems.concur.names import Names

_NO_SUCH_PATH = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE})
#: where the services put their sentences: FIS, List v4, the older invoice services, the login
_PLACES = (
    "error.message",
    "Error.Message",
    "errorMessage",
    "ErrorMessage",
    "message",
    "Message",
    "detailMessage",
    "error_description",
    "error",
)


def reason(body: object) -> str:
    """The service's own words on one line; empty when it has none."""
    found = dict.fromkeys(part for said in _found(body) if (part := said.strip().rstrip(".")))
    return values.line("; ".join(found))


def _found(body: object) -> Iterator[str]:
    for place in _PLACES:
        yield values.text(values.at(body, place))
    for mistake in values.rows(values.at(body, "validationErrors")):
        yield " ".join(filter(None, (values.text(mistake.get("source")), values.text(mistake.get("message")))))


def refusal(said: str, *, names: Names, **evidence: Any) -> Refused:  # noqa: ANN401 - evidence is anything
    """Concur said no in these words; those that mean "there already" make an AlreadyThere."""
    lower = said.lower()
    already = any(word.lower() in lower for word in names.phrases("already_there"))
    return (AlreadyThere if already else Refused)(f"Concur refuses it: {said.rstrip('.')}.", **evidence)


def absent(said: str, *, names: Names) -> bool:
    """Whether these words mean that what was to be changed is not there."""
    lower = said.lower()
    return any(word.lower() in lower for word in names.phrases("not_there"))


def failure(answer: Answer, *, names: Names, path: str) -> ConnectorError:
    """The error for an answer that is not a 2xx."""
    said = reason(answer.object())
    status = answer.status
    if status == HTTPStatus.FORBIDDEN:
        return PermissionMissing(
            f"{answer.where} does not let this client use /{path} (403{f': {said}' if said else ''}); "
            "have SAP add the scope to the client and connect the company again.",
            status=status,
        )
    if status in _NO_SUCH_PATH and not said:
        return ConfigurationError(
            f"{answer.where} has no /{path} ({status}); check the path under `entities` of the connection.",
            status=status,
        )
    if status == HTTPStatus.CONFLICT:
        return AlreadyThere(f"Concur refuses it: {said.rstrip('.') or 'conflict'} (409).", status=status)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return refusal(said or f"HTTP {status} without a reason", names=names, status=status)
    kind = Unanswered if answer.writes else Unavailable
    return kind(f"{answer.where} answered /{path} with an unexpected HTTP {status}.", status=status)
