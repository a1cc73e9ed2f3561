"""JAGGAER Indirect as this connection reaches it: a message goes out, its answer comes back, read."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import (
    SAID_NO,
    ConfigurationError,
    CredentialsRefused,
    PermissionMissing,
    Refused,
    Unanswered,
)
from connector.http.request import Request, quoted
from connector.systems.jaggaer_xml import answers
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from connector.domain.errors import ConnectorError
    from connector.http.request import Answer
    from connector.http.session import Http
    from connector.systems.jaggaer_xml.answers import Answered
    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig
    from connector.systems.jaggaer_xml.names import Names

_HEADERS = {"Content-Type": "text/xml; charset=UTF-8", "Accept": "application/xml, text/xml"}
_MEGABYTE = 1_000_000
_ADVICE = "correct identity or shared_secret with `connection rotate`"


class XmlClient:
    """Speaks with one organisation at JAGGAER Indirect."""

    def __init__(self, *, http: Http, config: JaggaerXmlConfig, names: Names, secret: str) -> None:
        self._http, self._config, self._names, self._secret = http, config, names, secret

    def describe(self) -> str:
        """Return how and as whom we sign in, without a secret."""
        return f"shared secret as {self._config.identity}"

    def post(self, path: str, message: bytes) -> Answered:
        """Send a message. What is no answer of JAGGAER's raises Unanswered: it may have taken effect."""
        request = Request(
            method="POST", url=path, content=message, headers=_HEADERS, secrets=(self._secret,), writes=True
        )
        answer = self._http.send(request)
        if not answer.ok:
            raise self._turned_away(answer, path)
        declared = answer.headers.get("Content-Type", "").lower().partition("charset=")[2].strip("\"' ;")
        try:
            said = answers.read(
                answer.content,
                self._names,
                secret=self._secret,
                charset=declared,
                most_bytes=self._config.most_answer_megabytes * _MEGABYTE,
                most_elements=self._config.most_answer_elements,
            )
        except NotReadable as why:
            raise Unanswered(
                f"{answer.where} answered /{path} with something that {why}{quoted(answer.said)}: "
                "the message may have taken effect.",
                status=answer.status,
            ) from None
        if said.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or said.has(self._names, "login_refused"):
            raise CredentialsRefused(
                f"{answer.where} does not accept {self._config.identity} ({said.words}); {_ADVICE}.", **{SAID_NO: True}
            )
        return said

    def reaches(self, path: str) -> Answer:
        """Ask for a path without a message: nothing is changed by that."""
        return self._http.send(Request(method="GET", url=path, answered_by=frozenset({500, 501})))

    def _turned_away(self, answer: Answer, path: str) -> ConnectorError:
        what = f"{answer.where} answered /{path} with HTTP {answer.status}{quoted(answer.said)}"
        match answer.status:
            case HTTPStatus.UNAUTHORIZED:
                return CredentialsRefused(f"{what}; {_ADVICE}.", **{SAID_NO: True})
            case HTTPStatus.FORBIDDEN:
                return PermissionMissing(
                    f"{what}; have JAGGAER permit messages from this address and this identity.", **{SAID_NO: True}
                )
            case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.GONE:
                return ConfigurationError(f"{what}; check base_url and the path.", **{SAID_NO: True})
            case _:
                return Refused(f"JAGGAER refuses it: {what}.", status=answer.status)
