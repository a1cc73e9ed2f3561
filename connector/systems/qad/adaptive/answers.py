"""What a QAD answer means: HTTP statuses, ``submitResult`` inside a 200, and bare ``errors`` (all seen in code)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    CredentialsRefused,
    PermissionMissing,
    Refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.http.request import Answer

_LONGEST_WORDS = 300
_MOST_MESSAGES = 5
_NOT_PERMITTED = ("permission", "not authorized", "not authorised", "unauthorized", "access denied", "not permitted")


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A write that QAD took."""

    data: Mapping[str, Any]
    #: what QAD wants a person to know, although it took the document
    warnings: tuple[str, ...] = ()
    #: False when QAD did not refuse, but did not say either that it took it
    said_so: bool = True


def opened(answer: Answer, *, where: str, path: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the JSON of a good answer; raises what the status or a bare ``errors`` envelope means.

    ``where`` names the connection, ``path`` what was asked for.
    """
    _judge_status(answer, where=where, path=path)
    body = answer.json()
    if isinstance(body, dict) and body.get("errors"):
        raise _refusal(list(_messages(body["errors"])), where=where, path=path)
    return body


def submitted(answer: Answer, *, where: str, path: str, already_there: Sequence[str] = ()) -> Submitted:
    """Read the answer to a write: taken only when it says success, no severity and no errors.

    ``already_there`` are words of a refusal that mean that QAD has the document.
    """
    try:
        return _submitted(answer, where=where, path=path)
    except Refused as refusal:
        lower = refusal.message.lower()
        if any(words.lower() in lower for words in already_there):
            raise AlreadyThere(refusal.message, **refusal.evidence) from None
        raise


def _submitted(answer: Answer, *, where: str, path: str) -> Submitted:
    body = opened(answer, where=where, path=path)
    if not isinstance(body, dict):
        return Submitted(data={"data": body}, said_so=False)
    result = body.get("submitResult")
    if not isinstance(result, dict):
        said = tuple(_messages(body.get("supplementaryMessages")))
        return Submitted(data=_data(body), warnings=said, said_so=False)
    errors = list(_messages(result.get("errors")))
    if result.get("success") is True and not errors and result.get("errorSeverity") in (0, None):
        said = (*_messages(result.get("warnings")), *_messages(body.get("supplementaryMessages")))
        return Submitted(data=_data(body), warnings=tuple(dict.fromkeys(said)))
    raise _refusal(errors, where=where, path=path, of_the_document=True)


def _data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def _judge_status(answer: Answer, *, where: str, path: str) -> None:
    status = answer.status
    if answer.ok:
        return
    evidence: dict[str, object] = {"status": status, "path": path}
    match status:
        case 401:
            raise CredentialsRefused(
                f"{where} does not accept the credentials for {path}; correct them with `connection rotate`.",
                **evidence,
            )
        case 403:
            raise PermissionMissing(
                f"{where} does not permit this user to use {path} (403); ask the QAD administrator for the role that "
                "allows it.",
                **evidence,
            )
        case 404:
            raise ConfigurationError(
                f"{where} has no {path} (404); check base_url with its context root (/clouderp or /qad-central) and "
                "the name in entities.",
                **evidence,
            )
        case _ if 300 <= status < 400:  # noqa: PLR2004 - HTTP's own border
            raise ConfigurationError(
                f"{where} sends {path} elsewhere (HTTP {status}); set base_url to the address it ends up at.",
                **evidence,
            )
        case _:
            judged = isinstance(answer.object().get("submitResult"), dict)
            raise _refusal(_words_of(answer), where=where, path=path, status=status, of_the_document=judged)


def _words_of(answer: Answer) -> list[str]:
    """The reasons in an error body, if it has any that can be read."""
    body = answer.object()
    result = body.get("submitResult")
    return [*_messages(body.get("errors")), *_messages(result.get("errors") if isinstance(result, dict) else None)]


def _refusal(
    messages: list[str], *, where: str, path: str, status: int = 200, of_the_document: bool = False
) -> ConnectorError:
    """``of_the_document``: QAD itself looked at the document and says no, not the gateway before it."""
    said = "; ".join(messages[:_MOST_MESSAGES]) or (f"HTTP {status}" if status != 200 else "no reason given")  # noqa: PLR2004 - the status of success
    said = said if len(said) <= _LONGEST_WORDS else said[:_LONGEST_WORDS] + "..."
    lower = said.lower()
    if not of_the_document and any(words in lower for words in _NOT_PERMITTED):
        return PermissionMissing(
            f"{where} does not permit this user to use {path}: {said}. Ask the QAD administrator for the role.",
            path=path,
        )
    sentence = f"{where} refused {path}: {said.rstrip('.')}."
    return Refused(sentence, path=path, status=status, of_the_document=of_the_document)


def _messages(entries: object) -> Iterator[str]:
    """Each entry as ``message (field)``; entries may be objects or plain texts."""
    if isinstance(entries, str | dict):
        entries = [entries]
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            message = str(entry.get("message") or entry.get("code") or "no reason given").strip()
            field = str(entry.get("fieldName") or "").strip()
            yield f"{message.rstrip('.')} ({field})" if field and field not in message else message
        elif entry:
            yield str(entry).strip()
