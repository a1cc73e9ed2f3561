"""What every operation works with: the application, and who asks."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from connector.store.operator.transaction import OperatorTransaction, transaction
from connector.store.postgres.retrying import retrying

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from connector.anchoring.anchors import Anchor
    from connector.domain.exchange import PingReport
    from connector.domain.outbound import Outbound
    from connector.ports import Heard, OpenConnection, Receiver, Source, Target
    from connector.store.connection.inbox import StoredInbox
    from connector.store.ledger import Ledger
    from connector.store.operator.transaction import Begins
    from connector.vault import EnvelopeVault


_Done = TypeVar("_Done")


class Application(Protocol):
    """The part of the application that operations use."""

    @property
    def outbound(self) -> Outbound:
        """How this deployment reaches what lies outside."""
        ...

    @property
    def database(self) -> Begins:
        """The ledger's database, for transactions of an operator."""
        ...

    @property
    def store(self) -> Ledger:
        """The ledger."""
        ...

    @property
    def vault(self) -> EnvelopeVault:
        """The vault."""
        ...

    def require_vault(self) -> None:
        """Raise ConfigurationError when the master keys are missing or wrong."""
        ...

    @property
    def anchor(self) -> Anchor | None:
        """Where seals of the audit trail are written down outside of the ledger."""
        ...

    def close(self) -> None:
        """Leave the database."""
        ...

    @property
    def allow_private_addresses(self) -> bool:
        """Whether this deployment lets connections use plain http and private addresses."""
        ...

    @property
    def shortest_schedule(self) -> dt.timedelta:
        """The shortest interval in which flows of this deployment may run."""
        ...

    def source(self, name: str) -> Source:
        """The reading side of a connection."""
        ...

    def target(self, name: str) -> Target:
        """The writing side of a connection."""
        ...

    def at_once(self, name: str, *, writes: bool) -> int:
        """How many requests of one process may be on their way to a connection at a time."""
        ...

    def receiver(self, name: str) -> Receiver | None:
        """What takes documents that are sent to a connection; None where its system sends none."""
        ...

    def inbox(self, name: str) -> StoredInbox:
        """Where what is sent to a connection is kept."""
        ...

    def open_connection(self, name: str) -> OpenConnection:
        """A connection ready for use."""
        ...

    def ping(self, name: str, heard: Heard = ...) -> PingReport:
        """Log in and check every entity of a connection; ``heard`` is told of each as soon as it is checked."""
        ...


@dataclass(frozen=True, kw_only=True)
class Operator:
    """An operator at work."""

    application: Application
    #: who the audit trail names: ``operator:alice``
    actor: str

    @property
    def name(self) -> str:
        """As a sentence names them: ``alice``."""
        return self.actor.removeprefix("operator:")

    @contextmanager
    def transaction(self, *, one_moment: bool = False) -> Iterator[OperatorTransaction]:
        """Everything in it happens, or nothing does; what it reads is of one moment where that matters."""
        application = self.application
        with transaction(
            application.database, actor=self.actor, vault=lambda: application.vault, one_moment=one_moment
        ) as tx:
            yield tx

    def transact(self, work: Callable[[OperatorTransaction], _Done]) -> _Done:
        """Do this work in one transaction; once more from its beginning where Postgres undid it for another one."""

        def attempt() -> _Done:
            with self.transaction() as tx:
                return work(tx)

        return retrying(attempt)
