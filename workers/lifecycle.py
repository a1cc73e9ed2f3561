"""The life of a worker process: set up after the fork, a heartbeat while it lives, leases given back when it stops."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from celery import signals
from celery.app import app_or_default

from connector import registry, tracing
from connector.bootstrap import Application, application
from connector.config import PREFIX, load_settings
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.identity import new_id
from connector.metering.several import Several
from connector.observability import begin, configure_logging
from connector.operations.health import machine
from connector.operations.health.lapsing import report_lapses
from connector.operations.operator import Operator
from connector.operations.setup import vault
from connector.operations.work import counting_periods
from connector.pipeline import crew
from tasks.dispatch import CeleryDispatcher
from tasks.names import CANARY
from tasks.process_state import PROCESS
from tasks.running import done_with, more_taken
from workers import lines, loading
from workers.chores import Chore, Chores
from workers.error_reports import tell_errors
from workers.hardening import leave_no_core
from workers.living import Living
from workers.refusing import refuse
from workers.scraping import SCRAPING
from workers.turning import TURNING, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from celery import Celery

    from connector.config.settings import Settings
    from connector.ports import Meter
    from connector.tracing import Tracing

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 3.0
#: a connection that will lapse is warned of this often, by whoever keeps house
WARNING_SECONDS = 6 * 3600.0
#: large periods are counted this often at most
COUNTING_SECONDS = 60.0


class Pulse:
    """Says every few seconds that this process lives and what it is busy with."""

    def __init__(
        self, built: Application, worker: UUID, kind: str, queues: Sequence[str], *, watch: Watch | None = None
    ) -> None:
        self._built, self._ledger = built, built.store
        self._worker = worker
        self._kind = kind
        self._queues = queues
        self._watch = watch
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def start(self) -> None:
        """Say it once before the first task, then from a thread of its own."""
        self._say()
        self._thread.start()

    def stop(self) -> None:
        """Stop, and give back what this process still holds."""
        self._stopped.set()
        self._thread.join(timeout=HEARTBEAT_SECONDS)
        try:
            self._ledger.retire(self._worker)
        except ConnectorError as error:
            _log.warning("worker.not_retired", extra={"worker": str(self._worker), "error": error.in_full})

    def _beat(self) -> None:
        while not self._stopped.wait(HEARTBEAT_SECONDS):
            self._say()
            self._built.let_go()
            if self._watch is not None and self._watch.stands_still():
                _log.critical("worker.main_stands_still", extra={"worker": str(self._worker), "parent": os.getppid()})
                self._watch.end()

    def _say(self) -> None:
        try:
            self._ledger.heartbeat(
                self._worker,
                host=socket.gethostname(),
                pid=os.getpid(),
                kind=self._kind,
                busy_with=PROCESS.busy_with,
                queues=self._queues,
                turned_ago=PROCESS.turned_ago,
            )
        except ConnectorError as error:
            _log.warning("worker.heartbeat_failed", extra={"worker": str(self._worker), "error": error.in_full})


def _dispatcher(app: Celery, built: Application) -> CeleryDispatcher:
    return CeleryDispatcher(app, most_records=built.settings.most_records_a_task)


class Lifecycle:
    """This worker process."""

    def __init__(self) -> None:
        self.pulse: Pulse | None = None
        self._living: Living | None = None
        self._tracing: Tracing | None = None

    def _meters(self, settings: Settings) -> list[Meter]:
        """What is told what this process did."""
        if settings.traces:
            from connector.http.through import session_to  # noqa: PLC0415 - for those who send them

            session = session_to(settings.traces, settings.proxy, name=f"{PREFIX}TRACES")
            self._tracing = tracing.sending_to(settings.traces, settings.traces_share, session)
        return [meter for meter in (SCRAPING.meter(), self._tracing) if meter is not None]

    def work(self, app: Celery, queues: Sequence[str]) -> None:
        """Be a worker: build the application and its world, start the pulse. ``queues``: where it takes work from."""
        built = application(load_settings())
        worker = new_id()
        _adopt(built, worker)
        world = built.world(
            worker=worker,
            dispatcher=_dispatcher(app, built),
            takes_more=more_taken,
            done_with=done_with,
            getting_on=PROCESS.note_progress,
            meter=Several(self._meters(built.settings)),
        )
        PROCESS.use(world, chores=housekeeping(built), tell=telling_of(built))
        self._living = Living(built.settings.data_dir)
        self._living.begin(worker)
        self.live(built, worker, "worker", queues, watch=Watch(TURNING, parent=os.getppid()))
        _succeed(built, self._living)

    def live(
        self,
        built: Application,
        worker: UUID,
        kind: str,
        queues: Sequence[str] = (),
        *,
        watch: Watch | None = None,
    ) -> None:
        """Start the pulse."""
        self.pulse = Pulse(built, worker, kind, queues, watch=watch)
        self.pulse.start()

    def end(self) -> None:
        """Stop the pulse, and what made calls."""
        crew.go_home()
        if self.pulse is not None:
            self.pulse.stop()
            self.pulse = None
        if self._tracing is not None:
            self._tracing.end()
            self._tracing = None
        if self._living is not None:
            self._living.end()
            self._living = None


def housekeeping(built: Application, *, clock: Callable[[], float] = time.monotonic) -> Chores:
    """What a worker does besides the ledger's housekeeping, and beat cannot: it opens connections."""
    operator = Operator(application=built, actor="worker")
    return Chores(
        [
            Chore(what="watch connections", do=partial(report_lapses, operator), every=WARNING_SECONDS),
            Chore(what="count periods", do=partial(counting_periods.keep, operator), every=COUNTING_SECONDS),
        ],
        clock=clock,
    )


