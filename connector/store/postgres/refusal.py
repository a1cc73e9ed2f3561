"""Why Postgres refused a connection, by its SQLSTATE: the words of a server are in its own language.

libpq knows the SQLSTATE of a refused connection and gives it away by its most terse spelling of errors alone. psycopg
has no call for that, so the libpq it has loaded is called itself, for one more try.
"""

from __future__ import annotations

import ctypes
import re
import select
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Connection = TypeVar("_Connection")

_LOADED = Path("/proc/self/maps")
#: libpq's PQERRORS_SQLSTATE
_STATE_ONLY = 3
_STATE = re.compile(r":\s+([0-9A-Z]{5})\s*$", re.MULTILINE)
_SECONDS = 5.0
_ANSWERS = frozenset({pq.Ping.OK, pq.Ping.REJECT})
_PORT = "5432"
_USUAL_SOCKET = "that libpq takes where no host is named"
#: what libpq and psycopg say of a server that is not reached -> what a person reads
_WORDS = {
    "Connection refused": "it refuses connections",
    "failed to resolve host": "there is no such host in DNS",
    "No such file or directory": "there is no such socket",
    "expected authentication request": "what answers there is no Postgres",
    "invalid response to": "what answers there is no Postgres",
}
_NOT_LET_IN = "28P01"
_ASKS_FOR_TLS = frozenset({"require", "verify-ca", "verify-full"})


class NotReached(psycopg.OperationalError):
    """Nobody who speaks PostgreSQL answers; its words are why, without a user or a password."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(why)
        #: hosts and ports, or a socket
        self.where = where


class NotAsAsked(psycopg.OperationalError):
    """A server answers, and libpq wants no session of it: of no encryption, or of another kind than asked for."""

    def __init__(self, words: str, *, encryption: bool) -> None:
        super().__init__(words)
        #: whether TLS is all that was asked for
        self.encryption = encryption


def explained(connect: Callable[[], _Connection], parameters: Mapping[str, Any]) -> _Connection:
    """Connect; a refusal is raised as psycopg raises it, with its SQLSTATE, as NotAsAsked, or as NotReached."""
    try:
        return connect()
    except psycopg.errors.ConnectionTimeout:
        # asked once more, it takes as long
        raise NotReached(where_of(parameters), "nobody answers there in time") from None
    except psycopg.OperationalError as error:
        if error.sqlstate is None:
            error.sqlstate = _NOT_LET_IN if _none_was_given(error) else _state(parameters) or None
            strict = parameters.get("sslmode") in _ASKS_FOR_TLS
            picky = "target_session_attrs" in parameters
            if error.sqlstate is None and (strict or picky) and _answers(parameters):
                raise NotAsAsked(words_of(error), encryption=strict and not picky) from None
            if error.sqlstate is None:
                raise NotReached(where_of(parameters), why_of(error)) from None
        raise


def where_of(parameters: Mapping[str, Any]) -> str:
    """Hosts and ports, or a socket."""
    hosts = str(parameters.get("host", "")).split(",")
    ports = str(parameters.get("port", "")).split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    return ", ".join(
        f"the socket {host or _USUAL_SOCKET}, port {port or _PORT}"
        if not host or host[0] in "/@"
        else f"{host}:{port or _PORT}"
        for host, port in zip(hosts, ports, strict=True)
    )


def why_of(error: BaseException) -> str:
    """Why a connection was in vain, in words for a person where there are some."""
    said = str(error)
    return next((words for part, words in _WORDS.items() if part in said), "") or words_of(error)


def _none_was_given(error: psycopg.Error) -> bool:
    return error.pgconn is not None and bool(error.pgconn.needs_password)


def words_of(error: BaseException) -> str:
    """What libpq or a pooler says, on one line, without where it says it."""
    first = (str(error).splitlines() or [""])[0]
    return first.rpartition("failed: ")[2].rpartition(":  ")[2].strip()[:200]  # behind how bad the server finds it


@cache
def _libpq() -> Any:  # noqa: ANN401 - ctypes
    """The one that psycopg has loaded; None where the system does not tell."""
    with suppress(OSError, AttributeError):
        for line in _LOADED.read_text(errors="replace").splitlines():
            path = line.split(maxsplit=5)[-1]
            if re.search(r"/libpq[-.][^/]*$", path):
                found = ctypes.CDLL(path)
                found.PQsetErrorVerbosity.argtypes = (ctypes.c_void_p, ctypes.c_int)
                return found
    return None


def _state(parameters: Mapping[str, Any]) -> str:
    """Connect once more, and return the SQLSTATE of the refusal; empty when the server says none."""
    libpq = _libpq()
    if libpq is None:
        return ""
    connection = pq.PGconn.connect_start(make_conninfo(**parameters).encode())
    try:
        pointer: int = getattr(connection, "pgconn_ptr")  # noqa: B009 - psycopg's types do not know it
        libpq.PQsetErrorVerbosity(pointer, _STATE_ONLY)
        _wait(connection)
        found = _STATE.findall(connection.error_message.decode(errors="replace"))
    finally:
        connection.finish()
    return found[-1] if found else ""


def _wait(connection: pq.abc.PGconn) -> None:
    until = time.monotonic() + _SECONDS
    while connection.status != pq.ConnStatus.BAD and (left := until - time.monotonic()) > 0:
        polled = connection.connect_poll()
        if polled == pq.PollingStatus.READING:
            select.select([connection.socket], [], [], left)
        elif polled == pq.PollingStatus.WRITING:
            select.select([], [connection.socket], [], left)
        else:
            return


def _answers(parameters: Mapping[str, Any]) -> bool:
    """Whether a Postgres answers there at all; it is told no password, and asked without encryption."""
    asked = {name: parameters[name] for name in ("host", "hostaddr", "port", "connect_timeout") if name in parameters}
    return pq.PGconn.ping(make_conninfo(**asked, sslmode="disable").encode()) in _ANSWERS
