"""Beat: every second it sends what the ledger says is due, and at once when somebody asks. Two beats do no harm.

What it watches and mends is done on a thread and over connections of its own: however long a look into the ledger
takes, work is sent. As long as all of it could be sent, canaries go through the queues.
"""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from celery.beat import Scheduler

from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.identity import new_id
from connector.domain.schedule import next_fire
from connector.operations.health import machine, watching
from connector.operations.operator import Operator
from connector.pipeline.recover import send_pieces, send_records, send_runs
from connector.store.postgres.waking import Sleeper
from tasks.dispatch import CeleryDispatcher
from tasks.names import QUEUES
from workers.chores import TICK_SECONDS, Caretaker, Chore, Chores
from workers.lifecycle import LIFECYCLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

    from connector.bootstrap import Application
    from connector.ports import Recovery

LEDGER_DOWN_SECONDS = 3.0
RESCUE_SECONDS = 5.0
KEEP_SECONDS = 60.0
#: what does not come to its end is looked for this often
WATCH_SECONDS = 60.0
#: messages on one queue; what is beyond waits in the ledger
LONGEST_QUEUE = 5000
#: a release missed in a race is made up for among records that began to wait so lately; housekeeping
#: looks at all in turn
BEGAN_TO_WAIT = timedelta(minutes=1)


class LedgerScheduler(Scheduler):  # type: ignore[misc]  # celery has no types
    """Reads schedules from the ledger, so that they change while it runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - celery's signature
        self._beat: Beat | None = None
        super().__init__(*args, **kwargs)
        self.max_interval = TICK_SECONDS

    def setup_schedule(self) -> None:
        """Nothing to load: schedules are rows."""

    def tick(self, *_: object, **__: object) -> float:
        """Send what is due, and wait until the next tick; returns the seconds to wait besides."""
        if self._beat is None:
            self._beat = Beat(self.app)
            self._beat.caretaker.start()
        if not self._beat.send():
            return LEDGER_DOWN_SECONDS
        self._beat.rest()
        return 0.0

    def close(self) -> None:
        """Say that this beat is gone."""
        if self._beat is not None:
            self._beat.end()
        super().close()


class Beat:
    """What beat does, and the two ways to the ledger it has: one to send, one to look after what is under way."""

    def __init__(self, app: Celery, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender = application(load_settings())
        LIFECYCLE.live(self._sender, new_id(), "beat")
        self._keeper = application(load_settings())
        dispatcher = CeleryDispatcher(
            app, longest_queue=LONGEST_QUEUE, most_records=self._sender.settings.most_records_a_task
        )
        self._sending = Chores(_sending(self._sender.store.recovery, dispatcher), clock=clock)
        self._canaries = Chores(_canaries(self._sender.store.recovery, dispatcher), clock=clock)
        self.caring = Chores(_caring(self._keeper), clock=clock)
        self._sleeper = Sleeper(self._sender.settings.database_url)
        self.caretaker = Caretaker(self.caring)

    def send(self) -> bool:
        """Send what is due, and canaries when nothing failed; whether anything worked."""
        failed = self._sending.do_due()
        if not failed:
            failed = self._canaries.do_due()
        return len(failed) < len(self._sending)

    def rest(self) -> bool:
        """Wait for the next second; less when somebody makes something due that is urgent, and says so."""
        return self._sleeper.sleep(TICK_SECONDS)

    def end(self) -> None:
        """Stop in good order."""
        self.caretaker.stop()
        self._sleeper.close()
        LIFECYCLE.end()
        for built in (self._sender, self._keeper):
            built.close()


def _sending(recovery: Recovery, dispatcher: CeleryDispatcher) -> list[Chore]:
    return [
        Chore(what="fire flows", do=partial(recovery.fire_due_flows, next_fire)),
        Chore(what="fire rereads", do=recovery.fire_rereads),
        Chore(what="send runs", do=partial(send_runs, recovery, dispatcher)),
        Chore(what="send pieces", do=partial(send_pieces, recovery, dispatcher)),
        Chore(what="send records", do=partial(send_records, recovery, dispatcher)),
    ]


def _canaries(recovery: Recovery, dispatcher: CeleryDispatcher) -> list[Chore]:
    def send() -> None:
        dispatcher.canaries(recovery.due_canaries(QUEUES, dispatcher.empty(QUEUES)))

    def tell() -> None:
        if recovery.messages_due():
            dispatcher.tell()

    return [
        Chore(what="send canaries", do=send, every=RESCUE_SECONDS),
        Chore(what="send housekeeping", do=dispatcher.keep, every=KEEP_SECONDS),
        Chore(what="send alerts", do=tell, every=RESCUE_SECONDS),
    ]


def _caring(built: Application) -> list[Chore]:
    recovery, settings = built.store.recovery, built.settings
    operator = Operator(application=built, actor="beat")
    dead_after = timedelta(seconds=settings.dead_worker_seconds)
    silent_after = timedelta(seconds=settings.silent_queue_seconds)
    too_long = timedelta(hours=settings.longest_unfinished_hours)
    return [
        Chore(what="release", do=recovery.release_more),
        Chore(what="rescue", do=partial(recovery.rescue, dead_after), every=RESCUE_SECONDS),
        Chore(what="free versions", do=recovery.free_versions, every=RESCUE_SECONDS),
        Chore(what="release forgotten", do=partial(recovery.release_forgotten, BEGAN_TO_WAIT), every=RESCUE_SECONDS),
        Chore(what="watch queues", do=partial(watching.report_queues, operator, silent_after), every=RESCUE_SECONDS),
        Chore(
            what="watch work",
            do=partial(watching.report_work, operator, too_long, settings.keep_documents_days),
            every=WATCH_SECONDS,
        ),
        Chore(what="write digests", do=recovery.write_digests, every=WATCH_SECONDS),
        Chore(
            what="watch disk",
            do=partial(watching.report_disk, operator, machine.watched(settings), socket.gethostname()),
            every=WATCH_SECONDS,
        ),
    ]