def telling_of(built: Application) -> Callable[[], int]:
    """What tells channels of alerts."""
    from connector.operations.health import telling  # noqa: PLC0415 - beat tells nobody

    operator = Operator(application=built, actor="worker")
    return partial(telling.tell, operator, console=built.settings.console_url)


def _succeed(built: Application, living: Living) -> None:
    """Give back at once what those held whose death can be seen from here; beat's rescue finds what is left."""
    with suppress(ConnectorError), living.dead() as dead:
        if dead:
            _log.warning("worker.succeeds", extra={"dead": [str(worker) for worker in dead]})
            built.store.recovery.bury(dead)
            built.store.recovery.rescue(dt.timedelta(seconds=built.settings.dead_worker_seconds))


def _adopt(built: Application, worker: UUID) -> None:
    """Bind what an earlier release wrote; whoever starts first does it, and the others find it done."""
    try:
        bound = vault.adopt(Operator(application=built, actor=f"worker:{worker}"))
    except ConnectorError as error:
        _log.warning("setup.not_bound", extra={"worker": str(worker), "error": error.in_full})
        return
    if bound:
        _log.info("setup.bound", extra={"worker": str(worker), **bound})


LIFECYCLE = Lifecycle()


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether it is not about a canary that came and went as it should."""
    facts = record.args if isinstance(record.args, dict) else {}
    return record.levelno > logging.INFO or facts.get("name") != CANARY


@signals.celeryd_init.connect(weak=False)
def _say_nothing_beside_the_log(instance: Any, **_: object) -> None:  # noqa: ANN401 - celery has no types
    settings = load_settings()
    begin(settings.log_level, settings.log_format)
    lines.instead(instance, settings.log_format)


@signals.setup_logging.connect(weak=False)
def _log_as_settings_say(**_: object) -> None:
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    tell_errors(settings)
    lines.with_those_of_billiard()
    logging.getLogger("celery.app.trace").addFilter(_is_worth_a_line)
    # That a task was received says less than how it ended, and costs as much.
    received = logging.getLogger("celery.worker.strategy")
    received.setLevel(logging.DEBUG if settings.log_level == "debug" else logging.WARNING)


@signals.worker_init.connect(weak=False)
@signals.beat_init.connect(weak=False)
def _leave_no_core(**_: object) -> None:
    leave_no_core()


@signals.beat_init.connect(weak=False)
def _loaded(**_: object) -> None:
    loading.done()
    settings = load_settings()
    begin(settings.log_level, settings.log_format)
    tell_errors(settings)


@signals.worker_init.connect(weak=False)
def _load_everything(sender: Any = None, **_: object) -> None:  # noqa: ANN401 - celery has no types
    """Import what the processes need before they are forked: a new one starts at once, and they share the memory."""
    try:
        machine.require_shared_memory()
        registry.load()
        settings = load_settings()
        application(settings).load()
        if settings.traces:
            tracing.look_for_packages()
        SCRAPING.begin(settings, str(getattr(sender, "hostname", "worker")))
    except ConfigurationError as error:  # celery would write it down and go on
        refuse(error)
    loading.done()


@signals.worker_shutting_down.connect(weak=False)
def _turn_no_more(**_: object) -> None:
    TURNING.rest()


@signals.worker_process_init.connect(weak=False)
def _begin(**_: object) -> None:
    app = app_or_default()
    LIFECYCLE.work(app, queues=list(app.amqp.queues.consume_from))


@signals.worker_process_shutdown.connect(weak=False)
def _end(**_: object) -> None:
    LIFECYCLE.end()


@signals.worker_ready.connect(weak=False)
def _take_back(sender: Any, **_: object) -> None:  # noqa: ANN401 - celery has no types
    """What lay with whoever died goes to the living, before a worker takes its first message."""
    sender.task_consumer.channel.give_back()
    SCRAPING.serve(load_settings(), app_or_default(), list(app_or_default().amqp.queues.consume_from))
