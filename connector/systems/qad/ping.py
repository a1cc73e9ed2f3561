"""``connection ping``: log in, and look whether each entity is where the configuration says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connector.domain.errors import PermissionMissing, Refused, SourceLies, Unavailable
from connector.domain.exchange import PingReport
from connector.ports import aloud
from connector.systems.qad.adaptive.probe import Probe
from connector.systems.qad.shapes import FOR_POSTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.domain.exchange import EntityCheck
    from connector.ports import Heard
    from connector.systems.qad.adaptive.client import QadClient
    from connector.systems.qad.adaptive.names import Names
    from connector.systems.qad.config import QadConfig


def ping(*, client: QadClient, names: Names, config: QadConfig, login: str, heard: Heard) -> PingReport:
    """Check every entity, and what only posting needs where the connection says ``writes: true``.

    Raises ConnectorError when the instance cannot be reached or is not where base_url says.
    """
    started = time.monotonic()
    _reach(client, names)
    latency = (time.monotonic() - started) * 1000
    checks = aloud(_checks(Probe(client=client, names=names, config=config), names, config), heard)
    return PingReport(system="qad", login=login, checks=checks, latency_ms=round(latency, 1))


def _checks(probe: Probe, names: Names, config: QadConfig) -> Iterator[EntityCheck]:
    for name, entity in names.entities.items():
        if config.writes or name not in FOR_POSTING:
            yield from probe.entity(entity)
    yield from probe.sample.checks()
    if config.writes:
        for posting in names.postings.values():
            yield from probe.posting(posting)


def _reach(client: QadClient, names: Names) -> None:
    """One read that fails for the whole connection: wrong address, wrong credentials. A missing right is not one."""
    try:
        client.columns_of(next(iter(names.entities.values())).browse)
    except (PermissionMissing, Refused, SourceLies):
        return
    except Unavailable as error:
        if "status" not in error.evidence:
            raise  # nobody answered
