"""``connection ping``: how each entity is read, whether that works, and how each posting is asked back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connector.domain.errors import (
    ConfigurationError,
    ConnectorError,
    CredentialsRefused,
    PermissionMissing,
    Transient,
)
from connector.domain.exchange import EntityCheck, PingReport, Query, Verdict
from connector.ports import aloud
from connector.systems.qad.adaptive.probe import Probe
from connector.systems.qad.shapes import FOR_POSTING
from connector.systems.qad_ee import lacks, wsdl
from connector.systems.qad_ee.config import POSTINGS, Way
from connector.systems.qad_ee.searches import AskedSearch
from connector.systems.qad_ee.source import QadEeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.ports import Heard
    from connector.systems.qad_ee.site import Site

#: a source key that nobody has: the question is asked, and costs nothing
_NOBODY = "-"
_TITLES = {
    Way.QUERY_SERVICE: "the Query Service",
    Way.QUERY_QDOC: "a query QDoc",
    Way.WSA: "the WSA",
    Way.BROWSE: "a browse",
    Way.QXO: "what QXO pushes",
    Way.NONE: "nothing",
}


def ping(site: Site, heard: Heard) -> PingReport:
    """Check every entity, and what only posting needs where the connection says ``writes: true``.

    Raises ConnectorError when the site cannot be reached at all or does not accept the credentials.
    """
    started = time.monotonic()
    checks = aloud(_checks(site), heard)
    latency = (time.monotonic() - started) * 1000
    return PingReport(system="qad-ee", login=site.client.describe(), checks=checks, latency_ms=round(latency, 1))


def _checks(site: Site) -> Iterator[EntityCheck]:
    for name in site.names.entities:
        if site.config.writes or name not in FOR_POSTING:
            yield from _entity(site, name)
    if site.config.writes:
        for name in POSTINGS:
            yield from _posting(site, name)
    if site.config.wsdl_file:
        yield _described(site)


def _entity(site: Site, name: str) -> Iterator[EntityCheck]:
    way = site.config.way(name)
    if way is Way.BROWSE:
        probe = Probe(client=site.browser(), names=site.names.browses, config=site.config.browsing)
        yield from probe.entity(site.names.browses.entity(name))
        return
    verdict, said = Verdict.FOUND, ""
    lacking = lacks.reading(site.config, site.names, name, site.connection.secrets)
    if lacking and way is not Way.QXO:
        verdict, said = Verdict.MISSING, lacking[0]
    elif way is Way.QXO:
        verdict, said = _pushed(site, name, lacking)
    else:
        verdict, said = _asked(site, name)
    unchecked = () if lacking and way is not Way.QXO else site.names.entity(name).unchecked()
    detail = " ".join(filter(None, (f"Read by {_TITLES[way]}.", said, *unchecked)))
    yield EntityCheck(entity=name, path=way.value, verdict=verdict, detail=detail)


def _asked(site: Site, name: str) -> tuple[Verdict, str]:
    try:
        by_key = site.asked(name).asks_by("key")
        pages = QadEeSource(site).pages(Query(entity=name, key=_NOBODY if by_key else None))
        found = sum(len(page.rows) for page in pages)
    except ConnectorError as error:
        return _verdict(error)
    if by_key:
        return Verdict.FOUND, "It answers; only a whole read shows whether its elements have the names under entities."
    return Verdict.FOUND, f"It has {found} documents, all with the names under entities." if found else "It has none."


def _pushed(site: Site, name: str, lacking: tuple[str, ...]) -> tuple[Verdict, str]:
    kinds = site.names.entity(name).objects.values()
    arrived = any(site.connection.inbox.read(one.topic, most=1) for one in kinds)
    if len(lacking) > 1:
        return Verdict.MISSING, lacking[1]
    if not arrived:
        return (
            Verdict.UNCERTAIN,
            (
                f"Nothing has arrived; have QXO publish to /receive/{site.connection.name}, and what is there already "
                "once."
            ),
        )
    return Verdict.FOUND, "Documents have arrived."


def _posting(site: Site, name: str) -> Iterator[EntityCheck]:
    way = site.config.asked_back(name)
    if way is Way.BROWSE:
        probe = Probe(client=site.browser(), names=site.names.browses, config=site.config.browsing)
        yield from probe.posting(site.names.browses.posting(name))[1:]
        return
    said, verdict = " ".join(lacks.posting(site.config, site.names, name)), Verdict.FOUND
    if way in (Way.QUERY_QDOC, Way.WSA):
        try:
            search = site.search(name, site.config.entity)
            assert isinstance(search, AskedSearch)  # noqa: S101 - these two ways are asked
            search.prove()
        except ConnectorError as error:
            verdict, said = _verdict(error)
    posts = "Only the first posting shows whether the names it is sent under are right."
    detail = " ".join(filter(None, (f"Asked back by {_TITLES[way]}.", said, posts)))
    yield EntityCheck(entity=name, path=site.names.posting(name).api, verdict=verdict, detail=detail)


def _described(site: Site) -> EntityCheck:
    """Whether the site's own WSDL knows the names that are used."""
    path = site.config.wsdl_file
    try:
        lacking = wsdl.compared(site)
    except ConfigurationError as error:
        return EntityCheck(entity="wsdl", path=path, verdict=Verdict.UNCERTAIN, detail=error.message)
    if lacking:
        said = f"It has {lacking}; correct these names under entities, or take a WSDL of all APIs that are used."
        return EntityCheck(entity="wsdl", path=path, verdict=Verdict.MISSING, detail=said)
    return EntityCheck(entity="wsdl", path=path, verdict=Verdict.FOUND, detail="It knows the names that are used.")


def _verdict(error: ConnectorError) -> tuple[Verdict, str]:
    if isinstance(error, CredentialsRefused) or (isinstance(error, Transient) and "status" not in error.evidence):
        raise error  # nothing works, or nobody answers
    if isinstance(error, PermissionMissing):
        return Verdict.NOT_PERMITTED, error.message
    return Verdict.MISSING if isinstance(error, ConfigurationError) else Verdict.UNCERTAIN, error.message
