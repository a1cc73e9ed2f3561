"""``connection ping``: whether the network answers at the addresses of a connection. Nothing is sent that counts.

cXML has a request for that, ProfileRequest (documented). A network that does not take it has answered all the same; one
that does not know our credentials says so.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, Refused, SourceLies, Unanswered
from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.domain.identity import new_id
from connector.ports import aloud
from connector.systems.cxml.client import HOST
from connector.systems.cxml.config import Mode, Remembers
from connector.xml.writing import element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.ports import Heard
    from connector.systems.cxml.client import CxmlClient
    from connector.systems.cxml.config import CxmlConfig

_RECEIVED = "It is sent to us, at /receive/ and this connection's name; nothing is asked of anybody."


class Probe:
    """Looks at one address after the other."""

    def __init__(self, *, client: CxmlClient | None, config: CxmlConfig) -> None:
        self._client, self._config = client, config

    def report(self, heard: Heard) -> PingReport:
        """Check every entity. Raises ConnectorError when the network cannot be reached or does not let us in."""
        began = time.monotonic()
        orders = aloud([self._address("orders", self._config.orders_url or self._config.url)], heard)
        latency = (time.monotonic() - began) * 1000
        checks = orders + aloud(self._others(), heard)
        login = f"shared secret as {self._config.identities[0]}"
        return PingReport(system="cxml", login=login, checks=checks, latency_ms=round(latency, 1))

    def _others(self) -> Iterator[EntityCheck]:
        yield self._address("invoice_status", self._config.url)
        for entity in ("invoices", "confirmations"):
            yield EntityCheck(entity=entity, path="/receive", verdict=Verdict.FOUND, detail=_RECEIVED)

    def _address(self, entity: str, url: str) -> EntityCheck:
        if not url or self._client is None:
            said = "The connection has no address for it: nothing of it is sent, and suppliers are told nothing."
            return EntityCheck(entity=entity, path="-", verdict=Verdict.FOUND, detail=said)
        verdict, said = Verdict.FOUND, ""
        try:
            self._client.send(
                element("ProfileRequest"),
                entity=entity,
                to=self._config.partner,
                payload_id=f"ping.{new_id()}@{HOST}",
                url=url,
            )
        except Refused as refusal:
            said = f"It answers, and refuses to be asked what it takes: {refusal.message}"
        except (SourceLies, Unanswered) as error:
            verdict, said = Verdict.UNCERTAIN, error.message
        except ConfigurationError as error:
            verdict, said = Verdict.MISSING, error.message
        return EntityCheck(entity=entity, path=url, verdict=verdict, detail=" ".join(filter(None, (said, self._doubt))))

    @property
    def _doubt(self) -> str:
        """What nobody can tell from outside."""
        said = []
        if self._config.remembers_payload_ids is not Remembers.YES:
            said.append("Whether it remembers payloadIDs is not set, so what it leaves unanswered goes to a person.")
        if self._config.deployment_mode is Mode.TEST:
            said.append("Everything is sent for trial (deployment_mode test).")
        return " ".join(said)
