"""The composition root: one place builds everything from settings."""

from __future__ import annotations

import datetime as dt
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from connector.clock import SystemClock
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.outbound import Outbound
from connector.master_keys import parse_keys
from connector.opened import Opened, OpenedConnection
from connector.store.postgres.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from uuid import UUID

    from connector.anchoring.anchors import Anchor
    from connector.anchoring.stamps import Stamps
    from connector.config.settings import Settings
    from connector.domain.exchange import PingReport
    from connector.domain.record import Claim
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World
    from connector.ports import Dispatcher, Heard, Meter, Receiver, Source, System, Target
    from connector.store.binding.stored_connection import StoredConnection
    from connector.store.connection.inbox import StoredInbox
    from connector.store.connection.tokens import Grant
    from connector.store.ledger import Ledger
    from connector.vault import EnvelopeVault


#: an open connection is used this long before its row is looked at again
REOPEN_SECONDS = 2.0
#: one that nobody used for so long is let go (``let_go``), with all that its sides remember
IDLE_SECONDS = 900.0


class Application:
    """Everything a process needs, opened and loaded when it is first used: most commands use the database alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self.shortest_schedule = dt.timedelta(seconds=settings.shortest_schedule_seconds)
        self.database = Database(settings.database_url)
        if settings.audit_timestamps:
            getattr(self, "anchor")  # noqa: B009 - what is wrong with their settings is said at the start
        self._open: dict[str, Opened] = {}

    @cached_property
    def store(self) -> Ledger:
        """The ledger."""
        from connector.store.ledger import Ledger  # noqa: PLC0415 - for those who work in it

        return Ledger(
            self.database,
            queued_a_process=self.settings.records_queued_a_process,
            seal_lag=dt.timedelta(seconds=self.settings.audit_seal_lag_seconds),
            archive_after=dt.timedelta(days=self.settings.archive_after_days) or None,
            keys=lambda: self.vault,
            anchor=self.anchor,
        )

    @cached_property
    def anchor(self) -> Anchor | None:
        """Where seals of the audit trail are written down outside of the ledger."""
        from connector.anchoring.anchors import anchor_at  # noqa: PLC0415 - for those who seal, or look at seals

        return anchor_at(self.settings.audit_anchor, _stamps(self.settings), self.outbound)

    @cached_property
    def vault(self) -> EnvelopeVault:
        """What opens and seals; made when it is first used, because not every process has a master key."""
        from connector.vault import EnvelopeVault  # noqa: PLC0415 - for those who seal or open something

        return EnvelopeVault(parse_keys(self.settings.master_keys_text()))

    def require_vault(self) -> None:
        """Say at the start that the master keys are missing or wrong, not in the middle of work; ConfigurationError."""
        parse_keys(self.settings.master_keys_text())

    def load(self) -> None:
        """Load what working takes, before processes are forked that share it; raises ConfigurationError."""
        for part in ("vault", "store"):
            getattr(self, part)
        self.database.engine.dispose()  # the driver; nothing has been connected

    def close(self) -> None:
        """Leave the database."""
        self.database.close()

    @property
    def allow_private_addresses(self) -> bool:
        """Whether this deployment lets connections use plain http and private addresses."""
        return self.settings.allow_private_addresses

    @property
    def outbound(self) -> Outbound:
        """How this deployment reaches what lies outside."""
        return _outbound(self.settings)

    def open_connection(self, name: str, *, anew: bool = False) -> OpenedConnection:
        """Read a connection and decrypt its secrets; ``anew`` even if it was just looked at. Raises UnknownName."""
        return self._opened(name, anew=anew).connection

    def _opened(self, name: str, *, anew: bool = False) -> Opened:
        known, now = self._open.get(name), self.clock.monotonic()
        if known is not None and not anew and now - known.looked_at < REOPEN_SECONDS:
            return known
        try:
            row = self.store.connection(name)
        except UnknownName:
            self._open.pop(name, None)
            raise
        if known is not None and known.version == row.updated_at:
            known.looked_at = now
            return known
        opened = self._open[name] = self._unsealed(row, now)
        return opened

    def let_go(self) -> None:
        """Forget the connections that nobody used for long, with their secrets and sockets: called now and then."""
        now = self.clock.monotonic()
        for name, one in list(self._open.items()):
            if now - one.looked_at > IDLE_SECONDS:
                self._open.pop(name, None)

    def _unsealed(self, row: StoredConnection, now: float) -> Opened:
        from connector import registry  # noqa: PLC0415 - for those who open connections

        grant, secrets = self._granted(row)
        inbox = self.store.inbox(row.id, self.vault, registry.tenant(row.system, row.config))
        connection = OpenedConnection(
            name=row.name,
            system=row.system,
            config=row.config,
            overrides=row.overrides,
            secrets=secrets,
            tokens=self.store.tokens(row.id, self.vault, grant),
            inbox=inbox,
            allow_private_addresses=self.allow_private_addresses,
            outbound=self.outbound,
        )
        return Opened(connection=connection, inbox=inbox, version=row.updated_at, looked_at=now)

    def _granted(self, row: StoredConnection) -> tuple[Grant, Mapping[str, str]]:
        """What a token of a connection is given for, and the connection's secrets."""
        from connector import registry  # noqa: PLC0415 - for those who open connections
        from connector.store.binding import bindings  # noqa: PLC0415 - likewise
        from connector.store.connection.tokens import Grant  # noqa: PLC0415 - likewise

        secrets = bindings.open_secrets(self.vault, row)
        digest = registry.grant(row.system, row.config, row.overrides, secrets)
        return Grant(digest=digest, of=lambda now: self._granted(now)[0].digest), secrets

    def opened(self, name: str) -> dt.datetime | None:
        """Which version of a connection's row is in use; None when it is not open."""
        known = self._open.get(name)
        return known.version if known else None

    def _system(self, opened: OpenedConnection) -> System:
        from connector import registry  # noqa: PLC0415 - for those who open connections

        return registry.system(opened.system)

    def source(self, name: str) -> Source:
        """The reading side of a connection."""
        side: Source = self._side(name, "source", lambda opened: self._system(opened).source(opened))
        return side

    def target(self, name: str) -> Target:
        """The writing side of a connection."""
        side: Target = self._side(name, "target", lambda opened: self._system(opened).target(opened))
        return side

    def _side(self, name: str, which: str, make: Callable[[OpenedConnection], Any]) -> Any:  # noqa: ANN401 - whoever asks knows
        opened = self._opened(name)
        if which not in opened.sides:
            opened.sides[which] = make(opened.connection)
        return opened.sides[which]

    def at_once(self, name: str, *, writes: bool) -> int:
        """How many requests of one process may be on their way to a connection at a time."""
        from connector import registry  # noqa: PLC0415 - for those who open connections

        opened = self.open_connection(name)
        usual = registry.requests_at_once(opened.system, writes=writes)
        return int(opened.config.get("most_requests_at_once") or usual)

    def receiver(self, name: str) -> Receiver | None:
        """What takes documents that are sent to a connection; None where its system sends none."""
        side: Receiver | None = self._side(name, "receiver", self._receiver)
        return side

    def _receiver(self, opened: OpenedConnection) -> Receiver | None:
        from connector import registry  # noqa: PLC0415 - for those who open connections

        receives = registry.receiving(opened.system)
        return None if receives is None else receives.receiver(opened)

    def inbox(self, name: str) -> StoredInbox:
        """Where what is sent to a connection is kept."""
        return self._opened(name).inbox

    def ping(self, name: str, heard: Heard | None = None) -> PingReport:
        """Log in and check every entity of a connection; ``heard`` is told of each as soon as it is checked."""
        from connector.ports import Answering  # noqa: PLC0415 - for those who ping

        opened = self.open_connection(name, anew=True)  # whoever has just changed it wants to know of that
        system = self._system(opened)
        if heard is not None and isinstance(system, Answering):
            return system.ping_aloud(opened, heard)
        return system.ping(opened)

    def whole(self, claim: Claim | RunClaim) -> None:
        """Refuse a flow, or facts to tell a source, changed behind the product's back; raises ConfigurationError."""
        from connector.domain.record import Claim  # noqa: PLC0415 - for those who work

        if self.store.steering is not None:
            if isinstance(claim, Claim):
                self.store.steering.told(claim)
            target = claim.target_connection if isinstance(claim, Claim) else None
            self.store.steering.flow(
                claim.flow_id, options=claim.options, source=claim.source_connection, target=target
            )

    def world(
        self,
        *,
        worker: UUID,
        dispatcher: Dispatcher,
        takes_more: Callable[[Sequence[UUID]], None] | None = None,
        done_with: Callable[[Collection[UUID]], None] = lambda _: None,
        getting_on: Callable[[], None] = lambda: None,
        meter: Meter | None = None,
    ) -> World:
        """What the steps of one worker process may touch."""
        from connector import registry  # noqa: PLC0415 - for those who work
        from connector.pipeline.world import World  # noqa: PLC0415 - for those who work
        from connector.ports import Unmetered  # noqa: PLC0415 - for those who work

        return World(
            worker=worker,
            store=self.store,
            vault=self.vault,
            clock=self.clock,
            dispatcher=dispatcher,
            flow=registry.flow,
            source=self.source,
            target=self.target,
            opened=self.opened,
            reads_at_once=partial(self.at_once, writes=False),
            writes_at_once=partial(self.at_once, writes=True),
            whole=self.whole,
            longest_wait=dt.timedelta(days=self.settings.longest_wait_days),
            takes_more=takes_more,
            done_with=done_with,
            getting_on=getting_on,
            meter=meter or Unmetered(),
        )


def _outbound(settings: Settings) -> Outbound:
    return Outbound(proxy=settings.proxy, ca_file=settings.ca_file)


def _stamps(settings: Settings) -> Stamps | None:
    """Who stamps the seals; what reads stamps is loaded where there are some."""
    if not settings.audit_timestamps:
        return None
    if not settings.audit_timestamp_ca:
        raise ConfigurationError(
            "ML_CONNECTOR_AUDIT_TIMESTAMPS needs ML_CONNECTOR_AUDIT_TIMESTAMP_CA, the PEM file of the authority's "
            "certificates: without it nobody can look at a stamp."
        )
    from connector.anchoring.stamps import Stamps  # noqa: PLC0415 - for those who have their seals stamped

    return Stamps(url=settings.audit_timestamps, ca_file=settings.audit_timestamp_ca, outbound=_outbound(settings))


def application(settings: Settings) -> Application:
    """Build the application; nothing is contacted yet."""
    return Application(settings)
