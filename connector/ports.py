"""What the pipeline asks of the world. Every Protocol has one conformance suite, run on each implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from uuid import UUID

    from connector.domain.exchange import Found, Outgoing, Page, PingReport, Query, Result, Row, Safety, Written
    from connector.domain.gate import Known, LinkNeed, Needs
    from connector.domain.journey import Change, Step
    from connector.domain.record import Claim, Extracted, Opened, State
    from connector.domain.run import RunClaim
    from connector.domain.token import Token


class Source(Protocol):
    """Reads documents of one connection."""

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield pages until the source is read; raises SourceLies when its answers contradict each other."""
        ...

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the whole document for a listed row: the row itself, or a second read when the listing is short."""
        ...


@runtime_checkable
class Acknowledging(Protocol):
    """A source that wants to know that we have its documents before anything else is done with them."""

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, str]:
        """Tell it, in bulk; returns why not, by place in ``payloads``, for those it does not leave to us.

        Telling it twice is harmless.
        """
        ...


@runtime_checkable
class Confirming(Protocol):
    """A source that is told how each document ended."""

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        """Why the source does not want the document posted any more; empty while it does."""
        ...

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        """Tell it; returns its words. Telling it twice is harmless. Raises Recalled when it took the document back."""
        ...


class Target(Protocol):
    """Writes documents of one connection."""

    def safety(self, entity: str) -> Safety:
        """How a second send of this entity is made harmless."""
        ...

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key whether the target has this document; never changes anything."""
        ...

    def write(self, document: Outgoing) -> Written:
        """Create or update. Raises Unanswered when the request left and no answer came."""
        ...

    def where_to_look(self, document: Outgoing) -> str:
        """The exact search a person makes in the target to find this document."""
        ...


class Tokens(Protocol):
    """The token of one connection, shared by all workers."""

    def current(self) -> Token | None:
        """The stored token, or None."""
        ...

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        """Replace ``stale``: one process fetches, the others wait and read what it stored.

        ``fetch`` receives the stored token (its refresh token may be newer than the caller's). The result is
        committed before anybody uses it.
        """
        ...


class System(Protocol):
    """One of the systems we speak with: what its connections look like, and how to open one."""

    name: str
    title: str
    #: configuration fields that belong into the vault
    secrets: frozenset[str]

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; returns them normalised, raises ConfigurationError."""
        ...

    def source(self, connection: OpenConnection) -> Source:
        """A reader of this connection; makes no request yet."""
        ...

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection; makes no request yet."""
        ...

    def ping(self, connection: OpenConnection) -> PingReport:
        """Log in and check every entity; raises ConnectorError with a sentence when not even that is possible."""
        ...


@runtime_checkable
class Renewing(Protocol):
    """A system whose stored tokens only a person can replace, once they are lost or over."""

    #: configuration fields and secrets a stored token belongs to; it outlives every other change
    grant: frozenset[str]

    def lapses_at(self, token: Token | None) -> dt.datetime | None:
        """When a stored token can no longer be renewed; None when nothing is known."""
        ...


class SubscriptionShown(Protocol):
    """A webhook as its system lists it."""

    @property
    def name(self) -> str:
        """Its name there."""
        ...

    @property
    def endpoint(self) -> str:
        """Where events go."""
        ...

    @property
    def filter(self) -> str:
        """Which events, as a regular expression."""
        ...


class Subscriptions(Protocol):
    """The webhooks of one connection."""

    def subscribe(self, name: str, endpoint: str) -> None:
        """Ask for events at this address; asking again changes it."""
        ...

    def listed(self) -> Sequence[SubscriptionShown]:
        """Every webhook there is."""
        ...

    def remove(self, name: str) -> None:
        """Ask for no more events under this name."""
        ...


@runtime_checkable
class Lapsing(Protocol):
    """A system whose connections end by themselves unless they are used."""

    def lapses_at(self, token: Token | None) -> dt.datetime | None:
        """When this token can no longer be renewed and a person must act; None when it does not end."""
        ...


@runtime_checkable
class Subscribing(Protocol):
    """A system that sends events."""

    def subscriptions(self, connection: OpenConnection) -> Subscriptions:
        """The webhooks of this connection."""
        ...


