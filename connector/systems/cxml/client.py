"""Requests to one network: an envelope around a document, and what its answer means.

A message that is sent again is the same message: its payloadID follows from what it is about, never from the time.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.http.request import Request
from connector.systems.cxml.answers import understood
from connector.systems.cxml.documents import identity
from connector.xml.writing import document, element

if TYPE_CHECKING:
    from lxml import etree

    from connector.http.session import Http
    from connector.systems.cxml.config import CxmlConfig
    from connector.systems.cxml.names import Names

USER_AGENT = "ml-connector"
#: behind the part of a payloadID that is ours
HOST = "ml-connector"


class CxmlClient:
    """Sends; knows envelopes, but no document."""

    def __init__(self, *, http: Http, names: Names, config: CxmlConfig, secret: str) -> None:
        self._http, self._names, self._config, self._secret = http, names, config, secret

    def send(self, document_: etree._Element, *, entity: str, to: str, payload_id: str, url: str) -> str:
        """Send a document to somebody; returns the network's words. Raises what its answer means."""
        if not url:
            raise ConfigurationError("This cXML connection has no address that documents go to; set url.")
        body = document(self._envelope(document_, to=to, payload_id=payload_id), doctype=self._doctype(entity))
        headers = {"Content-Type": "text/xml; charset=UTF-8", "Accept": "text/xml"}
        return understood(self._http.send(Request(method="POST", url=url, headers=headers, content=body, writes=True)))

    def _doctype(self, entity: str) -> str:
        place = f"{self._names('doctype', 'address')}/{self._config.dtd_version}/{self._names('doctype', entity)}"
        return f'<!DOCTYPE cXML SYSTEM "{place}">'

    def _envelope(self, document_: etree._Element, *, to: str, payload_id: str) -> etree._Element:
        config, us = self._config, self._config.identities[0]
        header = element(
            "Header",
            element("From", _credential(us)),
            element("To", _credential(to)),
            element("Sender", _credential(us, secret=self._secret), element("UserAgent", USER_AGENT)),
        )
        request = element("Request", document_, deploymentMode=config.deployment_mode.value)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        attributes = {"payloadID": payload_id, "timestamp": now, "version": config.dtd_version}
        return element("cXML", header, request, **attributes, **{"xml:lang": config.language})


def _credential(name: str, *, secret: str | None = None) -> etree._Element:
    domain, who = identity.taken_apart(name)
    shown = None if secret is None else element("SharedSecret", secret)
    return element("Credential", element("Identity", who), shown, domain=domain)
