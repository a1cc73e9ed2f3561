from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.ports import EmptyInbox
from tests.http.misbehaving import misbehaving
from tests.systems.cxml.messages import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.ports import Inbox, Tokens
    from tests.http.misbehaving import Behaviour, Server


@dataclass
class Connection:
    """An open connection, without a ledger."""

    url: str = "https://network.example/cxml"
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    inbox: Inbox = field(default_factory=EmptyInbox)
    secrets: Mapping[str, str] = field(
        default_factory=lambda: {"shared_secret": "our-secret", "partner_secret": SECRET}
    )
    name: str = "acme-network"
    allow_private_addresses: bool = True
    outbound: Outbound = NOTHING_SAID

    @property
    def config(self) -> Mapping[str, Any]:
        return {
            "url": self.url,
            "identities": ["NetworkID:BUYER", "DUNS:987654321"],
            "partner": "NetworkID:NETWORK",
            **self.settings,
        }

    @property
    def tokens(self) -> Tokens:
        raise AssertionError("cXML has no tokens")


@contextlib.contextmanager
def network(*behaviours: Behaviour) -> Iterator[Server]:
    """Somebody at /cxml who behaves so."""
    with misbehaving() as server:
        server.on("/cxml", *behaviours)
        yield server
