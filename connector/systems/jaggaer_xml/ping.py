"""``connection ping``: whether the paths are there. Nothing else can be asked without sending a document."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, Transient
from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.ports import aloud
from connector.systems.jaggaer_xml.entities.invoices import NO_PATH
from connector.systems.jaggaer_xml.lacks import NOT_OFFERED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.ports import Heard
    from connector.systems.jaggaer_xml.client import XmlClient
    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig
    from connector.systems.jaggaer_xml.names import Names

_THERE = "It is there; whether it accepts our identity and our documents shows with the first one."
_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def report(client: XmlClient, names: Names, config: JaggaerXmlConfig, heard: Heard) -> PingReport:
    """Ask for each path; raises ConnectorError when JAGGAER cannot be reached at all."""
    began = time.monotonic()
    asked = aloud(
        (_path(client, entity, names(entity, "path"), f"entities.{entity}.path") for entity in ("companies", "orders")),
        heard,
    )
    latency = (time.monotonic() - began) * 1000
    return PingReport(
        system="jaggaer-xml",
        login=f"{client.describe()}, not tried",
        checks=asked + aloud(_others(client, config), heard),
        latency_ms=round(latency, 1),
    )


def _others(client: XmlClient, config: JaggaerXmlConfig) -> Iterator[EntityCheck]:
    if config.invoice_path:
        yield _path(client, "invoices", config.invoice_path, "invoice_path")
    else:
        yield EntityCheck(entity="invoices", path="-", verdict=Verdict.MISSING, detail=f"{NO_PATH}.")
    for entity, why in NOT_OFFERED.items():
        yield EntityCheck(entity=entity, path="-", verdict=Verdict.NOT_OFFERED, detail=why)


def _path(client: XmlClient, entity: str, path: str, setting: str) -> EntityCheck:
    verdict, said = Verdict.FOUND, _THERE
    try:
        answer = client.reaches(path)
        if answer.status in _ABSENT:
            verdict, said = Verdict.MISSING, f"JAGGAER has no such path ({answer.status}); correct {setting}."
        elif answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            verdict = Verdict.NOT_PERMITTED
            said = f"JAGGAER does not let us in ({answer.status}); have it permit this address."
    except ConfigurationError as error:
        verdict, said = Verdict.MISSING, error.message
    except Transient as error:
        if "status" not in error.evidence:
            raise
        verdict, said = Verdict.UNCERTAIN, error.message
    return EntityCheck(entity=entity, path=path, verdict=verdict, detail=said)
