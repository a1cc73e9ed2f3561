"""SAP Concur as one of the systems we speak with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.http.authorized import Authorized
from connector.http.opening import opened
from connector.ports import Marketplace, silent
from connector.reading import answer_limits
from connector.reading.examples import packaged
from connector.reading.mistakes import each
from connector.reading.settings import described
from connector.systems.concur import config as configuration
from connector.systems.concur import expiry, profile
from connector.systems.concur.auth import CompanyLogin, Keys
from connector.systems.concur.client import ConcurClient
from connector.systems.concur.events import ConcurEvents
from connector.systems.concur.financial import FinancialIntegration
from connector.systems.concur.names import Names
from connector.systems.concur.ping import Probe
from connector.systems.concur.source import ConcurSource
from connector.systems.concur.subscriptions import Application, Subscriptions
from connector.systems.concur.target import ConcurTarget

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.domain.exchange import PingReport
    from connector.domain.setting import Setting
    from connector.domain.token import Token
    from connector.ports import Heard, OpenConnection, Profile, Source, System, Target
    from connector.systems.concur.config import ConcurConfig


class ConcurSystem:
    """Implements ``ports.System``."""

    name = "concur"
    title = "SAP Concur"
    simulator = "concur"
    examples = packaged(__package__)
    secrets = configuration.SECRETS
    tenant = configuration.TENANT
    #: a stored token outlives every change of configuration but of these
    grant = configuration.GRANT
    #: what the App Center hands over to connect a company
    once = configuration.ONCE
    marketplace = Marketplace(
        name="App Center",
        company_parameter="id",
        token_parameter="requestToken",  # noqa: S106 - a parameter's name
        company="company_uuid",
        client="client_id",
        token="request_token",  # noqa: S106 - a field's name
    )
    events = ConcurEvents()

    def settings(self) -> tuple[Setting, ...]:
        """What a connection's configuration is made of."""
        return described(configuration.ConcurConfig, self.secrets, self.examples)

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; raises ConfigurationError with a sentence per mistake."""
        mistakes: list[str] = []
        checked: ConcurConfig | None = None
        try:
            checked = configuration.read(config)
        except ConfigurationError as error:
            mistakes += each(error)
        try:
            Names(overrides)
            answer_limits.limits("connector.systems.concur", overrides)
        except ConfigurationError as error:
            mistakes += each(error)
        if mistakes or checked is None:
            raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
        return checked.model_dump(mode="json")

    def source(self, connection: OpenConnection) -> Source:
        """A reader of this connection; it acknowledges and confirms as well."""
        opened = ConnectionParts(connection)
        return ConcurSource(service=opened.service, names=opened.names, config=opened.config)

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection."""
        opened = ConnectionParts(connection)
        return ConcurTarget(
            client=opened.client,
            service=opened.service,
            names=opened.names,
            waits=opened.config.ask_again_seconds,
        )

    def ping(self, connection: OpenConnection) -> PingReport:
        """Log in anew and check every entity."""
        return self.ping_aloud(connection, silent)

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``, and tell of each entity as soon as it is checked."""
        opened = ConnectionParts(connection)
        connection.tokens.renew(connection.tokens.current(), opened.login.fetch)
        return Probe(client=opened.client, service=opened.service, names=opened.names).report(
            login=opened.login.describe(), heard=heard
        )

    def connect(self, connection: OpenConnection) -> Profile:
        """Log in, unless there is a token, and ask whose connection it is."""
        opened = ConnectionParts(connection)
        if connection.tokens.current() is None:
            connection.tokens.renew(None, opened.login.fetch)
        return profile.read(opened.client, opened.names, company=opened.config.company_uuid)

    def subscriptions(self, connection: OpenConnection) -> Subscriptions:
        """The webhooks of the connection's application."""
        opened = ConnectionParts(connection)
        sender = Application(http=opened.http, login=opened.login, stored=connection.tokens.current())
        return Subscriptions(sender=sender, names=opened.names)

    def lapses_at(self, token: Token | None) -> dt.datetime | None:
        """When a stored token can no longer be renewed, and a person has to connect the company again."""
        return expiry.lapses_at(token)


class ConnectionParts:
    """The parts of one open connection; nothing is sent yet."""

    def __init__(self, connection: OpenConnection) -> None:
        self.config, self.names = configuration.read(connection.config), Names(connection.overrides)
        secret = connection.secrets.get("client_secret", "")
        if not secret:
            raise ConfigurationError(
                f"Connection {connection.name} has no client_secret; "
                f"give it one with `connection rotate {connection.name}`."
            )
        own = answer_limits.limits("connector.systems.concur", connection.overrides)
        self.http = http = opened(connection, self.config.base_url, self.config, reach=self.config.reach, limits=own)
        self.login = CompanyLogin(
            http=http,
            config=self.config,
            keys=Keys(client_secret=secret, request_token=connection.secrets.get("request_token", "")),
            path=self.names("login", "token"),
        )
        self.sender = Authorized(http=http, tokens=connection.tokens, fetch=self.login.fetch, base=self.login.base)
        self.client = ConcurClient(sender=self.sender, names=self.names)
        self.service = FinancialIntegration(client=self.client, names=self.names, config=self.config)


SYSTEM: System = ConcurSystem()
