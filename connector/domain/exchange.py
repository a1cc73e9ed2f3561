"""What passes between the pipeline and a system: rows and pages in, outgoing documents, findings and receipts out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connector.domain import canonical

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Row:
    """One document as its source listed it, under our names for its fields."""

    payload: Mapping[str, Any]
    #: when the source last changed it, if the source says
    modified: dt.datetime | None = None
    #: whether its source waits for an answer about it
    owed: bool = False
    #: whether it takes the place of what was listed under its key before, and is not a document beside that
    corrects: bool = False

    @cached_property
    def fingerprint(self) -> str:
        """What it says, whenever that was last changed: equal fingerprints mean that nothing is new about it."""
        return canonical.fingerprint({name: value for name, value in self.payload.items() if name != "modified"})


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a source, in the order the source gave it."""

    rows: tuple[Row, ...]
    #: 1-based
    number: int
    #: where the next page starts, opaque to the pipeline; None after the last
    next: Mapping[str, Any] | None = None
    #: False when the source listed only what changed since the query's time: then no rows is nothing unusual
    everything: bool = True


@dataclass(frozen=True, kw_only=True)
class Query:
    """What to read from a source."""

    entity: str
    #: a source that can list changes only may leave out documents last changed before this time; others ignore it
    since: dt.datetime | None = None
    #: only this document, by its source key
    key: str | None = None
    #: continue where an earlier slice of the same run stopped (``Page.next``)
    position: Mapping[str, Any] | None = None


class Safety(StrEnum):
    """How a target makes a second send harmless."""

    NATIVE_KEY = "native key"  # the target itself refuses or overwrites by key
    ASK_FIRST = "ask before posting"  # we ask by natural key before every post
    TOLD = (
        "told, late at times"  # we look first, but only what is there proves anything: a lost answer goes to a person
    )
    RESENT = "resent"  # it cannot be asked, and takes the very same message once: only that is sent again
    UNASKED = "unasked"  # it cannot be asked, and what it was sent last counts, however often
    NONE = "none"  # nobody can tell: an unknown outcome goes to a person

    @property
    def is_asked(self) -> bool:
        """Whether it can be asked what it has of a document; where it cannot, only what it takes ends a doubt."""
        return self in (Safety.NATIVE_KEY, Safety.ASK_FIRST, Safety.TOLD)


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A document on its way to a target."""

    entity: str
    key: str
    body: Mapping[str, Any]
    #: ours, searchable in the target where it has a field for it
    correlation_id: str
    #: whether an earlier send of it may have arrived: its answer was lost
    in_doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """The target has a document with this key."""

    target_id: str
    #: empty when it says what ours says; otherwise one sentence on how it differs
    difference: str = ""
    #: False where the difference only says that nobody can compare it, so that it is sent again
    compared: bool = True
    #: whether it is not brought up to date, where the target overwrites by key: others act on what it says
    kept: bool = False
    #: what the target does not show of it, so that it was not compared: "accounts and amounts of its lines"
    unseen: str = ""
    #: the correlation id it was written with, where the target keeps that
    correlation: str = ""
    #: as in Written
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A piece of master data as a target lists it."""

    #: what our ledger may know it by: its natural key, or its places; none where it has nothing that we would send
    names: tuple[str, ...]
    #: what people call it there
    label: str = ""
    #: whether it may be used there
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Written:
    """The target took the document."""

    target_id: str
    #: the target's own words, for the audit trail
    answer: str = ""
    #: what the source is told about it: company, document number, fiscal year ...
    facts: Mapping[str, str] = field(default_factory=dict)
    #: why a person should look at it although it was taken; empty where nobody has to
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a document ended in the target, as its source is told."""

    #: the target's own words when it said no
    refused: str = ""
    target_id: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Verdict(StrEnum):
    """What ping found out about one entity of a connection."""

    FOUND = "found"
    MISSING = "missing"
    NOT_PERMITTED = "not permitted"
    UNCERTAIN = "uncertain"
    #: by its nature the system has no such thing, so nothing is wrong with it where no flow needs that
    NOT_OFFERED = "not offered"


@dataclass(frozen=True, kw_only=True)
class EntityCheck:
    """One line of a ping report."""

    entity: str
    #: the path or browse that was asked for
    path: str
    verdict: Verdict
    #: one sentence: what was seen and what to do
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True when there is nothing to do about it."""
        return self.verdict in {Verdict.FOUND, Verdict.NOT_OFFERED}


@dataclass(frozen=True, kw_only=True)
class PingReport:
    """The answer to ``connection ping``: can we log in, and is each entity where the configuration says."""

    system: str
    #: how we logged in, never a secret: "OAuth2 password grant as mfg"
    login: str
    checks: tuple[EntityCheck, ...] = field(default_factory=tuple)
    latency_ms: float = 0.0

    @property
    def ok(self) -> bool:
        """True when every entity was found that the system has at all."""
        return all(check.ok for check in self.checks)
