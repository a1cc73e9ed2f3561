"""What is asked of a system whose ping tells of each entity as soon as it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connector.domain.exchange import EntityCheck, PingReport
    from connector.ports.connections import OpenConnection

#: is told of each entity that a ping has checked
Heard: TypeAlias = "Callable[[EntityCheck], None]"


def silent(_check: EntityCheck) -> None:
    """Nobody listens."""


def aloud(checks: Iterable[EntityCheck], heard: Heard) -> tuple[EntityCheck, ...]:
    """Check one after the other, and tell of each."""
    told = []
    for check in checks:
        told.append(check)
        heard(check)
    return tuple(told)


@runtime_checkable
class Answering(Protocol):
    """A system whose ping tells of each entity as soon as it is checked."""

    def ping_aloud(self, connection: OpenConnection, heard: Heard) -> PingReport:
        """As ``ping``. What ``heard`` raises ends it."""
        ...
