"""Whoever waits in Postgres for somebody else's transaction says for whose, and gives up after a while."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from connector.domain.errors import StoreUnavailable
from connector.store.postgres.patience import take_time

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

#: so long is waited for others
LONGEST_WAIT_SECONDS = 300
#: so often is looked who it is; whoever is there at two looks is told of
GLANCE_SECONDS = 2.0
#: nobody waits for what is built beside the work, so that may take its time
_BUILD_SECONDS = 3600
_LOCK_NOT_AVAILABLE = "55P03"

_OURS = sa.text("SELECT pg_backend_pid()")
_SETTINGS = sa.text("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
_SET = sa.text("SELECT set_config('lock_timeout', :lock, false), set_config('statement_timeout', :statement, false)")
# Whose transaction began first: the others may wait for that one, too.
_WHO = sa.text("""
SELECT p.pid, a.application_name, a.xact_start FROM unnest(pg_blocking_pids(:ours)) AS p (pid)
LEFT JOIN pg_stat_activity a ON a.pid = p.pid
ORDER BY a.xact_start NULLS LAST, p.pid LIMIT 1
""")


@dataclass(frozen=True, kw_only=True)
class _Holder:
    pid: int
    application: str | None
    since: dt.datetime | None

    def __str__(self) -> str:
        named = f" ({self.application})" if self.application else ""
        since = f", open since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"the transaction of Postgres process {self.pid}{named}{since}"


@contextmanager
def patient(connection: sa.Connection, what: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Let what is done on this connection, outside of a transaction, wait for others, and say for whom.

    For nothing but what keeps nobody else from working while it waits. Raises StoreUnavailable after a while, with the
    name of whoever still was in the way.
    """
    driver: Any = connection.connection.driver_connection
    patience, (lock, statement) = driver.patience, connection.execute(_SETTINGS).one()
    watch = _Watch(connection, what, tell)
    take_time(connection, _BUILD_SECONDS)
    connection.execute(_SET, {"lock": f"{LONGEST_WAIT_SECONDS * 1000:.0f}", "statement": f"{_BUILD_SECONDS}s"})
    watch.start()
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise StoreUnavailable(
            f"{what} waited {LONGEST_WAIT_SECONDS / 60:.0f} minutes in vain for {watch.seen or 'other transactions'}: "
            "end that one, or wait for its end, and run `ml-connector db upgrade` again; it goes on from here."
        ) from error
    else:
        connection.execute(_SET, {"lock": lock, "statement": statement})
        driver.patience = patience
    finally:
        watch.stop()


class _Watch(threading.Thread):
    """Looks, on a connection of its own, whom another one waits for."""

    def __init__(self, connection: sa.Connection, what: str, tell: Callable[[str], None]) -> None:
        super().__init__(name="waiting", daemon=True)
        self._engine, self._ours = connection.engine, connection.execute(_OURS).scalar_one()
        self._what, self._tell = what, tell
        self._ended = threading.Event()
        self.seen: _Holder | None = None

    def run(self) -> None:
        reported = set()
        # Without a transaction: what is built waits for everybody who has one. Not to know who it is changes nothing.
        with suppress(sa.exc.SQLAlchemyError), self._engine.connect() as looking:
            looking.execution_options(isolation_level="AUTOCOMMIT")
            while not self._ended.wait(GLANCE_SECONDS):
                row = looking.execute(_WHO, {"ours": self._ours}).one_or_none()
                holder = None if row is None else _Holder(pid=row[0], application=row[1], since=row[2])
                if holder is not None and holder == self.seen and holder not in reported:
                    reported.add(holder)
                    self._tell(
                        f"{self._what} waits for {holder}; for {LONGEST_WAIT_SECONDS / 60:.0f} minutes at most, and "
                        "nobody else waits meanwhile."
                    )
                self.seen = holder or self.seen

    def stop(self) -> None:
        self._ended.set()
        self.join()
