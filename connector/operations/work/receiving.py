"""Connections as those who send documents to them find them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.inbound.receiving import NobodyError, Opened
from connector.operations.work import hints
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.operations.operator import Operator

#: the names of connections are read again after so long: however many are guessed, the ledger is not asked more often
NAMES_SECONDS = 2.0


class Doors:
    """The connections of one ledger."""

    def __init__(self, operator: Operator, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._operator, self._clock = operator, clock
        self._names: frozenset[str] = frozenset()
        self._read_at: float | None = None

    def opened(self, name: str) -> Opened:
        """Open a connection that takes documents; raises NobodyError for any other, ConnectorError if it cannot be."""
        if name not in self._known():
            raise NobodyError("there is no such connection")
        application = self._operator.application
        application.open_connection(name)
        try:
            receiver = application.receiver(name)
        except ConfigurationError as error:
            raise NobodyError(error.message) from None
        if receiver is None:
            raise NobodyError("its system sends no documents")
        return Opened(name=name, receiver=receiver, keep=application.inbox(name).keep)

    def _known(self) -> frozenset[str]:
        # Without a lock: when the ledger does not answer, nobody waits for others who wait for it.
        if self._read_at is None or self._clock() - self._read_at >= NAMES_SECONDS:
            self._names = self._operator.application.store.connection_names()
            self._read_at = self._clock()
        return self._names

    def read_soon(self, name: str, entity: str, after: float) -> int:
        """Have the flows that read this entity from a connection polled after so many seconds; returns how many."""
        with self._operator.transaction() as tx:
            connection = ledger.connections.named(tx, name)
        return hints.read_soon(self._operator, name, connection.system, entity, after)
