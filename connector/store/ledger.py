"""The ledger as the rest of the system opens it."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError, UnknownName
from connector.store.audit import gathering, seals, verifying
from connector.store.beat import arrivals, canaries, workers
from connector.store.beat.recovery import LedgerRecovery
from connector.store.binding import bound_setup, link_binding
from connector.store.binding.steering import Steering
from connector.store.connection import rotation
from connector.store.connection.inbox import StoredInbox
from connector.store.connection.tokens import StoredTokens
from connector.store.postgres import months
from connector.store.postgres.database import Database
from connector.store.postgres.engine import KEPT
from connector.store.postgres.retrying import retrying
from connector.store.postgres.transaction import Transaction
from connector.store.work import archive, payloads
from connector.store.work.unit import LedgerUnit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack
    from uuid import UUID

    from connector.ports import Vault
    from connector.store.audit.authenticity import Keys
    from connector.store.audit.recomputing import Report
    from connector.store.audit.seals import Seal
    from connector.store.audit.trusted_seals import Known, Mark
    from connector.store.audit.verifying import Examined, Finding
    from connector.store.beat.workers import Life
    from connector.store.binding.stored_connection import StoredConnection
    from connector.store.connection.rotation import Rewraps, Rotated, Rotates
    from connector.store.connection.tokens import Grant

    class MasterKeys(Keys, Vault, Protocol):
        """What seals the trail, and opens what binds flows and codes."""


_Done = TypeVar("_Done")
_log = logging.getLogger(__name__)

#: links cannot be bound, because their key is gone
UNBOUND = "links.not_bound"
#: a seal was made
SEALED = "audit.sealed"
#: so long a statement that seals may take
KEEPING_SECONDS = 100
#: more seals than this are left for the next housekeeping
SEALS_AT_ONCE = 10

_NAMES = sa.text("SELECT name FROM connections WHERE removed_at IS NULL")


class Ledger:
    """Implements ports.Store over one engine, which is opened when first used (so: after a fork)."""

    def __init__(
        self,
        database: Database | str,
        *,
        pool_size: int = KEPT,
        queued_a_process: int = 0,
        seal_lag: dt.timedelta = seals.LAG,
        archive_after: dt.timedelta | None = None,
        keys: Callable[[], MasterKeys] | None = None,
        anchor: Callable[[Seal], None] | None = None,
    ) -> None:
        """``database``, or its URL. Without ``keys`` nothing is sealed, and flows and codes are taken as they are.

        They are asked for when first needed: not every process has them. ``anchor`` is told of each seal, once made.
        ``queued_a_process``: so many records of a flow are sent for each process that loads, if that is more.
        ``archive_after``: housekeeping archives documents that have been at rest for so long; None: none.
        """
        self._database = Database(database, pool_size=pool_size) if isinstance(database, str) else database
        self.begin, self.read = self._database.begin, self._database.read
        self._queued_a_process = queued_a_process
        self._seal_lag = seal_lag
        self._archive_after = archive_after
        self._archive_behind = archive.FIRST
        self._keys_of = keys
        self._anchor = anchor
        #: what looks whether flows and codes are whole
        self.steering = None if keys is None else Steering(self.read, self.begin, keys)

    @property
    def engine(self) -> sa.Engine:
        """The engine of this process."""
        return self._database.engine

    @cached_property
    def _keys(self) -> Keys | None:
        return None if self._keys_of is None else self._keys_of()

    def close(self) -> None:
        """Close the pool's connections."""
        self._database.close()

    def unit(self) -> LedgerUnit:
        """Begin a transaction."""
        return LedgerUnit(self.engine, self.steering)

    def transact(self, work: Callable[[LedgerUnit], _Done]) -> _Done:
        """Do this work in one transaction and commit it; once more from its beginning where Postgres undid it."""

        def attempt() -> _Done:
            with self.unit() as unit:
                done = work(unit)
                unit.commit()
            return done

        return retrying(attempt)

    @cached_property
    def recovery(self) -> LedgerRecovery:
        """What beat asks of the ledger."""
        return LedgerRecovery(self.begin, queued_a_process=self._queued_a_process)

    def housekeeping(self) -> str:
        """Release what was forgotten, make room for the coming months, seal the audit trail; says what was done.

        Raises ConfigurationError when the newest seal is gone; everything else was done then.
        """
        released = self.recovery.release_missed()
        with self.begin() as connection:
            workers.forget_workers(Transaction(connection))
        now = dt.datetime.now(dt.UTC)
        today = now.date()
        arrivals.count(self.begin, now=now)
        moved = gathering.gather(self.begin, today=today)
        made = months.prepare_all(self.begin, today=today)
        apart = payloads.move_older(self.begin)
        bound = self._bind_older()
        try:
            sealed = self._seal()
        finally:
            archived = self._archive(now)
        done = f"sealed {sealed} events, released {released} records, made {len(made)} partitions"
        done += f", moved {moved} events to the partition of their month" if moved else ""
        done += f", moved {apart} documents of an earlier release" if apart else ""
        done += f", archived {archived} records" if archived else ""
        return f"{done}, bound {bound} links of an earlier release" if bound else done

    def _archive(self, now: dt.datetime) -> int:
        if self._archive_after is None:
            return 0
        gone, self._archive_behind = archive.archive(
            self.begin, after=self._archive_after, now=now, behind=self._archive_behind
        )
        return gone

    def _bind_older(self) -> int:
        try:
            return 0 if self.steering is None else link_binding.bind_older(self.begin, self.steering.link_key)
        except ConfigurationError as error:  # the trail is sealed all the same
            _log.error(UNBOUND, extra={"error": error.message})
            return 0

    def _seal(self) -> int:
        sealed = 0
        for _ in range(SEALS_AT_ONCE if self._keys is not None else 0):
            with self.begin() as connection:
                tx = Transaction(connection)
                tx.take_time(KEEPING_SECONDS)
                seal = seals.seal(tx, self._keys, self._seal_lag)
            if seal is None:
                break
            self._tell(seal)
            sealed += seal.events
            if seal.events < seals.MOST:
                break
        return sealed

    def _tell(self, seal: Seal) -> None:
        """Let it be known outside of the ledger, where nobody who changes the ledger can take it back."""
        _log.info(SEALED, extra=asdict(seal))
        if self._anchor is not None:
            self._anchor(seal)

    def verify(self) -> list[Finding]:
        """Check the whole audit trail; an empty list means it is whole."""
        return self.examine().findings

    def examine(
        self, *, since: Mark | None = None, known: Iterable[Known] = (), report: Report = verifying.unheard
    ) -> Examined:
        """Check the audit trail, or what came to it since a seal; what is ``known`` must be there."""
        with self.begin() as connection:
            tx = Transaction(connection)
            return verifying.examine(tx, since=since, known=known, keys=self._keys, report=report)

    def count(self) -> int:
        """How many records there are, however long it takes to look."""
        with self.begin() as connection:
            tx = Transaction(connection)
            tx.take_time(None)
            return int(tx.value(sa.text("SELECT count(*) FROM all_records")))

    def rotate_vault(self, vault: Rotates, *, batch: int = 500) -> Rotated:
        """Put every sealed value under the newest master key, while the system works, and seal the trail under it."""
        rotated = rotation.rotate(self.begin, vault, batch=batch)
        with self.begin() as connection:
            seal = seals.renew(Transaction(connection), vault)
        if seal is not None:
            self._tell(seal)
        return rotated

    def vault_keys(self, vault: Rewraps) -> dict[str, list[str]]:
        """Which master keys seal anything: column -> key ids."""
        return rotation.in_use(self.begin, vault)

    def vault_status(self, vault: Rewraps) -> dict[str, dict[str, int]]:
        """How many values each master key seals: column -> key id -> count."""
        return rotation.status(self.begin, vault)

    def connection(self, name: str) -> StoredConnection:
        """Read a connection; raises UnknownName."""
        with self.read() as connection:
            tx = Transaction(connection)
            row = bound_setup.connection(tx, name)
            if row is None:
                raise UnknownName.among("connection", name, _names(tx))
        return row

    def connection_names(self) -> frozenset[str]:
        """The names of all connections."""
        with self.read() as connection:
            return frozenset(_names(Transaction(connection)))

    def tokens(self, connection_id: UUID, vault: Vault, grant: Grant | None = None) -> StoredTokens:
        """The shared token of a connection, as far as it was given for the same; without ``grant`` for anything."""
        return StoredTokens(self.begin, vault, connection_id, grant=grant, read=self.read)

    def inbox(self, connection_id: UUID, vault: Vault, tenant: str = "") -> StoredInbox:
        """What a connection was sent; ``tenant`` is whose documents come now."""
        return StoredInbox(self.begin, vault, connection_id, tenant=tenant, read=self.read)

    def heartbeat(self, worker: UUID, **life: Unpack[Life]) -> None:
        """Say that a worker process lives, and what it does."""
        with self.begin() as connection:
            workers.heartbeat(Transaction(connection), worker, **life)

    def canary_came_back(self, canary: UUID, worker: UUID, queue: str) -> bool:
        """Say that a worker took the canary of this queue; False when a newer one is on its way by now."""
        with self.begin() as connection:
            return canaries.came_back(Transaction(connection), canary, worker, queue)

    def retire(self, worker: UUID) -> None:
        """A worker stops in good order; gives back what it holds."""
        with self.begin() as connection:
            workers.retire(Transaction(connection), worker)


def _names(tx: Transaction) -> list[Any]:
    return [row.name for row in tx.rows(_NAMES)]
