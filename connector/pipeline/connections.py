"""The shared state of a connection: one 429 stops and slows everybody, failures in a row open the breaker.

Everybody locks in one order: documents by their keys, records, runs, connections.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import (
    NotYet,
    PermissionMissing,
    RateLimited,
    Recalled,
    Refused,
    StopConnection,
    StoreUnavailable,
    Transient,
    Unanswered,
)
from connector.pipeline.deciding import SETTLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.ports import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Call:
    """What came of a call on a connection."""

    connection: str
    error: Exception | None
    #: whether the system did what it was asked, and whether that is news: the connection was in trouble before
    worked: bool
    news: bool
    #: the version of the connection's row that the call went by, which need not be the one this process knows by now
    opened: dt.datetime | None


def record_connection_results(unit: UnitOfWork, calls: Iterable[Call], troubled: set[str]) -> None:
    """Write down what calls meant for their connections, in the order in which they came back.

    What went wrong with one request about several documents went wrong once; a success behind a failure is news.
    ``troubled``: connections on which something failed before, in this step; those of these calls are added.
    """
    heard: list[Exception] = []
    failed = set(troubled)
    for call in calls:
        if call.error is not None:
            if any(call.error is one for one in heard):
                continue
            heard.append(call.error)
        worked = call.worked and (call.news or call.connection in failed)
        record_connection_result(unit, call.connection, call.error, worked=worked, opened=call.opened)
        if call.worked:
            failed.discard(call.connection)
        elif call.error is not None:
            failed.add(call.connection)
            troubled.add(call.connection)


def record_connection_result(
    unit: UnitOfWork, name: str, error: Exception | None, *, worked: bool, opened: dt.datetime | None
) -> None:
    """Write down what a call meant for its connection; ``worked`` closes a breaker that had counted failures.

    What a system says of one document, inside an answer, says nothing against the connection: it answered.
    What a connection that a person has changed meanwhile did before says nothing about what it is now: ``opened`` is
    the version of its row that the call went by, which need not be the one this process knows by now.
    """
    match error:
        case StoreUnavailable():
            pass  # our own Postgres
        case RateLimited():
            unit.connections.pause(
                name, dt.timedelta(seconds=error.retry_after or SETTLE.total_seconds()), error.message, opened=opened
            )
        case NotYet():
            if worked:
                unit.connections.succeeded(name, opened=opened)
        case Transient() | Unanswered():
            unit.connections.failed(name, error.message, opened=opened)
        case PermissionMissing():
            pass  # one entity is closed to us, the others are not
        case StopConnection():
            unit.connections.stop(name, error.message, opened=opened)
        case None | Refused() | Recalled() if worked:
            unit.connections.succeeded(name, opened=opened)
        case _:
            pass
