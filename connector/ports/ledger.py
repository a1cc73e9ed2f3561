"""What the pipeline asks of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from connector.domain.gate import Known, Needs
    from connector.domain.journey import Step
    from connector.domain.record import (
        Claim,
        Ended,
        Evidence,
        Extracted,
        Filed,
        KeyOwner,
        OpenedAttempt,
        Seen,
        Stored,
    )
    from connector.domain.run import RunClaim
    from connector.domain.together import Answered, Settlement, Try
    from connector.ports.running import Recovery
    from connector.ports.runs import Pieces, Runs


_Done = TypeVar("_Done")


class Claims(Protocol):
    """Records as workers hold them: one worker, one step, one fence."""

    def claim(self, record_ids: Sequence[UUID], step: Step, worker: UUID) -> Sequence[Claim]:
        """Claim those of these records that are due for a step (not taken, no older version first), in their order."""
        ...

    def beside(self, claim: Claim, most: int, *, queued: bool = False) -> Sequence[UUID]:
        """Records of the same flow due to be loaded: untried ones, or the ``queued`` if no other flow has any."""
        ...

    def owns(self, claim: Claim) -> bool:
        """Whether this claim is still the newest one on its record."""
        ...


class Outcomes(Protocol):
    """What becomes of a record that is held."""

    def settle(self, settlements: Sequence[Settlement], *, actor: str) -> set[UUID]:
        """Write changes and their audit events; of records that are not in the answer nothing is: their fence is old.

        Ends release the next version of the document; a learned ``target_id`` becomes the document's link and releases
        what waited for it.
        """
        ...


class Attempts(Protocol):
    """Tries at changing a target, and who owns what is there."""

    def open(self, tries: Sequence[Try], *, actor: str) -> Mapping[UUID, OpenedAttempt]:
        """Write tries down before they leave, by record; others must not be made (``is_newest``, ``owner_of``: why).

        An earlier try of a record that was never answered is closed as ``not there``: the caller has asked.
        """
        ...

    def answer(self, answers: Sequence[Answered]) -> None:
        """Write down how tries ended."""
        ...

    def asked(self, claim: Claim, *, asked: int, at: dt.datetime) -> None:
        """Write down that so many questions about a try without an answer have found nothing, the last one now."""
        ...

    def own_answer(self, claim: Claim) -> bool:
        """Whether the last try was this record's and succeeded, and only the record does not know it yet."""

    def is_newest(self, claim: Claim) -> bool:
        """Whether no newer version of this document was read."""
        ...

    def may_have_arrived(self, claims: Sequence[Claim]) -> set[UUID]:
        """Those of these records that the target has, or may have."""
        ...

    def sent_otherwise(self, claim: Claim, key: str) -> str:
        """Under which target key this document was sent; empty when it is this one."""

    def is_the_doubtful(self, claim: Claim, fingerprint: str) -> bool:
        """Whether this is what was sent, and has no answer: the same version of the document, and the same content."""
        ...

    def evidence(self, claim: Claim, correlation: str) -> Evidence:
        """Whether this document was ever sent with this correlation id, and what it was last sent with."""
        ...

    def owner_of(self, flow_id: UUID, key: str) -> KeyOwner | None:
        """Who owns a target key of the flow: a document that is in the target under it, or may be."""
        ...


class Extraction(Protocol):
    """What a source listed, as the ledger takes it in."""

    def seen(self, run: RunClaim, prints: Sequence[tuple[str, str]]) -> Mapping[str, Seen]:
        """What is new or changed of these (source key, fingerprint), which the run lists now."""
        ...

    def filed(self, flow_id: UUID, keys: Sequence[str]) -> Mapping[str, Filed]:
        """The documents the ledger has under these source keys."""
        ...

    def insert(self, run: RunClaim, rows: Sequence[Extracted], *, actor: str, acknowledged: bool = True) -> Stored:
        """Insert new versions. Neither an unchanged fingerprint nor what has been overtaken meanwhile makes a record.

        With ``acknowledged=False`` none may: they are held until the source knows that we have them.
        """
        ...

    def acknowledged(
        self, flow_id: UUID, keys: Sequence[str], reasons: Mapping[str, str], *, actor: str
    ) -> Sequence[UUID]:
        """The source was told of these documents; returns the records that may be mapped at once.

        What it does not leave to us (source key -> why) is cancelled.
        """
        ...

    def untold(self, flow_id: UUID, keys: Sequence[str], wait: dt.timedelta) -> None:
        """The source may not know of these documents: it is asked about each after this wait, if not sooner."""
        ...


