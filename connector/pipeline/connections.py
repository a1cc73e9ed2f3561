"""The shared state of a connection: one 429 stops and slows everybody, failures in a row open the breaker.

Everybody locks in one order: documents by their keys, records, runs, connections.
"""

from __future__ import annotations

import datetime as dt
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
    from connector.pipeline.world import World
    from connector.ports import UnitOfWork


def tell(world: World, unit: UnitOfWork, name: str, error: Exception | None, *, worked: bool) -> None:
    """Write down what a call meant for its connection; ``worked`` closes a breaker that had counted failures.

    What a system says of one document, inside an answer, says nothing against the connection: it answered.
    A refusal of credentials that a person has replaced meanwhile says nothing about the new ones.
    """
    match error:
        case StoreUnavailable():
            pass  # our own Postgres
        case RateLimited():
            unit.connections.pause(
                name, dt.timedelta(seconds=error.retry_after or SETTLE.total_seconds()), error.message
            )
        case NotYet():
            if worked:
                unit.connections.succeeded(name)
        case Transient() | Unanswered():
            unit.connections.failed(name, error.message)
        case PermissionMissing():
            pass  # one entity is closed to us, the others are not
        case StopConnection():
            unit.connections.stop(name, error.message, opened=world.opened(name))
        case None | Refused() | Recalled() if worked:
            unit.connections.succeeded(name)
        case _:
            pass
