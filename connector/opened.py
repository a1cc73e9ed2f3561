"""Connections as a process has them open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.outbound import NOTHING_SAID, Outbound

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.ports import Inbox, Tokens
    from connector.store.connection.inbox import StoredInbox


def _nothing_came() -> Inbox:
    from connector.ports import EmptyInbox  # noqa: PLC0415 - for those who open connections

    return EmptyInbox()


@dataclass(frozen=True, kw_only=True)
class OpenedConnection:
    """Implements ports.OpenConnection."""

    name: str
    system: str
    config: Mapping[str, Any]
    overrides: Mapping[str, Any]
    secrets: Mapping[str, str]
    tokens: Tokens
    allow_private_addresses: bool
    outbound: Outbound = NOTHING_SAID
    inbox: Inbox = field(default_factory=_nothing_came)

    def __repr__(self) -> str:
        return f"OpenedConnection({self.name!r})"


@dataclass(kw_only=True)
class Opened:
    """A connection as a process has it."""

    connection: OpenedConnection
    inbox: StoredInbox
    #: which version of its row it is, and when that was looked at
    version: dt.datetime
    looked_at: float
    #: its source, target and receiver, once they were asked for
    sides: dict[str, Any] = field(default_factory=dict)
