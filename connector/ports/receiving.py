"""What is sent to us: a system that posts documents at our address.

A message is stored before it is answered. Who sends it again is answered as before, and nothing happens twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from connector.ports.systems import System

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.ports.connections import OpenConnection


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A request as it came; its repr shows nothing that may be secret."""

    body: bytes = field(repr=False)
    #: by name in small letters; of a name that came twice, all values
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    #: the common name in the client certificate that the proxy in front has checked; empty where it passed none on
    certificate: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What whoever sent it is answered."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a request turned out to be. ``problem`` is why it cannot be read: it is kept for a person all the same."""

    #: our name for the documents it brings; empty where it is none that anybody reads
    entity: str
    #: the sender's own id of the message; the same one again is the same message
    id: str
    #: the document it is about, by its source key
    key: str = ""
    #: when the document was as it says, by the sender's clock; ``domain.last_word`` says what that is worth
    stands_at: dt.datetime | None = None
    #: the message that it changes or takes back, by its id: where that one is here, its document is meant
    refers_to: str = ""
    #: whether it is a whole state by one clock, so that an older one that comes late says nothing
    snapshot: bool = False
    problem: str = ""
    #: who sent it, as it was shown: for the audit trail, and no secret
    sender: str = ""
    #: the entities whose flows read it, where it is not just ``entity``: they are polled when it has come
    read_by: frozenset[str] = frozenset()
    #: what its system needs to read it later: the type of a multipart body
    content_type: str = ""
    #: what it says, where its body says more than that, such as when it was sent; empty = all of the body
    says: bytes = b""


class Kept(Enum):
    """What became of a message."""

    NEW = auto()
    #: it was here before, with the same content: nothing happened
    REPEATED = auto()
    #: another one with its id was here before; it was not kept
    OTHER = auto()
    #: it was stored, and a person has to say whether it or what stands counts
    DOUBTED = auto()


class Proof(Enum):
    """How whoever sent a request fared in showing who they are."""

    #: none, or a wrong one: who guesses is not listened to for a while
    FAILED = auto()
    #: it would stand in the document, which nobody can read: no guess was looked at
    UNREADABLE = auto()
    #: they are known, and may not do this
    GIVEN = auto()


class TurnedAwayError(Exception):
    """A request that is not taken: nobody knows who sent it, or it is nothing at all. Nothing of it is kept."""

    def __init__(self, why: str, reply: Reply, *, proof: Proof = Proof.FAILED) -> None:
        super().__init__(why)
        #: for the log; the reply says to the other side what it may know
        self.why, self.reply, self.proof = why, reply, proof


class Receiver(Protocol):
    """Takes what one connection is sent. It asks nothing of the network, and changes nothing."""

    @property
    def most_bytes(self) -> int:
        """What is longer is turned away unread."""
        ...

    def too_long(self) -> Reply:
        """What it is answered then."""
        ...

    def read(self, arrived: Arrived) -> Message:
        """Check who sent it, and tell what it is; raises TurnedAwayError."""
        ...

    def reread(self, body: bytes, content_type: str) -> Message:
        """Tell what a stored message is, as ``read`` did, but for who sent it: raises nothing, it has a problem."""
        ...

    def reply(self, arrived: Arrived, message: Message, kept: Kept) -> Reply:
        """What is answered once the message is stored."""
        ...

    def unable(self, arrived: Arrived | None) -> Reply:
        """What is answered when it cannot be stored now: whoever sent it should send it again."""
        ...


@runtime_checkable
class Receiving(System, Protocol):
    """A system that sends documents to us."""

    #: the fields of a configuration that say whose documents come: what was sent before they changed is not read after
    tenant: frozenset[str]

    def receiver(self, connection: OpenConnection) -> Receiver:
        """Take what it sends to this connection; raises ConfigurationError where the connection takes nothing."""
        ...
