"""A web process that takes letters, over an inbox in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from connector.domain.errors import ConfigurationError, StoreUnavailable
from connector.inbound.app import build
from connector.inbound.bounds import Failures, Room
from connector.inbound.receiving import Inlet, NobodyError, Opened
from tests.console.receiver import Serving
from tests.inboxes import InboxInMemory
from tests.letters import WORD, Mailbox
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from connector.ports import Kept, Message

CERTIFICATE = "X-Client-Name"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(kw_only=True)
class House:
    """What is behind the route, and what it brought about."""

    mailbox: Mailbox = field(default_factory=Mailbox)
    inbox: InboxInMemory = field(default_factory=InboxInMemory)
    clock: Clock = field(default_factory=Clock)
    whole: int = 1_000_000
    room: Room = field(init=False)
    down: bool = False
    behind: bool = False
    forward_fails: bool = False
    polled: list[tuple[str, str]] = field(default_factory=list)
    stored: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.room = Room(self.whole)

    def opened(self, name: str) -> Opened:
        if name != "acme":
            raise NobodyError("there is no such connection")
        if self.behind:
            raise ConfigurationError("acme was changed behind ml-connector's back.")
        return Opened(name=name, receiver=self.mailbox, keep=self._keep)

    def _keep(self, message: Message, body: bytes) -> Kept:
        if self.down:
            raise StoreUnavailable("The ledger cannot be reached.")
        self.stored.append(message)
        return self.inbox.keep(message, body)

    def room_taken(self) -> int:
        return self.whole - self.room._free

    def read_soon(self, name: str, entity: str, after: float) -> int:
        if self.forward_fails:
            raise StoreUnavailable("The ledger cannot be reached.")
        self.polled.append((name, entity))
        return 1


class Post(Serving):
    """A running web process that takes letters at ``/receive/acme``."""

    def __init__(self, *, most: int | None = None, room: int = 1_000_000, failures: int = 5) -> None:
        self.house = House(whole=room)
        inlet = Inlet(
            opened=self.house.opened,
            read_soon=self.house.read_soon,
            failures=Failures(failures, clock=self.house.clock),
            unreadable=Failures(200_000, clock=self.house.clock),
            room=self.house.room,
        )
        app = build(keys=(), bring_forward=lambda *_: 0, ready=lambda: "", inlet=inlet, certificate_header=CERTIFICATE)
        super().__init__(app, limit_concurrency=most)

    def send(self, body: Any, *, to: str = "acme", word: str = WORD, **headers: str) -> requests.Response:
        sent = {"X-Word": word, "Content-Type": "text/xml", **headers}
        with requests.Session() as session:
            session.trust_env = False
            return session.post(f"{self.url}/receive/{to}", data=body, headers=sent, timeout=HANG_SECONDS)
