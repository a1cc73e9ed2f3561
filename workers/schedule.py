"""Beat: every second it sends what the ledger says is due. Any number of beats may run; two do no harm.

Every few seconds it sends a canary through each queue, and looks for what stands still although everybody seems alive.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery.beat import Scheduler

from connector.config import load_settings
from connector.domain.errors import ConnectorError
from connector.operations import watching
from connector.operations.desk import Desk
from connector.operations.lapsing import warn_of_lapses
from connector.pipeline.recover import send_due
from connector.schedule import next_fire
from tasks.dispatch import CeleryDispatcher
from tasks.names import QUEUES
from workers.lifecycle import THIS

if TYPE_CHECKING:
    from connector.bootstrap import Application

_log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
LEDGER_DOWN_SECONDS = 3.0
RESCUE_SECONDS = 5.0
KEEP_SECONDS = 60.0
#: what does not come to its end is looked for this often
WATCH_SECONDS = 60.0
#: a connection that will lapse is warned of this often
WARNING_SECONDS = 6 * 3600.0
#: messages on one queue; what is beyond waits in the ledger
LONGEST_QUEUE = 5000


class LedgerScheduler(Scheduler):  # type: ignore[misc]  # celery has no types
    """Reads schedules from the ledger, so that they change while it runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - celery's signature
        self._built: Application | None = None
        self._next_rescue = self._next_keep = self._next_watch = self._next_warning = 0.0
        super().__init__(*args, **kwargs)
        self.max_interval = TICK_SECONDS

    def setup_schedule(self) -> None:
        """Nothing to load: schedules are rows."""

    def tick(self, *_: object, **__: object) -> float:
        """Send what is due; returns the seconds until the next tick."""
        try:
            self._tick()
        except ConnectorError as error:
            _log.warning("beat.ledger_unreachable", extra={"error": error.message})
            return LEDGER_DOWN_SECONDS
        return TICK_SECONDS

    def _tick(self) -> None:
        if self._built is None:
            self._built = self._begin()
        recovery = self._built.store.recovery
        now = time.monotonic()
        rescues = now >= self._next_rescue
        if rescues:
            recovery.rescue(self._dead_after)
            self._next_rescue = now + RESCUE_SECONDS
        send_due(recovery, self._dispatcher, next_fire)
        if now >= self._next_keep:
            self._dispatcher.keep()
            self._next_keep = now + KEEP_SECONDS
        if rescues:
            self._dispatcher.canaries(recovery.due_canaries(QUEUES, self._dispatcher.empty(QUEUES)))
            watching.report_queues(self._desk, self._silent_after)
        if now >= self._next_watch:
            watching.report_work(self._desk, self._too_long)
            self._next_watch = now + WATCH_SECONDS
        if now >= self._next_warning:
            warn_of_lapses(self._desk)
            self._next_warning = now + WARNING_SECONDS

    def _begin(self) -> Application:
        settings = load_settings()
        built = THIS.begin(self.app, "beat")
        self._desk = Desk(application=built, operator="beat")
        self._dispatcher = CeleryDispatcher(self.app, longest_queue=LONGEST_QUEUE)
        self._dead_after = timedelta(seconds=settings.dead_worker_seconds)
        self._silent_after = timedelta(seconds=settings.silent_queue_seconds)
        self._too_long = timedelta(hours=settings.longest_unfinished_hours)
        return built

    def close(self) -> None:
        """Say that this beat is gone."""
        THIS.end()
        super().close()
