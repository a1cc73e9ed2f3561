"""Logs: one event a line, JSON for machines, columns for people at a terminal; never a body, never a secret.

An event is a constant with fields (run, record, flow, connection, ...), not a sentence with values inside. What must
not be seen is data: names of fields and shapes of text, applied to everything that is logged, foreign libraries too.
"""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog

from connector.domain.harmless import harmless
from connector.redaction import cut, kinds_and_places, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from types import TracebackType

    from structlog.typing import Processor

#: where documents are at hand: what an exception says there may quote one, so only its kind and its place are shown
NEAR_DOCUMENTS: Final = ("connector.pipeline", "tasks")

#: fields that belong to logging itself
_OWN: Final = frozenset({"event", "level", "timestamp", "logger"})
_SEVERAL_LINES: Final = frozenset({"exception", "stack"})
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


@contextmanager
def working_on(**facts: str) -> Iterator[None]:
    """Name what a task works on (``record``, ``run``) on every line that is logged inside, whoever logs it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**facts)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()


def working_for(**facts: str) -> None:
    """Name more of it (``flow``, ``connection``) from here to the end of the task."""
    structlog.contextvars.bind_contextvars(**facts)


def at_work() -> str:
    """Name the flow that the task works for, and the connection; empty before they are known."""
    known = structlog.contextvars.get_contextvars()
    return f"{known['flow']} ({known['connection']})" if known.keys() >= {"flow", "connection"} else ""


def _hide(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        event[name] = cut(str(value)) if name in _OWN else redacted(name, value)
    return event


def _take_extra(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take over what was logged with ``extra={...}``."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event.update({name: value for name, value in vars(record).items() if name not in _STANDARD | event.keys()})
    return event


def _place_only(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the words out of an exception that may quote a document."""
    exc_info = event.get("exc_info")
    if isinstance(exc_info, tuple) and str(event.get("logger")).startswith(NEAR_DOCUMENTS):
        del event["exc_info"]
        event["exception"] = "".join(kinds_and_places(exc_info[1]))
    return event


def _harmless(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what a terminal would obey, and line ends that would make one event look like several."""
    clean: dict[str, Any] = {}
    for name, value in event.items():
        keep = "\n\t" if name in _SEVERAL_LINES else "\t"
        clean[harmless(name, keep="")] = harmless(value, keep=keep) if isinstance(value, str) else value
    return clean


def begin(level: str, form: str) -> None:
    """Have all that this process says be a line of its log, warnings and what ends it included."""
    configure_logging(level, form)
    logging.captureWarnings(capture=True)
    if not for_people(form):
        sys.excepthook = _say_what_ended_it


def for_people(form: str, out: TextIO | None = None) -> bool:
    """Whether logs are columns for somebody at a terminal."""
    return form == "text" or (form == "auto" and (out or sys.stderr).isatty())


def _say_what_ended_it(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(__name__).critical("process.ended_by_an_error", exc_info=(kind, error, trace))


def configure_logging(level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Send all logs of this process to stderr (or ``stream``); later calls replace earlier ones."""
    out = stream or sys.stderr
    people = for_people(form, out)
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _take_extra,
        structlog.contextvars.merge_contextvars,  # what a line says of itself counts more
        _place_only,
        structlog.processors.format_exc_info,
        _hide,
    ]
    last: list[Processor] = (
        [_harmless, structlog.dev.ConsoleRenderer(colors=out.isatty())]
        if people
        else [structlog.processors.JSONRenderer(default=str)]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # These name URLs with their query, or every message they pass on.
    for noisy in ("urllib3", "amqp", "kombu", "httpx", "sqlalchemy.engine", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