class OpenConnection(Protocol):
    """A connection ready for use: configuration, secrets in clear, shared token."""

    @property
    def name(self) -> str:
        """The connection's name."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """Checked configuration without secrets."""
        ...

    @property
    def overrides(self) -> Mapping[str, Any]:
        """The tenant's changes to the system's ``entities.yaml``."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """Secrets in clear; never logged, never in an error."""
        ...

    @property
    def tokens(self) -> Tokens:
        """The shared token."""
        ...

    @property
    def allow_private_addresses(self) -> bool:
        """Whether this deployment lets tenant URLs point at private or loopback addresses, over plain http."""
        ...


class Vault(Protocol):
    """Encrypts at rest. ``identity`` names the row and column; a value moved elsewhere does not open."""

    def seal(self, plain: bytes, identity: str) -> bytes:
        """Encrypt for this place."""
        ...

    def open(self, sealed: bytes, identity: str) -> bytes:
        """Decrypt what was sealed for this place; raises ConfigurationError when the key is missing or it was not."""
        ...


class Records(Protocol):
    """Records of the ledger, as the pipeline moves them."""

    def claim(self, record_id: UUID, step: Step, worker: UUID) -> Claim | None:
        """Claim a due record for a step; None when there is nothing to do (taken, not due, an older version first)."""
        ...

    def settle(self, claim: Claim, change: Change, *, actor: str, at: dt.datetime, target: bytes | None) -> bool:
        """Write a change and its audit event; False when the fence is old and nothing was written.

        ``target`` is the sealed target payload when mapping made one. Ends release the next version of the document;
        a learned ``target_id`` becomes the document's link and releases what waited for it.
        """
        ...

    def open_attempt(self, claim: Claim, *, key: str, fingerprint: str, actor: str, at: dt.datetime) -> Opened | None:
        """Write down a try before it leaves; None when another document owns this target key or the fence is old.

        An earlier try of this record that was never answered is closed as ``not there``: the caller has asked.
        """
        ...

    def answer_attempt(
        self, attempt_id: UUID, *, answer: str, target_id: str | None, loaded: str | None, at: dt.datetime
    ) -> None:
        """Write down how a try ended: accepted, adopted, refused, not sent, unknown.

        ``loaded`` is the fingerprint the target now holds for the document, None when it took nothing.
        """
        ...

    def owns(self, claim: Claim) -> bool:
        """Whether this claim is still the newest one on its record."""
        ...

    def changed(self, flow_id: UUID, prints: Sequence[tuple[str, str]]) -> set[str]:
        """Which of these (source key, fingerprint) are new or changed."""
        ...

    def insert(self, run: RunClaim, rows: Sequence[Extracted], *, actor: str, told: bool = True) -> list[UUID]:
        """Insert new versions; returns those that may be mapped at once. An unchanged fingerprint makes no record.

        With ``told=False`` none may: they are held until the source knows that we have them (see ``told``).
        """
        ...

    def told(self, flow_id: UUID, keys: Sequence[str]) -> list[UUID]:
        """The source knows that we have these documents; returns the records that may be mapped at once."""
        ...

    def withdraw(self, flow_id: UUID, reasons: Mapping[str, str], *, actor: str) -> int:
        """Cancel what the source does not leave to us: source key -> why. Returns how many records it ended."""
        ...

    def known(self, integration_id: UUID, needs: Needs) -> Known:
        """Answer what a document asks of the ledger, in one round trip."""
        ...


class Runs(Protocol):
    """Runs and cursors."""

    def claim(self, run_id: UUID, worker: UUID) -> RunClaim | None:
        """Claim a queued run; None when it is gone, taken, or its flow is already running."""
        ...

    def progress(
        self, run: RunClaim, *, read: int, new: int, cursor: dt.datetime | None, position: Mapping[str, Any] | None
    ) -> bool:
        """Move the cursor and the counts with the rows just inserted; False when the fence is old."""
        ...

    def pause(self, run: RunClaim, due_in: dt.timedelta, why: str = "") -> None:
        """Give the run back to be continued from its position."""
        ...

    def finish(self, run: RunClaim, *, failed: str = "", warning: str = "") -> None:
        """End the run, with the sentence that explains a failure or a warning."""
        ...

    def reread(self, claim: Claim) -> None:
        """Ask for the claim's own document to be read again when the record is due next."""
        ...

    def demand(self, integration_id: UUID, needs: Iterable[LinkNeed], *, actor: str) -> None:
        """Ask for single documents to be read soon; asking twice changes nothing."""
        ...


class Connections(Protocol):
    """Shared state of connections, as the pipeline sees it."""

    def pause_left(self, name: str) -> tuple[dt.timedelta, str] | None:
        """How long nobody may use this connection, and why; None when it is free."""
        ...

    def pause(self, name: str, due_in: dt.timedelta, why: str) -> None:
        """Ask every worker to leave this connection alone for a while (429, breaker)."""
        ...

    def stop(self, name: str, why: str) -> None:
        """Stop the connection until a person acts."""
        ...

    def failed(self, name: str, why: str) -> None:
        """Count a failure; enough in a row open the breaker."""
        ...

    def succeeded(self, name: str) -> None:
        """A call worked: close the breaker."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it without ``commit()`` rolls everything back."""

    @property
    def records(self) -> Records:
        """Records, in this transaction."""
        ...

    @property
    def runs(self) -> Runs:
        """Runs, in this transaction."""
        ...

    @property
    def connections(self) -> Connections:
        """Connections, in this transaction."""
        ...

    def commit(self) -> None:
        """Make it true. An error here leaves the outcome unknown: reopen and read."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Dispatcher(Protocol):
    """Puts ready work on the queues. Losing what it sends changes nothing."""

    def step(self, step: Step, record_ids: Iterable[UUID]) -> None:
        """Ask for a step on each record."""
        ...

    def poll(self, run_ids: Iterable[UUID]) -> None:
        """Ask for runs to be executed."""
        ...


class NextFire(Protocol):
    """When a schedule fires next."""

    def __call__(self, schedule: str, timezone: str, after: dt.datetime) -> dt.datetime:
        """The first time after ``after``, in UTC."""
        ...


class Recovery(Protocol):
    """What beat asks of the ledger; any number of beats may ask at once. Each call is its own transaction."""

    def fire_due_flows(self, next_fire: NextFire) -> int:
        """Queue a run for every enabled flow that is due; returns how many."""
        ...

    def due_runs(self, most: int) -> list[UUID]:
        """Runs to send now; marked as sent for a while."""
        ...

    def due_records(self, most: int) -> list[tuple[UUID, State]]:
        """Records to send now: fair turns between flows, each within its window; marked as sent for a while."""
        ...

    def rescue(self, dead_after: dt.timedelta) -> int:
        """Give back what dead workers hold; the third crash on one record makes it a dead letter."""
        ...


class Clock(Protocol):
    """Time and chance, so that tests choose both."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def chance(self) -> float:
        """A number in [0, 1)."""
        ...


class Store(Protocol):
    """Opens units of work."""

    def unit(self) -> UnitOfWork:
        """Begin a transaction."""
        ...

    def housekeeping(self) -> str:
        """Seal the audit trail and make room for what comes; says what was done."""
        ...
