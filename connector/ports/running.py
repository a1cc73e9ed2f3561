"""What the pipeline asks of time, chance and the queues, and what beat asks of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from connector.domain.journey import Change, Step
    from connector.domain.record import AttemptAnswer, Claim, Due, Extracted
    from connector.domain.run import RunClaim


class Dispatcher(Protocol):
    """Puts ready work on the queues. Losing what it sends changes nothing."""

    def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
        """Ask for a step on each of these records of one flow; a worker may take several at once."""
        ...

    def poll(self, run_ids: Iterable[UUID]) -> None:
        """Ask for runs to be executed."""
        ...

    def extract(self, piece_ids: Iterable[UUID]) -> None:
        """Ask for pieces of runs to be read and stored."""
        ...


class Meter(Protocol):
    """Is told what a process did once it is written down. It costs microseconds, and never fails."""

    def read(self, run: RunClaim, documents: Sequence[Extracted]) -> None:
        """New versions of documents were read and stored by a run."""
        ...

    def settled(self, claim: Claim, change: Change, elapsed: dt.timedelta) -> None:
        """A step ended and was written down, so long after its record was claimed."""
        ...

    def attempted(self, flow: str, answer: AttemptAnswer) -> None:
        """A try at changing the target of a flow ended."""
        ...


class Unmetered:
    """Is told, and keeps nothing of it."""

    def read(self, run: RunClaim, documents: Sequence[Extracted]) -> None:
        """Nothing."""

    def settled(self, claim: Claim, change: Change, elapsed: dt.timedelta) -> None:
        """Nothing."""

    def attempted(self, flow: str, answer: AttemptAnswer) -> None:
        """Nothing."""


class NextFire(Protocol):
    """When a schedule fires next."""

    def __call__(self, schedule: str, timezone: str, after: dt.datetime) -> dt.datetime:
        """The first time after ``after``, in UTC."""
        ...


class Recovery(Protocol):
    """What beat asks of the ledger; any number of beats may ask at once. Each call is its own transaction."""

    def fire_due_flows(self, next_fire: NextFire) -> int:
        """Queue a run for every enabled flow that is due; returns how many."""
        ...

    def fire_rereads(self) -> int:
        """Queue a run of every flow that has documents to read again; returns how many."""
        ...

    def due_runs(self, most: int) -> list[UUID]:
        """Runs to send now; marked as sent for a while."""
        ...

    def due_pieces(self, most: int) -> list[UUID]:
        """Pieces of runs to send now: fair turns between flows; marked as sent for a while."""
        ...

    def due_records(self, most: int, *, beside: UUID | None = None) -> list[Due]:
        """Records to send now: fair turns between flows, each within its window; marked as sent for a while.

        ``beside`` a record: of its flow alone.
        """
        ...

    def release_more(self) -> int:
        """Go on with what could not all be released when what it waits for arrived; returns how much was done."""
        ...

    def due_canaries(self, queues: Sequence[str], empty: Iterable[str]) -> list[tuple[str, UUID]]:
        """Canaries to send now, by queue; where one waits already, only if the queue is empty: it was lost."""
        ...

    def messages_due(self) -> bool:
        """Whether channels are to be told of alerts."""
        ...

    def write_digests(self) -> int:
        """Write down the digests of alerts that are due; returns how many."""
        ...

    def rescue(self, dead_after: dt.timedelta) -> int:
        """Give back what dead workers hold; the third crash on one record makes it a dead letter."""
        ...

    def free_versions(self) -> int:
        """Find versions that still wait for an older one although it has ended, the next of them in turn."""
        ...

    def release_forgotten(self, begun_within: dt.timedelta) -> int:
        """Find records whose release was missed in a race, among those that began to wait within this time."""
        ...


class Clock(Protocol):
    """Time and chance, so that tests choose both."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def chance(self) -> float:
        """A number in [0, 1)."""
        ...
