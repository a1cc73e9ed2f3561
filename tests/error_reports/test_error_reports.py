"""Errors are told to a server with Sentry's protocol: kinds and places; nothing of a secret, a document or a person."""

from __future__ import annotations

import base64
import json
import logging
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from celery import signals

from connector.config import read_settings
from connector.domain import dsn
from connector.error_reports import sending
from connector.error_reports.event import told
from connector.error_reports.sending import A_MINUTE, ALIKE_SECONDS, ErrorReports
from connector.observability import working_for, working_on
from workers import lifecycle
from workers.error_reports import tell_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "Sp4rrow"
RECORD = str(uuid4())


class Sink:
    """A server that keeps what it is told."""

    def __init__(self, status: int = 200) -> None:
        self.got: list[tuple[str, dict[str, str], str]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                sink.got.append((self.path, dict(self.headers), ""))
                self.send_error(502)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sink.got.append((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def dsn(self) -> str:
        return f"http://k3y@127.0.0.1:{self.server.server_address[1]}/sentry/7"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body.splitlines()[2]) for _, _, body in self.got]


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    yield found
    found.server.shutdown()
    found.server.server_close()


@contextmanager
def telling(address: str) -> Iterator[ErrorReports]:
    root = logging.getLogger()
    before = root.handlers[:]
    handler = sending.begin(address, release="1.2.3")
    assert handler is not None
    yield handler
    root.handlers[:] = before
    handler.close()


def fails(document: str) -> None:
    secret = f"local {CANARY} {document}"
    raise ValueError(secret)


def raising(error: Exception) -> None:
    raise error


def logged(name: str = "connector.pipeline.loading", event: str = "step.failed", **extra: object) -> None:
    try:
        try:
            fails(f"supplier {CANARY} DE89 3704 0044 0532 0130 00")
        except ValueError as error:
            raise LookupError(CANARY) from error
    except LookupError:
        logging.getLogger(name).exception(event, extra=extra)


def test_an_error_is_told_with_its_kind_its_place_and_what_was_worked_on(sink: Sink) -> None:
    with telling(sink.dsn) as handler, working_on(record=RECORD):
        working_for(flow="acme/qad_invoices", connection="acme-qad")
        logged()
        handler.flush()
    ((path, headers, _),) = sink.got
    (event,) = sink.events()
    assert path == "/sentry/api/7/envelope/"
    assert "sentry_key=k3y" in headers["X-Sentry-Auth"]
    assert (event["message"], event["level"]) == ({"formatted": "step.failed"}, "error")
    assert (event["logger"], event["release"]) == ("connector.pipeline.loading", "ml-connector@1.2.3")
    assert event["tags"] == {"record": RECORD, "flow": "acme/qad_invoices", "connection": "acme-qad"}
    cause, error = event["exception"]["values"]
    assert (cause["type"], error["type"]) == ("ValueError", "LookupError")
    assert [frame["function"] for frame in cause["stacktrace"]["frames"]] == ["logged", "fails"]


def test_nothing_of_a_secret_a_document_or_a_person_leaves(sink: Sink) -> None:
    with telling(sink.dsn) as handler, working_on(record=CANARY, run=f"{CANARY} of Ann"):
        working_for(flow=f"flow of {CANARY}", connection=f"ann@{CANARY}.example")
        logged(body=CANARY, payload={"a": CANARY}, error=CANARY, password=CANARY)
        logged(event=f"A sentence that quotes {CANARY}")
        logged(name=f"connector.{CANARY} said", event="other.event")
        logged(name="celery.app.trace", event=f"celery.{CANARY}".lower())
        logging.getLogger("urllib3").error("GET https://a:%s@host/%s", CANARY, CANARY)
        kind: type[Exception] = type(f"{CANARY} is no name", (Exception,), {})
        try:
            raising(kind(CANARY))
        except Exception:
            logging.getLogger("connector").exception("odd.kind")
        handler.flush()
    assert len(sink.got) == 6
    assert CANARY.lower() not in str(sink.got).lower()


def test_of_one_fault_one_is_told_in_a_minute_and_of_all_no_more_than_so_many(sink: Sink) -> None:
    now = [0.0]
    handler = ErrorReports(dsn.read(sink.dsn), release="1", clock=lambda: now[0])

    def say(event: str) -> None:
        handler.handle(logging.LogRecord("connector", logging.ERROR, "", 0, event, None, None))
        handler.flush()

    for _ in range(3):
        say("one.fault")
    assert len(sink.got) == 1
    for number in range(2 * A_MINUTE):
        say(f"fault.number_{number}")
    assert len(sink.got) == A_MINUTE
    now[0] = ALIKE_SECONDS
    say("one.fault")
    assert len(sink.got) == A_MINUTE + 1
    handler.close()


def test_a_server_that_refuses_is_left_alone(sink: Sink) -> None:
    refusing = Sink(status=429)
    handler = ErrorReports(dsn.read(refusing.dsn), release="1", clock=lambda: 0.0)
    for event in ("first.fault", "second.fault"):
        handler.handle(logging.LogRecord("connector", logging.ERROR, "", 0, event, None, None))
        handler.flush()
    handler.close()
    refusing.server.shutdown()
    refusing.server.server_close()
    assert len(refusing.got) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_they_go_through_the_proxy_that_everything_goes_through(sink: Sink, scheme: str) -> None:
    proxy = f"http://ann:p%40ss@127.0.0.1:{sink.server.server_address[1]}"
    settings = read_settings({"ML_CONNECTOR_ERRORS": f"{scheme}://k3y@sentry.invalid/7", "ML_CONNECTOR_PROXY": proxy})
    root = logging.getLogger()
    before = root.handlers[:]
    tell_errors(settings)
    logged()
    (handler,) = [one for one in root.handlers if isinstance(one, ErrorReports)]
    handler.flush()
    root.handlers[:] = before
    handler.close()
    ((asked, headers, _),) = sink.got
    assert asked == ("http://sentry.invalid/api/7/envelope/" if scheme == "http" else "sentry.invalid:443")
    assert headers["Proxy-Authorization"] == f"Basic {base64.b64encode(b'ann:p@ss').decode()}"
    assert ("X-Sentry-Auth" in headers) is (scheme == "http"), "a tunnel is told nothing"


def test_a_server_that_is_away_is_in_nobodys_way(sink: Sink) -> None:
    address = sink.dsn
    sink.server.server_close()
    with telling(address) as handler:
        logged()
        handler.flush()
        logged(event="another.fault")
        handler.flush()
    assert sink.got == []


def test_warnings_are_not_told_and_without_an_address_nothing_is(sink: Sink) -> None:
    with telling(sink.dsn) as handler:
        logging.getLogger("connector").warning("only.a_warning")
        handler.flush()
        assert sending.begin("", release="1") is None
        assert not [one for one in logging.getLogger().handlers if isinstance(one, ErrorReports)]
    assert sink.got == []


@pytest.mark.parametrize(
    "text",
    ["sentry.example/1", "https://sentry.example/1", "https://k@sentry.example/", "ftp://k@host/1", "https://k@h/x"],
)
def test_what_is_no_dsn_is_refused(text: str) -> None:
    with pytest.raises(dsn.NotADsnError):
        dsn.read(text)


def test_a_line_of_the_structured_logger_is_told_as_well() -> None:
    said = {"event": "step.failed", "record": RECORD, "document": CANARY}
    found = told(logging.LogRecord("tasks", logging.CRITICAL, "", 0, said, None, None), "1")
    assert (found["message"]["formatted"], found["tags"], found["level"]) == (
        "step.failed",
        {"record": RECORD},
        "fatal",
    )
    assert CANARY not in str(found)


def test_workers_and_beat_tell_where_the_settings_say(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lifecycle.__name__, "whose handlers of signals are there once it is imported"
    monkeypatch.setenv("ML_CONNECTOR_ERRORS", sink.dsn)
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", "redis://127.0.0.1/0")
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        signals.setup_logging.send(None)
        (handler,) = [one for one in root.handlers if isinstance(one, ErrorReports)]
        logged()
        handler.close()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert [event["message"]["formatted"] for event in sink.events()] == ["step.failed"]
