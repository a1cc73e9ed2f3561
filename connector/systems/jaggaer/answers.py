"""JAGGAER's answers: an envelope with a return code inside HTTP 200, as a number in one module and text in the other.

0 is done, 1 is done with warnings, anything else is refused with the reason in the message (seen in code).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    PermissionMissing,
    Refused,
    SourceLies,
    Unanswered,
    Unavailable,
)
from connector.reading import values

if TYPE_CHECKING:
    from connector.http.request import Answer
    from connector.systems.jaggaer.names import Names

_DONE, _WARNED = 0, 1


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An answer that is not a refusal."""

    body: Mapping[str, Any] = field(repr=False)
    #: what JAGGAER warns of; empty when it does not
    warning: str = ""


def opened(answer: Answer, *, names: Names, path: str, single: str = "") -> Envelope:
    """Read an answer. ``single`` is the key of the one document asked for: it comes without an envelope.

    Raises Refused or AlreadyThere with JAGGAER's own words, PermissionMissing on 403, ConfigurationError when the path
    does not exist, and for answers that cannot be understood SourceLies after a read and Unanswered after a write.
    """
    if not answer.ok:
        raise _failed(answer, names=names, path=path)
    body = answer.json()
    if not isinstance(body, Mapping):
        raise _odd(answer, path, "with something else than a JSON object")
    written = body.get(names("envelope", "code"))
    if written is None and single and isinstance(body.get(single), Mapping):
        return Envelope(body=body)
    code = values.whole(written)
    if code is None:
        raise _odd(answer, path, "without a return code")
    message = _message(body, names)
    if code in (_DONE, _WARNED):
        return Envelope(body=body, warning=(message or "no reason given") if code == _WARNED else "")
    raise _refusal(names, message or f"return code {code} without a reason", code=code)


def _failed(answer: Answer, *, names: Names, path: str) -> ConnectorError:
    body = answer.object()
    message = _message(body, names)
    match answer.status:
        case HTTPStatus.FORBIDDEN:
            return PermissionMissing(
                f"{answer.where} does not let this client use /{path} (403); have the client's role extended.",
                status=answer.status,
            )
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.GONE if not message:
            return ConfigurationError(
                f"{answer.where} has no /{path} ({answer.status}); check base_url, and under `entities` the path.",
                status=answer.status,
            )
        case HTTPStatus.CONFLICT:
            return AlreadyThere(f"JAGGAER refuses it: {message or 'conflict'} (409)", status=answer.status)
        case status if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return _refusal(names, message or f"HTTP {status} without a reason", status=status)
        case status:
            kind = Unanswered if answer.writes else Unavailable
            return kind(f"{answer.where} answered /{path} with an unexpected HTTP {status}.", status=status)


def _refusal(names: Names, message: str, **evidence: object) -> Refused:
    lower = message.lower()
    already = any(word.lower() in lower for word in names.phrases("already_there"))
    return (AlreadyThere if already else Refused)(f"JAGGAER refuses it: {message}", **evidence)


def _odd(answer: Answer, path: str, how: str) -> ConnectorError:
    sentence = f"{answer.where} answered /{path} {how}"
    if answer.writes:
        return Unanswered(f"{sentence}: the write may have taken effect.", status=answer.status)
    return SourceLies(f"{sentence}; check that base_url and the path lead to the API.", status=answer.status)


def _message(body: Mapping[str, Any], names: Names) -> str:
    """JAGGAER's own words on one line."""
    return values.line(body.get(names("envelope", "message")))
