"""A record: one version of a document on its journey through a flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.summary import Summary


#: the code of a dead letter about a document that its source lists again although a person discarded the one before
LISTED_AFTER_DISCARD = "listed_after_discard"


class State(StrEnum):
    """Where a record is. The first three are under way, the others are ends."""

    EXTRACTED = "extracted"
    MAPPED = "mapped"
    LOADED = "loaded"
    DONE = "done"
    REJECTED = "rejected"
    DEAD = "dead"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


UNDER_WAY = (State.EXTRACTED, State.MAPPED, State.LOADED)
ENDED = tuple(state for state in State if state not in UNDER_WAY)


class Hold(StrEnum):
    """Why a record under way is not moving."""

    RETRY = "retry"  # something failed that may succeed later
    GATE = "gate"  # a business condition is not met yet
    PARK = "park"  # a person must add a crosswalk row
    VERSION = "version"  # an older version of the same document is still in flight
    CONNECTION = "connection"  # the connection is paused or stopped
    SOURCE = "source"  # the source has not been told yet that we have the document


class AttemptAnswer(StrEnum):
    """How a try at changing the target ended. Whatever was never answered counts as unknown."""

    ACCEPTED = "accepted"  # the target took it
    ADOPTED = "adopted"  # the target had it already
    REFUSED = "refused"  # the target said no, and took nothing
    NOT_SENT = "not sent"  # it never left, or was turned away unread
    UNKNOWN = "unknown"  # it left, and no answer came
    NOT_THERE = "not there"  # the target was asked afterwards, and has nothing of it


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A record as the worker that claimed it sees it: everything a step needs, read in one round trip."""

    record_id: UUID
    document_id: UUID
    flow_id: UUID
    integration_id: UUID
    #: flow name without its integration, e.g. ``qad_invoices_to_jaggaer``
    flow: str
    #: names of the connections the flow reads from and writes to
    source_connection: str
    target_connection: str
    source_key: str
    version: int
    state: State
    #: rises with each claim; a finisher with an old fence changes nothing
    fence: int
    #: transient failures so far, and worker crashes so far
    tries: int
    crashes: int
    #: since when this record waits on a gate or a crosswalk row, None when it does not
    waiting_since: dt.datetime | None
    #: database time of the claim
    claimed_at: dt.datetime
    source_payload: bytes | None
    target_payload: bytes | None
    correlation_id: str
    #: hash of this record's newest audit event
    audit_head: bytes
    options: Mapping[str, Any] = field(default_factory=dict)
    #: whether the source knows that we have this document; False of sources that do not want to know
    acknowledged: bool = False
    #: how the document ended in the target, for the confirmation
    result: Mapping[str, Any] = field(default_factory=dict)
    target_id: str | None = None
    #: the document's last attempt, when it left and its answer is missing
    doubtful: UUID | None = None
    #: how many questions about it have counted, and when the last of them was asked or, before any, it was sent
    asked: int = 0
    asked_at: dt.datetime | None = None
    #: the newest version of the document that was read
    newest_version: int = 0
    #: when the document was first read, by the database's clock: no attempt of it is older; None: nobody looked
    first_read: dt.datetime | None = None
    #: fingerprint of what the target last accepted for this document, None when it never did
    loaded_fingerprint: str | None = None
    #: how long the connection this step works on may not be used, and why; None when it is free
    paused_for: dt.timedelta | None = None
    paused_why: str = ""
    #: failures in a row on that connection
    failures: int = 0
    #: whether its system asked us to slow down, so that each step takes a slot before it calls
    slowed: bool = False

    @property
    def works_on(self) -> str:
        """The connection this step works on: the source's when it is told, else the target's."""
        return self.source_connection if self.state is State.LOADED else self.target_connection

    @property
    def in_trouble(self) -> bool:
        """Whether a success would be news about that connection."""
        return self.failures > 0 or self.slowed

    @property
    def is_overtaken(self) -> bool:
        """Whether a newer version of the document waits for this one."""
        return self.newest_version > self.version

    @property
    def in_doubt(self) -> bool:
        """Whether a write of this document may have happened without our knowing."""
        return self.doubtful is not None


@dataclass(frozen=True, kw_only=True)
class Due:
    """A record that is to be sent to its next step."""

    record_id: UUID
    flow_id: UUID
    state: State
    #: whether it must not go in one message with others
    goes_alone: bool


@dataclass(frozen=True, kw_only=True)
class OpenedAttempt:
    """An attempt that is written down and may now leave."""

    attempt_id: UUID
    #: the claim with its new audit head
    claim: Claim


@dataclass(frozen=True, kw_only=True)
class KeyOwner:
    """The document that a target key of a flow belongs to: it is in the target under this key, or may be."""

    source_key: str
    #: False while its last try has no answer
    certain: bool


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The document of the ledger that has a source key."""

    fingerprint: str
    #: whether it is under way, in the target, or in a person's hands: another document cannot take its place
    taken: bool
    #: the source's own id of it; None when it was written down before that was asked for
    identity: str | None
    #: its newest version, sealed, which tells it then; None once retention has removed it
    record_id: UUID | None
    payload: bytes | None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The newest version of a document, which has ended."""

    record_id: UUID
    #: whether its source did not leave it to us
    foreign: bool
    #: whether a person has discarded its dead letter: nothing begins and its source is told nothing before they say so
    discarded: bool


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the ledger says of a posting that was found in a target."""

    #: whether this document was ever sent with the correlation id it carries
    ours: bool
    #: fingerprint of what this document was last sent with, if that may have arrived
    sent: str | None


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """A new version of a document, just read from its source."""

    record_id: UUID
    source_key: str
    #: the source's own id of it, where it has one beside the key
    identity: str | None = None
    fingerprint: str
    #: the newest version that was known when it was read; what somebody else has read since is newer
    after_version: int
    #: sealed source payload
    payload: bytes
    correlation_id: str
    #: what people call it
    summary: Summary | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A listed document that is new or changed."""

    #: its newest version; 0 when it is new
    version: int
    #: whether this very run has listed it before, with other content
    twice: bool


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What a page brought."""

    #: versions that were written
    new: int
    #: records that may be mapped at once
    ready: tuple[UUID, ...]
