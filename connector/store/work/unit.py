"""One transaction with everything the pipeline asks of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from connector.points import COMMIT, point
from connector.store.connection.state import LedgerConnections
from connector.store.postgres.engine import translating_database_errors
from connector.store.postgres.transaction import Transaction
from connector.store.work.attempts import LedgerAttempts
from connector.store.work.claiming import LedgerClaims
from connector.store.work.discarded import LedgerDiscarded
from connector.store.work.extraction import LedgerExtraction
from connector.store.work.links import LedgerLinks
from connector.store.work.pieces import LedgerPieces
from connector.store.work.reopening import LedgerReopening
from connector.store.work.rereading import LedgerRereading
from connector.store.work.runs import LedgerRuns
from connector.store.work.settling import LedgerOutcomes

if TYPE_CHECKING:
    from types import TracebackType

    import sqlalchemy as sa

    from connector.store.binding.steering import Steering


class LedgerUnit:
    """Implements ports.UnitOfWork. Leaving it without ``commit()`` rolls everything back."""

    claims: LedgerClaims
    outcomes: LedgerOutcomes
    attempts: LedgerAttempts
    extraction: LedgerExtraction
    reopening: LedgerReopening
    discarded: LedgerDiscarded
    rereading: LedgerRereading
    links: LedgerLinks
    runs: LedgerRuns
    pieces: LedgerPieces
    connections: LedgerConnections
    #: for the store's own queries in the same transaction
    tx: Transaction

    def __init__(self, engine: sa.Engine, steering: Steering | None = None) -> None:
        self._engine = engine
        self._steering = steering

    def commit(self) -> None:
        """Make it true. An error here leaves the outcome unknown: reopen and read."""
        with translating_database_errors(), point(COMMIT):
            self._connection.commit()

    def __enter__(self) -> Self:
        with translating_database_errors():
            self._connection = self._engine.connect()
        self.tx = Transaction(self._connection)
        self.claims = LedgerClaims(self.tx)
        self.outcomes = LedgerOutcomes(self.tx, self._steering)
        self.attempts = LedgerAttempts(self.tx)
        self.extraction = LedgerExtraction(self.tx)
        self.reopening = LedgerReopening(self.tx)
        self.discarded = LedgerDiscarded(self.tx)
        self.rereading = LedgerRereading(self.tx)
        self.links = LedgerLinks(self.tx, self._steering)
        self.runs = LedgerRuns(self.tx)
        self.pieces = LedgerPieces(self.tx)
        self.connections = LedgerConnections(self.tx)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with translating_database_errors():
            self._connection.close()
