"""JAGGAER ONE as one of the systems we speak with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.authorized import Authorized
from connector.http.opening import opened
from connector.http.reach import Reach
from connector.ports import silent
from connector.reading import answer_limits
from connector.reading.examples import packaged
from connector.reading.mistakes import each
from connector.reading.settings import described
from connector.systems.jaggaer import config as configuration
from connector.systems.jaggaer.auth import ClientCredentials
from connector.systems.jaggaer.client import JaggaerClient
from connector.systems.jaggaer.names import Names
from connector.systems.jaggaer.ping import Probe
from connector.systems.jaggaer.target import JaggaerTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import PingReport
    from connector.domain.setting import Setting
    from connector.http.session import Http
    from connector.ports import Heard, OpenConnection, Source, System, Target
    from connector.systems.jaggaer.config import JaggaerConfig


class JaggaerSystem:
    """Implements ``ports.System``."""

    name = "jaggaer"
    title = "JAGGAER ONE"
    simulator = "jaggaer"
    examples = packaged(__package__)
    secrets = configuration.SECRETS
    tenant = configuration.TENANT
    reads_at_once = writes_at_once = 32

    def settings(self) -> tuple[Setting, ...]:
        """What a connection's configuration is made of."""
        return described(configuration.JaggaerConfig, self.secrets, self.examples)

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; raises ConfigurationError with a sentence per mistake."""
        mistakes: list[str] = []
        checked: JaggaerConfig | None = None
        try:
            checked = configuration.read(config)
        except ConfigurationError as error:
            mistakes += each(error)
        try:
            Names(overrides)
            answer_limits.limits("connector.systems.jaggaer", overrides)
        except ConfigurationError as error:
            mistakes += each(error)
        if mistakes or checked is None:
            raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
        return checked.model_dump(mode="json")

    def source(self, connection: OpenConnection) -> Source:
        """JAGGAER is not read from: no flow starts there."""
        raise ConfigurationError(
            f"Connection {connection.name} is a JAGGAER system, and no flow reads from JAGGAER; make it the target of "
            "the integration."
        )

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection."""
        config, names, login, http = _opened(connection)
        sender = Authorized(http=http, tokens=connection.tokens, fetch=login.fetch)
        client = JaggaerClient(sender=sender, names=names)
        return JaggaerTarget(client=client, names=names, config=config)

    def ping(self, connection: OpenConnection) -> PingReport:
        """Log in anew and check every entity."""
        return self.ping_aloud(connection, silent)

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``, and tell of each entity as soon as it is checked."""
        config, names, login, http = _opened(connection)
        connection.tokens.renew(connection.tokens.current(), login.fetch)
        sender = Authorized(http=http, tokens=connection.tokens, fetch=login.fetch)
        client = JaggaerClient(sender=sender, names=names)
        return Probe(client=client, names=names, config=config).report(login=login.describe(), heard=heard)


def _opened(connection: OpenConnection) -> tuple[JaggaerConfig, Names, ClientCredentials, Http]:
    config, names = configuration.read(connection.config), Names(connection.overrides)
    secret = connection.secrets.get("client_secret", "")
    if not secret:
        raise ConfigurationError(
            f"Connection {connection.name} has no client_secret; "
            f"give it one with `connection rotate {connection.name}`."
        )
    own = answer_limits.limits("connector.systems.jaggaer", connection.overrides, login=config.token_url)
    reach = Reach(config.base_url, config.token_url)
    http = opened(connection, config.base_url, config, reach=reach, limits=own)
    return config, names, ClientCredentials(http=http, config=config, secret=secret), http


SYSTEM: System = JaggaerSystem()
