from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.ports import EmptyInbox
from tests.http.misbehaving import misbehaving
from tests.systems.cxml.messages import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.ports import Inbox, Received, Tokens
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


@dataclass
class Shelf:
    """An inbox in memory: latest first about a document, and nothing that was overtaken."""

    received: list[Received] = field(default_factory=list)

    def read(self, entity: str, *, since: Any = None, after: int = 0, most: int = 100) -> Sequence[Received]:
        del entity
        known = [one for one in self.received if one.number > after and (since is None or one.at >= since)]
        return [one for one in known if one is self.about("", one.key)[0]][:most]

    def about(self, entity: str, key: str) -> Sequence[Received]:
        del entity
        return sorted((one for one in self.received if one.key == key), key=lambda one: -one.number)


@contextlib.contextmanager
def network(*behaviours: Behaviour) -> Iterator[Server]:
    """Somebody at /cxml who behaves so."""
    with misbehaving() as server:
        server.on("/cxml", *behaviours)
        yield server
