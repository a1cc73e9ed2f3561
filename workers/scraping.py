"""``/metrics`` and ``/healthz`` of a worker, answered by its main process for itself and all it has forked."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import billiard

from connector import files
from connector.metering import names
from connector.metering.access import Access
from connector.metering.counting import Counters, keep_in, kept_in
from connector.metering.exposition import CONTENT_TYPE, text_of
from tasks.dispatch import BROKER_AWAY
from workers.queue_lengths import waiting
from workers.turning import TURNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from celery import Celery

    from connector.config.settings import Settings
    from connector.metering.exposition import Sample
    from connector.ports import Meter

_log = logging.getLogger(__name__)

#: in the data directory
DIRECTORY = "metrics"
#: whoever asks is quick, or is given up; whatever the broker does
PATIENCE_SECONDS = 5.0
#: a main process that has not looked for messages for so long does not live
STANDS_STILL_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a worker says of itself."""

    access: Access
    text: Callable[[], bytes]
    turned_ago: Callable[[], float | None]


class Scraping:
    """The metrics of one worker."""

    def __init__(self) -> None:
        self._server: HTTPServer | None = None
        self._directory: Any = None

    def begin(self, settings: Settings, node: str) -> None:
        """Before anything is forked: have what is counted kept; raises ConfigurationError."""
        if Access(how=settings.metrics, token=settings.metrics_token).is_given:
            files.directory(settings.data_dir / DIRECTORY)
            self._directory = files.directory(settings.data_dir / DIRECTORY / node)
            keep_in(self._directory, _place)

    def meter(self) -> Meter | None:
        """In a process that was forked: what counts, if anything is to be."""
        if self._server is not None:
            self._server.socket.close()  # its parent's
        return None if self._directory is None else Counters()

    def serve(self, settings: Settings, app: Celery, queues: Sequence[str]) -> None:
        """Answer from now on, once; a port that is taken keeps nobody from working."""
        if self._directory is None or self._server is not None:
            return
        place = (settings.worker_metrics_address, settings.worker_metrics_port)
        answers = Answers(
            access=Access(how=settings.metrics, token=settings.metrics_token),
            text=lambda: text_of(_of_main(app, queues), kept_in(self._directory)),
            turned_ago=lambda: TURNING.turned_ago,
        )
        try:
            self._server = served(place, answers)
        except OSError as error:
            _log.warning("metrics.not_served", extra={"port": place[1], "error": error.strerror})


def served(place: tuple[str, int], answers: Answers) -> HTTPServer:
    """Listen there, and answer on a thread of its own; raises OSError where that cannot be."""

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS

        def do_GET(self) -> None:
            status, kind, body = _answer(answers, self)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "ml-connector"

        def log_message(self, *_: object) -> None:
            """Whoever scrapes does it every few seconds."""

    server = HTTPServer(place, Handler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _answer(answers: Answers, request: BaseHTTPRequestHandler) -> tuple[HTTPStatus, str, bytes]:
    if request.path == "/healthz":
        ago = answers.turned_ago()
        if ago is not None and ago > STANDS_STILL_SECONDS:
            return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"It has not looked for messages for %d s.\n" % ago
        return HTTPStatus.OK, "text/plain", b"alive\n"
    headers = {name.lower(): value for name, value in request.headers.items()}
    if request.path != "/metrics":
        return HTTPStatus.NOT_FOUND, "text/plain", b"Nothing is here.\n"
    if not answers.access.allows(request.client_address[0], headers):
        return HTTPStatus.FORBIDDEN, "text/plain", b"Not for you.\n"
    return HTTPStatus.OK, CONTENT_TYPE, answers.text()


def _place() -> str:
    """A process of a pool has an index, that its successor inherits."""
    return str(getattr(billiard.current_process(), "index", "main"))


def _of_main(app: Celery, queues: Sequence[str]) -> Iterator[Sample]:
    ago = TURNING.turned_ago
    if ago is not None:
        yield names.TURNED, (), ago
    with suppress(*BROKER_AWAY):
        for queue, messages in waiting(app, queues).items():
            yield names.MESSAGES, (queue,), float(messages)


SCRAPING = Scraping()
