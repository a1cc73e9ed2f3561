"""Stopping a connection and letting it go on: a person's word, which no ping and no new credentials overrule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.operations.giving_reasons import reason
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.store.operator.connections import Connection


def stop(operator: Operator, name: str, why: str) -> Connection:
    """Let nothing use a connection until somebody resumes it; what a worker has sent is still finished."""
    because = reason(why)
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
        if connection.stopped_by:
            raise ConfigurationError(f"The connection {name!r} is stopped already: {connection.stopped_why}")
        ledger.connections.stop(tx, name, who=operator.name, why=f"{operator.name} stopped it: {because}")
        ledger.audit.note(tx, f"connection:{name}", "operator.stopped", {"why": because})
        return ledger.connections.named(tx, name)


def resume(operator: Operator, name: str) -> int:
    """Let a connection that a person stopped be used again; returns how many records go on."""
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
        if not connection.stopped_by:
            stands = f"; it stopped by itself: {connection.stopped_why}" if connection.stopped_why else ""
            raise ConfigurationError(
                f"Nobody has stopped the connection {name!r}{stands}. `ml-connector connection ping {name}` frees one "
                "that works again."
            )
        released = ledger.connections.resume(tx, name)
        ledger.audit.note(tx, f"connection:{name}", "operator.resumed", {"was": connection.stopped_why})
        return released


def usable(operator: Operator, connection: str) -> None:
    """Raise ConfigurationError for a connection that is stopped: nothing uses it, so it is not asked either."""
    with operator.transaction() as tx:
        why = ledger.connections.named(tx, connection).stopped_why
    if why:
        raise ConfigurationError(f"Connection {connection} is stopped, so it was not asked: {why}")
