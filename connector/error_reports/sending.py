"""Errors leave by a thread of their own; work waits for none of it, and what does not fit in time is left out."""

from __future__ import annotations

import atexit
import base64
import http.client
import json
import logging
import os
import queue
import ssl
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from connector.domain import dsn
from connector.domain.errors import ConnectorError
from connector.error_reports import event

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.dsn import Dsn
    from connector.domain.outbound import Proxy

    #: the proxy of an address; None for those that are reached directly
    ProxyOf = Callable[[str], Proxy | None]

#: of one fault one event in so many seconds; of all so many in a minute, in each process
ALIKE_SECONDS: Final = 60.0
A_MINUTE: Final = 20
_WAITING: Final = 50
_PATIENCE: Final = 5.0
#: a process that ends waits no longer than this for what it has not sent
_LAST_SECONDS: Final = 2.0
_BACK_OFF, _TOO_MANY, _REFUSED = 60.0, 429, 400


def _directly(_: str) -> None:
    """Nobody stands between."""


class ErrorReports(logging.Handler):
    """Sends what is logged as an error. Made before a fork, it has a thread and a queue in each process of its own."""

    def __init__(
        self,
        address: Dsn,
        *,
        release: str,
        ca_file: str = "",
        proxy_of: ProxyOf = _directly,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(logging.ERROR)
        self._address, self._release, self._ca_file, self._clock = address, release, ca_file, clock
        self._proxy_of = proxy_of
        self._begin()

    def _begin(self) -> None:
        self._pid, self._waiting = os.getpid(), queue.Queue[dict[str, Any] | None](_WAITING)
        self._thread: threading.Thread | None = None
        self._seen: dict[str, float] = {}
        self._quiet_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Take an error for sending, unless there were enough like it."""
        try:
            if os.getpid() != self._pid:
                self._begin()
            found = event.told(record, self._release)
            if not self._has_room(event.alike(found)):
                return
            self._waiting.put_nowait(found)
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="error-reports", daemon=True)
                self._thread.start()
        except Exception:  # noqa: BLE001, S110 - the log has it; telling somebody else must never be in the way
            pass

    def flush(self) -> None:
        """Wait for what is waiting, but not for long."""
        until = time.monotonic() + _LAST_SECONDS
        while self._thread is not None and self._waiting.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.02)

    def close(self) -> None:
        """Send what is waiting, if that is quick, and end the thread."""
        self.flush()
        if self._thread is not None and os.getpid() == self._pid:
            with suppress(queue.Full):
                self._waiting.put_nowait(None)
                self._thread.join(_LAST_SECONDS)
        super().close()

    def _has_room(self, fault: str) -> bool:
        now = self._clock()
        self._seen = {one: at for one, at in self._seen.items() if now - at < ALIKE_SECONDS}
        if now < self._quiet_until or fault in self._seen or len(self._seen) >= A_MINUTE:
            return False
        self._seen[fault] = now
        return True

    def _send_all(self) -> None:
        while True:
            found = self._waiting.get()
            if found is None:
                self._waiting.task_done()
                return
            with suppress(OSError, http.client.HTTPException, ValueError, ConnectorError):
                self._send(found)
            self._waiting.task_done()

    def _send(self, found: dict[str, Any]) -> None:
        body = "\n".join(json.dumps(part) for part in ({"event_id": found["event_id"]}, {"type": "event"}, found))
        proxy = self._proxy_of(self._address.origin)
        connection, headers = self._connection(proxy), self._headers()
        path = self._address.path
        if proxy is not None and not self._address.secure:  # such a proxy is asked for the whole address
            path, headers = f"{self._address.origin}{path}", {**headers, **_password(proxy)}
        try:
            connection.request("POST", path, body.encode(), headers)
            answer = connection.getresponse()
            if answer.status >= _REFUSED:
                asked = answer.getheader("Retry-After", "") if answer.status == _TOO_MANY else ""
                self._quiet_until = self._clock() + (float(asked) if asked.isdigit() else _BACK_OFF)
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        client = f"ml-connector/{self._release}"
        return {
            "Content-Type": "application/x-sentry-envelope",
            "User-Agent": client,
            "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client={client}, sentry_key={self._address.key}",
        }

    def _connection(self, proxy: Proxy | None) -> http.client.HTTPConnection:
        to = self._address
        host, port = (to.host, to.port) if proxy is None else (proxy.host, proxy.port)
        if not to.secure:
            return http.client.HTTPConnection(host, port, timeout=_PATIENCE)
        trusted = ssl.create_default_context()
        if self._ca_file:
            trusted.load_verify_locations(self._ca_file)
        connection = http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=trusted)
        if proxy is not None:
            connection.set_tunnel(to.host, to.port, _password(proxy))
        return connection


def _password(proxy: Proxy) -> dict[str, str]:
    parts = urlsplit(proxy.url)
    if parts.username is None:
        return {}
    said = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(said.encode()).decode()}"}


def begin(text: str, *, release: str, ca_file: str = "", proxy_of: ProxyOf = _directly) -> ErrorReports | None:
    """Send what is logged as an error from here on; without a DSN nothing is. Later calls replace earlier ones."""
    root = logging.getLogger()
    for one in [one for one in root.handlers if isinstance(one, ErrorReports)]:
        root.removeHandler(one)
        one.close()
    if not text:
        return None
    handler = ErrorReports(dsn.read(text), release=release, ca_file=ca_file, proxy_of=proxy_of)
    root.addHandler(handler)
    atexit.register(handler.flush)
    return handler
