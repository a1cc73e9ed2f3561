"""JAGGAER Indirect as one of the systems we speak with: another interface of JAGGAER ONE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.opening import opened
from connector.ports import silent
from connector.reading.examples import packaged
from connector.reading.mistakes import each
from connector.reading.settings import described
from connector.systems.jaggaer_xml import config as configuration
from connector.systems.jaggaer_xml import lacks, ping
from connector.systems.jaggaer_xml.client import XmlClient
from connector.systems.jaggaer_xml.config import SHARED_SECRET
from connector.systems.jaggaer_xml.messages import Messages
from connector.systems.jaggaer_xml.names import Names
from connector.systems.jaggaer_xml.target import JaggaerXmlTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import PingReport
    from connector.domain.setting import Setting
    from connector.ports import Heard, OpenConnection, Source, System, Target
    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig


class JaggaerXmlSystem:
    """Implements ``ports.System``, and says what its messages cannot carry."""

    name = "jaggaer-xml"
    title = "JAGGAER Indirect"
    #: the documents, and so the flows, are those of JAGGAER ONE
    interface_of = "jaggaer"
    simulator = "jaggaer-xml"
    examples = packaged(__package__)
    secrets = configuration.SECRETS

    def settings(self) -> tuple[Setting, ...]:
        """What a connection's configuration is made of."""
        return described(configuration.JaggaerXmlConfig, self.secrets, self.examples)

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; raises ConfigurationError with a sentence per mistake."""
        found: list[str] = []
        checked: JaggaerXmlConfig | None = None
        try:
            checked = configuration.read(config)
        except ConfigurationError as error:
            found += each(error)
        try:
            Names(overrides)
        except ConfigurationError as error:
            found += each(error)
        if found or checked is None:
            raise ConfigurationError(" ".join(found), mistakes=found)
        return checked.model_dump(mode="json")

    def lacks(
        self, entity: str, config: Mapping[str, Any], _overrides: Mapping[str, Any], *, posting: bool
    ) -> tuple[str, ...]:
        """What the messages cannot carry for a flow that sends this entity."""
        return lacks.lacks(entity, configuration.read(config)) if posting else ()

    def source(self, connection: OpenConnection) -> Source:
        """JAGGAER is not read from: no flow starts there."""
        raise ConfigurationError(
            f"Connection {connection.name} is a JAGGAER Indirect system, and no flow reads from JAGGAER; make it the "
            "target of the integration."
        )

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection."""
        client, messages, names, config = _opened(connection)
        return JaggaerXmlTarget(client=client, messages=messages, names=names, config=config)

    def ping(self, connection: OpenConnection) -> PingReport:
        """Look whether the paths are there."""
        return self.ping_aloud(connection, silent)

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``, and tell of each entity as soon as it is checked."""
        client, _, names, config = _opened(connection)
        return ping.report(client, names, config, heard)


def _opened(connection: OpenConnection) -> tuple[XmlClient, Messages, Names, JaggaerXmlConfig]:
    config, names = configuration.read(connection.config), Names(connection.overrides)
    secret = connection.secrets.get(SHARED_SECRET, "")
    if not secret:
        raise ConfigurationError(
            f"Connection {connection.name} has no {SHARED_SECRET}; "
            f"give it one with `connection rotate {connection.name}`."
        )
    http = opened(connection, config.base_url, config)
    client = XmlClient(http=http, config=config, names=names, secret=secret)
    return client, Messages(names=names, config=config, secret=secret), names, config


SYSTEM: System = JaggaerXmlSystem()
