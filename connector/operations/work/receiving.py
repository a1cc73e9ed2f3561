"""Connections as those who send documents to them find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.console.receiving import NobodyError, Opened
from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.setup import names
from connector.operations.work import hints
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator


def opened(operator: Operator, name: str) -> Opened:
    """Open a connection that takes documents; raises NobodyError for any other, ConnectorError when it cannot be."""
    try:
        names.checked("a connection", name)
    except ConfigurationError:
        raise NobodyError("no connection can have this name") from None
    try:
        operator.application.open_connection(name)
    except UnknownName:
        raise NobodyError("there is no such connection") from None
    try:
        receiver = operator.application.receiver(name)
    except ConfigurationError as error:
        raise NobodyError(error.message) from None
    if receiver is None:
        raise NobodyError("its system sends no documents")
    return Opened(name=name, receiver=receiver, keep=operator.application.inbox(name).keep)


def read_soon(operator: Operator, name: str, entity: str, after: float) -> int:
    """Have the flows that read this entity from a connection polled after so many seconds; returns how many."""
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
    return hints.read_soon(operator, name, connection.system, entity, after)