class Reopening(Protocol):
    """Ended documents that their source lists again."""

    def ended(self, flow_id: UUID, keys: Sequence[str]) -> Mapping[str, Ended]:
        """Those of these documents whose newest version has ended, unless its dead letter lies with somebody."""
        ...

    def reopen(self, payloads: Mapping[UUID, bytes], *, actor: str) -> None:
        """Put ended records (id -> sealed payload) back under way: their source waits for an answer once more.

        What was posted is to be confirmed again, anything else begins anew; nothing before it is acknowledged.
        """
        ...


class Discarded(Protocol):
    """Documents whose dead letter was discarded and that their source lists again."""

    def ask_again(self, payloads: Mapping[UUID, bytes], *, source: str, actor: str) -> None:
        """Write a dead letter about records (id -> sealed payload) whose last one was discarded: ``source`` lists them.

        One for each; whoever discarded that one, too, is not asked again.
        """
        ...


class Rereading(Protocol):
    """Documents that are read again while they wait."""

    def due(self, flow_id: UUID, most: int) -> Sequence[str]:
        """Source keys of documents that are due to be read again, the longest due first."""
        ...

    def done(self, flow_id: UUID, keys: Sequence[str]) -> Sequence[UUID]:
        """They were read again; returns the records that may be mapped at once."""
        ...


class Links(Protocol):
    """What the ledger knows of the things a document depends on."""

    def known(self, integration_id: UUID, needs: Needs) -> Known:
        """Return what a document asks of the ledger, in one round trip."""
        ...


class Connections(Protocol):
    """Shared state of connections, as the pipeline sees it."""

    def stay(self, name: str, opened: dt.datetime | None) -> None:
        """Let nobody change this connection before the transaction ends; raises Unavailable where somebody has."""
        ...

    def pause_left(self, name: str) -> tuple[dt.timedelta, str] | None:
        """How long nobody may use this connection, and why; None when it is free."""
        ...

    def pause(self, name: str, due_in: dt.timedelta, why: str, *, opened: dt.datetime | None = None) -> None:
        """The other side said 429: every worker leaves this connection alone for a while, and is slower afterwards."""
        ...

    def stop(self, name: str, why: str, *, opened: dt.datetime | None = None) -> None:
        """Stop the connection until a person acts, unless one has acted since this version of it was ``opened``."""
        ...

    def failed(self, name: str, why: str, *, opened: dt.datetime | None = None) -> None:
        """Count a failure; enough in a row open the breaker."""
        ...

    def succeeded(self, name: str, *, opened: dt.datetime | None = None) -> None:
        """A call worked: close the breaker, and be a little faster again where we were slowed down."""
        ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def claims(self) -> Claims:
        """Claims, in this transaction."""
        ...

    @property
    def outcomes(self) -> Outcomes:
        """Outcomes, in this transaction."""
        ...

    @property
    def attempts(self) -> Attempts:
        """Attempts, in this transaction."""
        ...

    @property
    def extraction(self) -> Extraction:
        """Extraction, in this transaction."""
        ...

    @property
    def reopening(self) -> Reopening:
        """Documents listed again, in this transaction."""
        ...

    @property
    def discarded(self) -> Discarded:
        """Discarded documents, in this transaction."""
        ...

    @property
    def rereading(self) -> Rereading:
        """Documents read again, in this transaction."""
        ...

    @property
    def links(self) -> Links:
        """Links and codes, in this transaction."""
        ...

    @property
    def runs(self) -> Runs:
        """Runs, in this transaction."""
        ...

    @property
    def pieces(self) -> Pieces:
        """Pieces of runs, in this transaction."""
        ...

    @property
    def connections(self) -> Connections:
        """Connections, in this transaction."""
        ...


class Store(Protocol):
    """Opens units of work."""

    @property
    def recovery(self) -> Recovery:
        """What is due, and what was lost."""
        ...

    def transact(self, work: Callable[[UnitOfWork], _Done]) -> _Done:
        """Do this work, which changes nothing but the ledger, in one transaction; once more where Postgres undid it."""
        ...

    def housekeeping(self) -> str:
        """Seal the audit trail and make room for what comes; says what was done."""
        ...

    def canary_came_back(self, canary: UUID, worker: UUID, queue: str) -> bool:
        """Say that a worker took the canary of its queue; False when a newer one is on its way by now."""
        ...
