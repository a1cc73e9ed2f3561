"""Rereading: documents that wait for a change which their source does not tell of are read again, one by one.

A run of this kind takes what is due until nothing is. What has changed becomes a new version; what has not is looked at
again, because what it waits for may have come about elsewhere.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Query
from connector.domain.journey import Step
from connector.pipeline.keeping import Keeping

if TYPE_CHECKING:
    from connector.domain.flow import Flow
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World
    from connector.ports import Source, UnitOfWork

#: documents looked up at once
BATCH = 50
SLICE_SECONDS = 60.0


class Rereading:
    """One slice of such a run."""

    def __init__(self, world: World, run: RunClaim) -> None:
        self.world, self.run = world, run
        self.flow: Flow[Any] = world.flow(run.flow)
        self.source: Source = world.source(run.source_connection)
        self.keeping = Keeping(world, run, self.flow, self.source)

    def read(self) -> str:
        """Read until nothing is due, or the slice ends."""
        started, read = self.world.clock.monotonic(), 0
        while keys := self.world.store.transact(lambda unit: unit.rereading.due(self.run.flow_id, BATCH)):
            for key in keys:
                if not self._read_one(key):
                    return "another worker has this run"
                read += 1
                if self.run.slowed or self.world.clock.monotonic() - started > SLICE_SECONDS:
                    return self._end(read, again=True)
        return self._end(read, again=False)

    def _read_one(self, key: str) -> bool:
        for page in self.source.pages(Query(entity=self.flow.source.entity, key=key)):
            if not self.keeping.keep(page.rows, page, moves_cursor=False):
                return False
        ready = self.world.store.transact(lambda unit: unit.rereading.done(self.run.flow_id, [key]))
        self.world.dispatcher.step(Step.MAP, ready)
        return True

    def _end(self, read: int, *, again: bool) -> str:
        def end(unit: UnitOfWork) -> None:
            if again:
                unit.runs.pause(self.run, dt.timedelta(0))
            else:
                unit.runs.finish(self.run)
            unit.connections.succeeded(self.run.source_connection, opened=self.keeping.opened)

        self.world.store.transact(end)
        if again:
            self.world.dispatcher.poll([self.run.run_id])
        return f"read {read} again" + (", going on" if again else "")
