"""All there is to know of one connection, without its secrets."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.operations.setup import connections, expiry
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt

    from connector.operations.operator import Operator
    from connector.store.operator.connections import Connection


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A connection, and what its row does not say."""

    connection: Connection
    #: the address its system gave for later calls; empty where it gave none, or nobody may know
    address: str
    #: why it is not used although nothing stopped it; empty when nothing is wrong with its row
    changed_behind: str
    #: when it ends unless it is used before
    lapses_at: dt.datetime | None


def get(operator: Operator, name: str) -> Detail:
    """One connection; raises UnknownName."""
    with operator.transaction() as tx:
        found = ledger.connections.named(tx, name)
        try:
            connections.unseal(tx, found.id)
        except ConfigurationError as error:
            return Detail(connection=found, address="", changed_behind=error.message, lapses_at=None)
    address, ends = "", None
    with suppress(ConfigurationError):  # of a token that nobody may use
        token = operator.application.open_connection(name).tokens.current()
        address = token.address if token else ""
        ends = expiry.lapses_at(operator, found.name, found.system)
    return Detail(connection=found, address=address, changed_behind="", lapses_at=ends)
