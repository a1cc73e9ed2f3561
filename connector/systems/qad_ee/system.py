"""QAD Enterprise Edition as one of the systems we speak with: another interface of QAD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.ports import silent
from connector.reading.examples import packaged
from connector.reading.mistakes import each
from connector.reading.settings import described
from connector.systems.qad_ee import config as configuration
from connector.systems.qad_ee import lacks
from connector.systems.qad_ee.config import PASSWORD, PUSH_SECRET
from connector.systems.qad_ee.names import names
from connector.systems.qad_ee.ping import ping
from connector.systems.qad_ee.receiver import QxoReceiver
from connector.systems.qad_ee.site import Site
from connector.systems.qad_ee.source import QadEeSource
from connector.systems.qad_ee.target import QadEeTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import PingReport
    from connector.domain.setting import Setting
    from connector.ports import Heard, OpenConnection, Receiver, Source, System, Target


class QadEeSystem:
    """Implements ``ports.System``, and what a system may be able to do besides."""

    name = "qad-ee"
    title = "QAD Enterprise Edition"
    #: the documents, and so the flows, are QAD's
    interface_of = "qad"
    simulator = "qad-ee"
    examples = packaged(__package__)
    secrets = configuration.SECRETS
    #: whose documents come: another site, domain or entity makes others of them
    tenant = frozenset({"qxi_url", "domain", "entity"})
    #: whoever signs in as the receiver's user has no password, and who is pushed nothing no secret for it
    optional_secrets = configuration.SECRETS

    def settings(self) -> tuple[Setting, ...]:
        """What a connection's configuration is made of."""
        return described(configuration.QadEeConfig, self.secrets, self.examples)

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; raises ConfigurationError with a sentence per mistake."""
        found: list[str] = []
        checked = None
        try:
            checked = configuration.read(config)
        except ConfigurationError as error:
            found += each(error)
        try:
            known = names(overrides).apis() | configuration.PURPOSES
        except ConfigurationError as error:
            found += each(error)
        else:
            strange = sorted(set(checked.receivers) - known) if checked else []
            found += [
                f"receivers has {one!r}, which nothing is sent by; it may name {', '.join(sorted(known))}."
                for one in strange[:1]
            ]
        if found or checked is None:
            raise ConfigurationError(" ".join(found), mistakes=found)
        return checked.model_dump(mode="json")

    def unchecked(self, entity: str, overrides: Mapping[str, Any]) -> tuple[str, ...]:
        """What a flow that reads this entity cannot check, because the connection leaves an element out."""
        return names(overrides).entity(entity).unchecked()

    def lacks(
        self, entity: str, config: Mapping[str, Any], overrides: Mapping[str, Any], *, posting: bool
    ) -> tuple[str, ...]:
        """What this site cannot do for a flow that reads or posts this entity."""
        checked, known = configuration.read(config), names(overrides)
        return lacks.posting(checked, known, entity) if posting else lacks.reading(checked, known, entity)

    def source(self, connection: OpenConnection) -> Source:
        """A reader of this connection."""
        return QadEeSource(_site(connection))

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection; raises ConfigurationError when it says ``writes: false``."""
        site = _site(connection)
        if site.config.writes is False:
            raise ConfigurationError(
                f"Connection {connection.name} says `writes: false`: nothing is posted into this QAD. Take that line "
                f"out with `connection rotate {connection.name} --config FILE` if it should be."
            )
        return QadEeTarget(site)

    def ping(self, connection: OpenConnection) -> PingReport:
        """Sign in and check every entity."""
        return self.ping_aloud(connection, silent)

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``, and tell of each entity as soon as it is checked."""
        return ping(_site(connection), heard)

    def receiver(self, connection: OpenConnection) -> Receiver:
        """Take what QXO pushes to this connection; raises ConfigurationError where it takes nothing."""
        config = configuration.read(connection.config)
        secret = connection.secrets.get(PUSH_SECRET, "")
        if not secret and not config.push_certificate:
            raise ConfigurationError(
                f"Connection {connection.name} has neither push_secret nor push_certificate, so nobody can tell who "
                "pushes; "
                f"give it one with `connection rotate {connection.name}`."
            )
        return QxoReceiver(config=config, names=names(connection.overrides), secret=secret)


def _site(connection: OpenConnection) -> Site:
    config = configuration.read(connection.config)
    if config.auth != "receiver_user" and not connection.secrets.get(PASSWORD):
        raise ConfigurationError(
            f"Connection {connection.name} has no password; give it one with `connection rotate {connection.name}`."
        )
    return Site(connection, config, names(connection.overrides))


SYSTEM: System = QadEeSystem()
