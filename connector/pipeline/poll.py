"""Poll: read a source page by page and write down what is new, before anything else is done with it.

The rows of a page and the run's position are committed together; the flow's cursor moves only with the last page, so a
failed run is read again from where the last complete one began. Where each document takes a read of its own, a page is
cut into pieces, and the run ends, and the cursor moves, with the last of them (``extract``). A run works in slices: a
long read gives its worker back every minute and goes on from its position; where the source asked us to slow down,
after every page.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError, StoreUnavailable, Transient
from connector.domain.exchange import Query
from connector.domain.run import DUE_AGAIN
from connector.observability import working_for
from connector.pipeline.connections import record_connection_result
from connector.pipeline.keeping import Keeping
from connector.pipeline.rereading import Rereading
from connector.pipeline.trying_again import MOST_TRIES, rest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from connector.domain.exchange import Page, Row
    from connector.domain.flow import Flow
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World
    from connector.ports import Source, UnitOfWork

_log = logging.getLogger(__name__)

SLICE_SECONDS = 60.0
#: of a run whose source did not answer
_SHORTEST_REST = dt.timedelta(seconds=1)
#: a change may show up only after later ones were read: its transaction took that long, or the source's clock jumped
OVERLAP = dt.timedelta(days=1)


def poll(world: World, run_id: UUID) -> str | None:
    """Execute a slice of a run; the sentence says how it ended, None when there was nothing to do."""
    run, held = world.store.transact(lambda unit: _claim(world, unit, run_id))
    if run is None:
        return None
    working_for(flow=run.flow, connection=run.source_connection)
    if held:
        return f"paused: {held}"
    reading: Rereading | Polling | None = None
    try:
        reading = (Rereading if run.only_key == DUE_AGAIN else Polling)(world, run)
        return reading.read()
    except StoreUnavailable:
        raise  # the run comes back by itself
    except ConnectorError as error:
        return _failed(world, run, error, opened=reading.keeping.opened if reading else None)
    except Exception as error:
        _log.exception("poll.failed")
        sentence = f"The connector itself failed while reading ({type(error).__name__}); look into the worker's log."
        world.store.transact(lambda unit: unit.runs.finish(run, failed=sentence))
        return sentence


def _claim(world: World, unit: UnitOfWork, run_id: UUID) -> tuple[RunClaim | None, str]:
    """Claim a run; and why its source may not be asked now, if it may not."""
    run = unit.runs.claim(run_id, world.worker)
    held = unit.connections.pause_left(run.source_connection) if run else None
    if run and held:
        unit.runs.pause(run, held[0])
    return run, held[1] if held else ""


class Polling:
    """One slice of one run."""

    def __init__(self, world: World, run: RunClaim) -> None:
        self.world = world
        self.run = run
        world.whole(run)
        self.flow: Flow[Any] = world.flow(run.flow)
        self.source: Source = world.source(run.source_connection)
        self.entity = self.flow.source.entity
        self.keeping = Keeping(world, run, self.flow, self.source)
        self.read_rows = run.read_so_far
        self.everything = True

    def read(self) -> str:
        """Read until the source, the slice or the limit ends."""
        started = self.world.clock.monotonic()
        for page in self._pages():
            self.everything = self.everything and page.everything
            rows = self._wanted(page.rows)
            last = page.next is None or self._limit_reached(len(rows))
            if not self.keeping.keep(rows, page, moves_cursor=last and self._moves_cursor):
                return "another worker has this run"
            self.read_rows += len(rows)
            if last:
                break
            if self.run.slowed or self.world.clock.monotonic() - started > SLICE_SECONDS:
                return self._give_back()
        return self._finish()

    def _pages(self) -> Iterator[Page]:
        since = self.run.since
        if since is None and self.run.cursor is not None and self.run.only_key is None:
            since = self.run.cursor - OVERLAP
        query = Query(entity=self.entity, since=since, key=self.run.only_key, position=self.keeping.start)
        return self.source.pages(query)

    def _wanted(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Apply ``--since`` and ``--limit``: a customer's wish holds whatever the source can do."""
        since = self.run.since
        if since is not None:
            rows = tuple(row for row in rows if row.modified is None or row.modified >= since)
        return rows if self.run.limit is None else rows[: max(0, self.run.limit - self.read_rows)]

    def _limit_reached(self, more: int) -> bool:
        return self.run.limit is not None and self.read_rows + more >= self.run.limit

    @property
    def _moves_cursor(self) -> bool:
        return self.run.only_key is None and self.run.limit is None and self.run.since is None

    def _give_back(self) -> str:
        def back(unit: UnitOfWork) -> None:
            unit.runs.pause(self.run, dt.timedelta(0))
            if self.run.slowed:
                unit.connections.succeeded(self.run.source_connection, opened=self.keeping.opened)

        self.world.store.transact(back)
        self.world.dispatcher.poll([self.run.run_id])
        return f"read {self.read_rows} so far, going on"

    def _finish(self) -> str:
        warning = self._nothing_read() if self.read_rows == 0 else self.keeping.listed_twice
        cursor = self.keeping.cursor if self._moves_cursor and self.keeping.cuts else None

        def finish(unit: UnitOfWork) -> None:
            unit.runs.finish(self.run, warning=warning, cursor=cursor)
            unit.connections.succeeded(self.run.source_connection, opened=self.keeping.opened)

        self.world.store.transact(finish)
        return warning or f"read {self.read_rows}"

    def _nothing_read(self) -> str:
        """What to remark on a run without rows; the remark stays until a run reads some again."""
        if self.run.only_key is not None:
            return f"{self.run.source_connection} has no {self.entity} document {self.run.only_key!r}."
        if not (self._moves_cursor and self.everything):
            return ""
        if self.run.read_last_time == 0:
            return self.run.warning_last_time
        return (
            f"{self.run.source_connection} returned no {self.entity} at all; before that, the last run read "
            f"{self.run.read_last_time}. Check the browse and the user's permissions with `connection ping`."
        )


def _failed(world: World, run: RunClaim, error: ConnectorError, *, opened: dt.datetime | None) -> str:
    """A transient failure continues the run later from its position; anything else ends it with its sentence.

    The run waits longer with every try; its connection, which others use too, only as long as the source asks.
    """

    def fail(unit: UnitOfWork) -> None:
        if isinstance(error, Transient) and run.tries + 1 < MOST_TRIES:
            wait = rest(world, run.tries, error.retry_after or 0.0)
            unit.runs.pause(run, max(wait, _SHORTEST_REST), error.message)
        else:
            unit.runs.finish(run, failed=error.message)
        record_connection_result(unit, run.source_connection, error, worked=False, opened=opened)

    world.store.transact(fail)
    return error.message
