"""cXML 1.2 as one of the systems we speak with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.opening import opened
from connector.http.reach import Reach
from connector.ports import silent
from connector.reading.examples import packaged
from connector.reading.mistakes import each
from connector.reading.settings import described
from connector.systems.cxml import config as configuration
from connector.systems.cxml.client import CxmlClient
from connector.systems.cxml.names import Names
from connector.systems.cxml.ping import Probe
from connector.systems.cxml.receiver import CxmlReceiver
from connector.systems.cxml.source import CxmlSource
from connector.systems.cxml.target import CxmlTarget
from connector.systems.cxml.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import PingReport
    from connector.domain.setting import Setting
    from connector.ports import Heard, OpenConnection, Receiver, Receiving, Source, Target
    from connector.systems.cxml.config import CxmlConfig


class CxmlSystem:
    """Implements ``ports.System`` and ``ports.Receiving``."""

    name = "cxml"
    title = "cXML"
    simulator = "cxml"
    examples = packaged(__package__)
    secrets = configuration.SECRETS
    tenant = frozenset({"partner", "deployment_mode"})
    #: flows take whole documents
    hands_over = True

    def settings(self) -> tuple[Setting, ...]:
        """What a connection's configuration is made of."""
        return described(configuration.CxmlConfig, self.secrets, self.examples)

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; raises ConfigurationError with a sentence per mistake."""
        mistakes: list[str] = []
        checked: CxmlConfig | None = None
        try:
            checked = configuration.read(config)
        except ConfigurationError as error:
            mistakes += each(error)
        try:
            Names(overrides)
        except ConfigurationError as error:
            mistakes += each(error)
        if mistakes or checked is None:
            raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
        return checked.model_dump(mode="json")

    def source(self, connection: OpenConnection) -> Source:
        """A reader of what was sent to this connection."""
        config = configuration.read(connection.config)
        telling = Telling(client=_client(connection, config) if config.url else None, config=config)
        return CxmlSource(inbox=connection.inbox, telling=telling, most_megabytes=config.most_message_megabytes)

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection."""
        config = configuration.read(connection.config)
        if not config.address:
            raise ConfigurationError(f"Connection {connection.name} has no url, so nothing can be sent to it.")
        client = _client(connection, config)
        return CxmlTarget(client=client, names=Names(connection.overrides), config=config)

    def receiver(self, connection: OpenConnection) -> Receiver:
        """Take what is sent to this connection; raises ConfigurationError where nobody could show who they are."""
        config = configuration.read(connection.config)
        return CxmlReceiver(config=config, secret=_secret(connection, configuration.PARTNER))

    def ping(self, connection: OpenConnection) -> PingReport:
        """Ask whether anybody answers at its addresses."""
        return self.ping_aloud(connection, silent)

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``, and tell of each entity as soon as it is checked."""
        config = configuration.read(connection.config)
        client = _client(connection, config) if config.address else None
        return Probe(client=client, config=config).report(heard)


def _client(connection: OpenConnection, config: CxmlConfig) -> CxmlClient:
    reach = Reach(*filter(None, (config.url, config.orders_url)))
    http = opened(connection, config.address, config, reach=reach)
    secret = _secret(connection, configuration.SHARED)
    return CxmlClient(http=http, names=Names(connection.overrides), config=config, secret=secret)


def _secret(connection: OpenConnection, name: str) -> str:
    secret = connection.secrets.get(name, "")
    if not secret:
        raise ConfigurationError(
            f"Connection {connection.name} has no {name}; give it one with `connection rotate {connection.name}`."
        )
    return secret


SYSTEM: Receiving = CxmlSystem()
