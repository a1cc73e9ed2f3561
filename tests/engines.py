"""Engines that the product closed, for whoever opens one next in the same database.

Their connections stay: a new one costs ten milliseconds until Postgres knows the tables, and a new engine compiles
every statement anew. That the product gives back each connection and closes its engine is looked at all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from connector.store.postgres.engine import open_engine


@dataclass
class Engines:
    """Of one database."""

    url: str
    _closed: list[_Engine] = field(default_factory=list)
    #: whether they stay
    _keeps: bool = True

    def open(self) -> sa.Engine:
        return self._closed.pop().engine if self._closed else _Engine(open_engine(self.url), self).engine

    @property
    def processes(self) -> list[int]:
        """Those of Postgres that wait here for the next; whatever else works in the database was left behind."""
        return [process for one in self._closed for process in one.processes.values()]

    def leave(self) -> None:
        """Let the connections go that wait here."""
        while self._closed:
            self._closed.pop().dispose()

    def close(self) -> None:
        """Let them go, also those of whoever closes later."""
        self._keeps = False
        self.leave()

    def closed(self, one: _Engine) -> bool:
        """Whether it stays here: not with a connection that somebody still has, nor before it had any."""
        if self._keeps and one.processes and not one.engine.pool.checkedout():
            self._closed.append(one)
            return True
        return False


class _Engine:
    def __init__(self, engine: sa.Engine, home: Engines) -> None:
        self.engine, self.dispose, self._home = engine, engine.dispose, home
        #: of its connections
        self.processes: dict[int, int] = {}
        sa.event.listen(engine, "connect", lambda made, _: self.processes.update({id(made): made.info.backend_pid}))
        sa.event.listen(engine, "close", lambda gone, _: self.processes.pop(id(gone), None))
        engine.dispose = self._dispose

    def _dispose(self) -> None:
        if not self._home.closed(self):
            self.dispose()
