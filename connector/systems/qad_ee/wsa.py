"""The OpenEdge Web Services Adapter of a site: SOAP without QDocs, for operations that only this site has."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.http.redact import without
from connector.http.request import Request, quoted
from connector.systems.qad_ee import soap
from connector.xml import reading
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from lxml import etree

    from connector.http.session import Http
    from connector.systems.qad_ee.config import QadEeConfig

_FAULTS = frozenset({400, 500})


class WsaClient:
    """Speaks with one Web Services Adapter. It only reads."""

    def __init__(self, *, name: str, http: Http, config: QadEeConfig, password: str) -> None:
        self._http, self._config, self._password = http, config, password
        #: the beginning of every sentence
        self.where = f"QAD connection {name}"

    def ask(self, asked: etree._Element) -> etree._Element:
        """Return what the answer holds; raises Unavailable, ConfigurationError or CredentialsRefused."""
        name = reading.local(asked)
        config = self._config
        request = Request(
            method="POST",
            url=config.wsa_url,
            headers=soap.HEADERS,
            content=soap.wrapped(asked),
            basic=(config.username, self._password) if config.auth == "basic" else None,
            answered_by=_FAULTS,
            secrets=(self._password,) if self._password else (),
        )
        answer = self._http.send(request)
        declared = answer.headers.get("Content-Type", "").lower().partition("charset=")[2].strip("\"' ;")
        most, elements = config.most_answer_megabytes * 1_000_000, config.most_answer_elements
        try:
            inside = soap.body_of(answer.content, charset=declared, most_bytes=most, most_elements=elements)
        except NotReadable as why:
            said = (
                f"{self.where} answered {name} with HTTP {answer.status} and something that {why}{quoted(answer.said)}"
            )
            if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                raise CredentialsRefused(f"{said}: its web server does not let this user in.") from None
            if answer.status == HTTPStatus.NOT_FOUND:
                raise ConfigurationError(f"{said}; check wsa_url.") from None
            raise Unavailable(f"{said}; if this stays, check that wsa_url leads to the WSA.") from None
        if reading.local(inside) == "Fault":
            text = " ".join(" ".join(inside.itertext()).split())
            text = without(text, [self._password]) if self._password else text
            raise ConfigurationError(
                f"{self.where}: its WSA does not answer {name}: {text[:300]}. Check the operation, its namespace and "
                "its "
                "parameters under entities."
            )
        if reading.local(inside) != f"{name}Response":
            raise Unavailable(f"{self.where} answered {name} with {reading.local(inside)}, which is no answer to that.")
        return inside
