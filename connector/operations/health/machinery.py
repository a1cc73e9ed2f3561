"""What the product runs on: processes, queues, the clock, versions, the database, and how long things are kept."""

from __future__ import annotations

import datetime as dt
import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from connector.operations.health import watching
from connector.store import operator as ledger
from connector.store.beat import canaries, telling
from connector.store.operator import sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.operations.operator import Operator
    from connector.store.beat.canaries import Queue
    from connector.store.operator.server import About, Process

#: who gave no sign of life for longer than this is not counted on
ALIVE = dt.timedelta(seconds=30)
#: who has been away for longer is forgotten
_REMEMBERED = dt.timedelta(days=1)
#: nobody waits for a size longer than this
_PATIENCE_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How long something is kept."""

    what: str
    how_long: str


@dataclass(frozen=True, kw_only=True)
class Machinery:
    """All of it, at one moment."""

    now: dt.datetime
    processes: Sequence[Process]
    queues: Sequence[Queue]
    #: what is wrong with the clock, and with queues; empty where nothing is
    clock: str
    silent: frozenset[str]
    server: About
    #: connections of the database there are, and those it takes
    connections: int
    most_connections: int
    #: of this release, of Python, and the last migration
    release: str
    python: str
    migration: str
    #: when the oldest document was read
    oldest: dt.datetime | None
    kept: Sequence[Kept]

    def lives(self, process: Process) -> bool:
        """Whether it gave a sign of life just now."""
        return self.now - process.heartbeat_at <= ALIVE

    @property
    def alive(self) -> int:
        """Processes that gave a sign of life just now."""
        return sum(map(self.lives, self.processes))


def look(
    operator: Operator, silent_after: dt.timedelta, *, documents_days: int = 0, records_days: int = 0
) -> Machinery:
    """Look at all of it; the days are how long documents and records are kept, 0 for ever."""
    with operator.transaction() as tx:
        tx.take_time(_PATIENCE_SECONDS)
        found, server = watching.queues(tx, silent_after), ledger.figures.server(tx)
        return Machinery(
            now=tx.now,
            processes=ledger.server.alive(tx, within=_REMEMBERED),
            queues=canaries.list_(tx, silent_after),
            clock=found.clock,
            silent=frozenset(trouble.about.removeprefix("queue ") for trouble in found.silent),
            server=ledger.server.about(tx),
            connections=server.connections,
            most_connections=server.most,
            release=version("ml-connector"),
            python=platform.python_version(),
            migration=ledger.server.migration(tx),
            oldest=ledger.server.oldest_document(tx),
            kept=_kept(documents_days, records_days),
        )


def _kept(documents_days: int, records_days: int) -> list[Kept]:
    return [
        Kept(what="What documents say", how_long=f"{documents_days} days" if documents_days else "for good"),
        Kept(what="Records of documents", how_long=f"{records_days} days" if records_days else "for good"),
        Kept(what="Audit trail and its seals", how_long="for good"),
        Kept(what="What channels were told", how_long=f"{telling.KEPT.days} days"),
        Kept(
            what="Sign-ins",
            how_long=f"{sessions.LASTS.days} days, and {sessions.IDLE.seconds // 3600} hours without use",
        ),
    ]
