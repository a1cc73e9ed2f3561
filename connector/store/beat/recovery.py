"""What beat asks of the ledger, each question in its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.beat import canaries, dispatching, telling, workers
from connector.store.postgres.transaction import Transaction
from connector.store.work import pieces, releasing, rereading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from connector.domain.record import Due
    from connector.ports import NextFire
    from connector.store.postgres.engine import Begin


#: of records that are released in one of beat's turns: what it sends in that turn is less by far
MOST_BATCHES = 5


class LedgerRecovery:
    """Implements ports.Recovery.

    What is looked at again and again is looked at in turn; where each turn ended is kept here. A process that starts
    begins with the first.
    """

    def __init__(self, begin: Begin, *, queued_a_process: int = 0) -> None:
        self._begin, self._queued_a_process = begin, queued_a_process
        self._waiting_after = releasing.FIRST
        self._held_after = releasing.FIRST

    def fire_due_flows(self, next_fire: NextFire) -> int:
        """Queue a run for every enabled flow that is due; returns how many."""
        with self._begin() as connection:
            return dispatching.fire_due_flows(Transaction(connection), next_fire)

    def fire_rereads(self) -> int:
        """Queue a run of every flow that has documents to read again; returns how many."""
        with self._begin() as connection:
            return rereading.fire(Transaction(connection))

    def due_runs(self, most: int) -> list[UUID]:
        """Runs to send now; marked as sent for a while."""
        with self._begin() as connection:
            return dispatching.due_runs(Transaction(connection), most)

    def due_pieces(self, most: int) -> list[UUID]:
        """Pieces of runs to send now; marked as sent for a while."""
        with self._begin() as connection:
            return pieces.queue(Transaction(connection), most=most)

    def due_records(self, most: int, *, beside: UUID | None = None) -> list[Due]:
        """Records to send now, of all flows or of that of one record; marked as sent for a while."""
        with self._begin() as connection:
            return dispatching.due_records(
                Transaction(connection), most, a_process=self._queued_a_process, beside=beside
            )

    def due_canaries(self, queues: Sequence[str], empty: Iterable[str]) -> list[tuple[str, UUID]]:
        """Canaries to send now, by queue; where one waits already, only if the queue is empty: it was lost."""
        with self._begin() as connection:
            return canaries.due(Transaction(connection), queues, empty)

    def messages_due(self) -> bool:
        """Whether channels are to be told of alerts."""
        with self._begin() as connection:
            return telling.due(Transaction(connection))

    def write_digests(self) -> int:
        """Write down the digests of alerts that are due; returns how many."""
        with self._begin() as connection:
            return telling.write_digests(Transaction(connection))

    def rescue(self, dead_after: dt.timedelta) -> int:
        """Give back what dead workers hold."""
        with self._begin() as connection:
            return workers.rescue(Transaction(connection), dead_after)

    def bury(self, dead: Sequence[UUID]) -> int:
        """Take it as known that these workers are dead: the next rescue gives back what they hold."""
        with self._begin() as connection:
            return workers.bury(Transaction(connection), dead)

    def release_more(self) -> int:
        """Go on with what could not all be released at once; returns how many batches went."""
        batches = 0
        while batches < MOST_BATCHES:
            with self._begin() as connection:
                if not releasing.go_on(Transaction(connection)):
                    break
            batches += 1
        return batches

    def release_forgotten(self, begun_within: dt.timedelta) -> int:
        """Find records whose release was missed in a race, among those that began to wait within this time."""
        with self._begin() as connection:
            return releasing.forgotten(Transaction(connection), begun_within)

    def release_missed(self) -> int:
        """The same among the next of all that wait; returns how many were released."""
        with self._begin() as connection:
            released, after = releasing.forgotten_behind(Transaction(connection), self._waiting_after)
        self._waiting_after = after
        return released

    def free_versions(self) -> int:
        """Find versions that still wait for an older one although it has ended, among the next that wait for one."""
        with self._begin() as connection:
            freed, after = releasing.free_versions(Transaction(connection), self._held_after)
        self._held_after = after
        return freed
