"""Everything a step may touch, handed in by the composition root."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.ports import Unmetered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.record import Claim
    from connector.domain.run import RunClaim
    from connector.ports import Clock, Dispatcher, Meter, Source, Store, Target, Vault


@dataclass(frozen=True, kw_only=True)
class World:
    """The ports of one worker process."""

    #: this worker process, as its heartbeat row knows it
    worker: UUID
    store: Store
    vault: Vault
    clock: Clock
    dispatcher: Dispatcher
    #: flow description by name; raises UnknownName
    flow: Callable[[str], Flow[Any]]
    #: open the reading or writing side of a connection by the connection's name
    source: Callable[[str], Source]
    target: Callable[[str], Target]
    #: which version of a connection's row its sides were opened with; None when nobody knows
    opened: Callable[[str], dt.datetime | None] = lambda _: None
    #: how many requests of one step may be on their way to a connection at a time, to read and to write
    reads_at_once: Callable[[str], int] = lambda _: 1
    writes_at_once: Callable[[str], int] = lambda _: 1
    #: look whether a claim's flow is what the product last wrote; raises ConfigurationError when it is not
    whole: Callable[[Claim | RunClaim], None] = lambda _: None
    #: a record that waits longer than this becomes a dead letter
    longest_wait: dt.timedelta = dt.timedelta(days=30)
    #: told of records that a step takes besides those it was given; without it, it takes no more
    takes_more: Callable[[Sequence[UUID]], None] | None = None
    #: told of those records of them that came to an end while the step goes on
    done_with: Callable[[Collection[UUID]], None] = lambda _: None
    #: called while a long task gets on, so that it is not taken for one that hangs
    getting_on: Callable[[], None] = lambda: None
    #: counts for Prometheus
    meter: Meter = Unmetered()  # noqa: RUF009 - it has nothing that could change

    @property
    def actor(self) -> str:
        """Who the audit trail names."""
        return f"worker:{self.worker}"
