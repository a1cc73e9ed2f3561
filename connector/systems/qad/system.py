"""QAD Adaptive as one of the systems we speak with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.opening import opened
from connector.ports import silent
from connector.reading import answer_limits
from connector.reading.examples import packaged
from connector.reading.mistakes import each
from connector.reading.settings import described
from connector.systems.qad import config as configuration
from connector.systems.qad.adaptive.auth import login
from connector.systems.qad.adaptive.books import AdaptiveBooks
from connector.systems.qad.adaptive.client import QadClient
from connector.systems.qad.adaptive.names import names
from connector.systems.qad.ping import ping
from connector.systems.qad.source import QadSource
from connector.systems.qad.target import QadTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import PingReport
    from connector.domain.setting import Setting
    from connector.ports import Heard, OpenConnection, Source, System, Target
    from connector.systems.qad.adaptive.auth import Login
    from connector.systems.qad.adaptive.names import Names
    from connector.systems.qad.config import QadConfig


class QadSystem:
    """Implements ``ports.System``."""

    name = "qad"
    title = "QAD Adaptive"
    simulator = "qad"
    examples = packaged(__package__)
    secrets = configuration.SECRETS
    tenant = configuration.TENANT
    #: how many postings at a time it bears is not known
    reads_at_once, writes_at_once = 16, 1

    def settings(self) -> tuple[Setting, ...]:
        """What a connection's configuration is made of."""
        return described(configuration.QadConfig, self.secrets, self.examples)

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; raises ConfigurationError with a sentence per mistake."""
        mistakes: list[str] = []
        checked: QadConfig | None = None
        known: Names | None = None
        try:
            checked = configuration.read(config)
        except ConfigurationError as error:
            mistakes += each(error)
        try:
            known = names(overrides)
            answer_limits.limits("connector.systems.qad", overrides)
        except ConfigurationError as error:
            mistakes += each(error)
        if checked and known and known.entities["suppliers"].detail and not checked.shared_set:
            mistakes.append(
                "shared_set is missing; the detail read of suppliers asks for it (or set entities.suppliers.detail "
                "to null)."
            )
        if mistakes or checked is None:
            raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
        return checked.model_dump(mode="json")

    def unchecked(self, entity: str, overrides: Mapping[str, Any]) -> tuple[str, ...]:
        """What a flow that reads this entity cannot check, because the connection leaves a column out."""
        return names(overrides).entity(entity).unchecked()

    def source(self, connection: OpenConnection) -> Source:
        """A reader of this connection."""
        config, known, way = _opened(connection)
        return QadSource(client=_client(connection, config, known, way), names=known, config=config)

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection; raises ConfigurationError when it says ``writes: false``."""
        config, known, way = _opened(connection)
        if config.writes is False:
            raise ConfigurationError(
                f"Connection {connection.name} says `writes: false`: nothing is posted into this QAD. Take that line "
                f"out with `connection rotate {connection.name} --config FILE` if it should be."
            )

        def in_workspace(workspace: str) -> QadClient:
            return QadClient(
                name=connection.name, sender=way.sender(connection.tokens), names=known, workspace=workspace
            )

        books = AdaptiveBooks(name=connection.name, open_client=in_workspace, names=known, config=config)
        return QadTarget(books=books, waits=config.ask_again_seconds)

    def ping(self, connection: OpenConnection) -> PingReport:
        """Log in anew and check every entity."""
        return self.ping_aloud(connection, silent)

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``, and tell of each entity as soon as it is checked."""
        config, known, way = _opened(connection)
        way.prove(connection.tokens)
        client = _client(connection, config, known, way)
        return ping(client=client, names=known, config=config, login=way.describe(), heard=heard)


def _opened(connection: OpenConnection) -> tuple[QadConfig, Names, Login]:
    config, known = configuration.read(connection.config), names(connection.overrides)
    password = connection.secrets.get("password", "")
    if not password:
        raise ConfigurationError(
            f"Connection {connection.name} has no password; give it one with `connection rotate {connection.name}`."
        )
    own = answer_limits.limits("connector.systems.qad", connection.overrides)
    http = opened(connection, config.base_url, config, limits=own)
    return config, known, login(name=connection.name, http=http, config=config, password=password, names=known)


def _client(connection: OpenConnection, config: QadConfig, known: Names, way: Login) -> QadClient:
    return QadClient(
        name=connection.name, sender=way.sender(connection.tokens), names=known, workspace=config.full_workspace
    )


SYSTEM: System = QadSystem()
