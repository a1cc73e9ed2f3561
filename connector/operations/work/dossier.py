"""The file of one document for an auditor: every version, attempt, decision and action, and what proves them.

It holds no content of the document, which stays sealed: numbers, moments, codes, and the sentences of the audit trail.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.operations import spreadsheet
from connector.operations.work import meant
from connector.operations.work.audit import anchored, describe, stamped
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.operations.operator import Operator
    from connector.store.audit.authenticity import Keys
    from connector.store.audit.proving import Covering, Witnessed
    from connector.store.audit.verifying import Finding
    from connector.store.operator.audit import Verified
    from connector.store.operator.dossier import Document, Version

#: how anybody computes the proof again, with nothing but SHA-256
HOW = (
    (
        "Of each event, `hash` is SHA-256 over the 32 bytes that `previous` spells in hexadecimal digits, followed by "
        "the letters of `hashed`; `hashed` is the event itself, as JSON."
    ),
    "The first event of each version has 64 zeros as `previous`, every later one the `hash` of the event before it.",
    (
        "Of each seal, `digest` is SHA-256 over the bytes of `previous`, followed by those of each entry of `covered`. "
        "An entry is the number of an event (8 bytes), when it was recorded in microseconds since 1970 (8 bytes) and "
        "its hash (32 bytes), of all documents: those of this one are found in it by their numbers."
    ),
    (
        "`digest` is compared with what was kept where nobody who changes the database reaches: the anchor's file or "
        "address, a time stamp, or what an auditor noted of `ml-connector audit seals`."
    ),
    (
        "`mac` is HMAC-SHA256 over the letters of `stated`, under a key derived from the master key: whoever holds "
        "that verifies it with `ml-connector audit verify`, which also shows that no seal and no event is missing."
    ),
)
COLUMNS = (
    "at",
    "version",
    "kind",
    "what",
    "by",
    "detail",
    "event",
    "recorded_at",
    "previous",
    "hash",
    "seal",
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One version, and everything that happened to it."""

    version: Version
    events: Sequence[Witnessed]


@dataclass(frozen=True, kw_only=True)
class Proved:
    """What vouches for the file."""

    whole: bool
    #: that, in one sentence
    said: str
    findings: Sequence[Finding]
    #: events that no seal covers yet
    unsealed: int
    seals: Sequence[Covering]
    #: the last time that somebody found the whole trail whole
    last_verified: Verified | None
    #: where seals are kept outside, and how far time stamps reach; empty without any
    kept_outside: str
    time_stamps: str
    how: Sequence[str] = HOW


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """The file."""

    document: Document
    versions: Sequence[Told]
    #: what is written about others: who looked at its content, who had it read again
    elsewhere: Sequence[Witnessed]
    proof: Proved
    made_at: dt.datetime
    made_by: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened, in the order of time."""

    at: dt.datetime
    version: int | None
    #: event, attempt, answer, letter, resolution
    kind: str
    what: str
    by: str
    detail: str
    event: Witnessed | None = None


def of(operator: Operator, text: str) -> Dossier:
    """The file of the document that is meant, as ``record show`` takes it; raises UnknownName, ConfigurationError."""
    record = meant.record(operator, text)
    with operator.transaction() as tx:
        document, versions = ledger.dossier.of(tx, record)
        proof = ledger.dossier.proof(tx, document, keys=_keys(operator))
        last = ledger.audit.last_verified(tx)
    told = [Told(version=one, events=proof.events.get(one.record.id, ())) for one in versions]
    every = [event for one in told for event in one.events] + list(proof.elsewhere)
    return Dossier(
        document=document,
        versions=told,
        elsewhere=proof.elsewhere,
        proof=Proved(
            whole=not proof.findings,
            said=_verdict(document.source_key, proof.findings, every),
            findings=proof.findings,
            unsealed=sum(event.seal is None for event in every),
            seals=proof.seals,
            last_verified=last,
            kept_outside=anchored(operator),
            time_stamps=stamped(operator),
        ),
        made_at=dt.datetime.now(dt.UTC),
        made_by=operator.actor,
    )


def _keys(operator: Operator) -> Keys | None:
    """Who has no master key reads all of it, and cannot tell who made the seals."""
    try:
        operator.application.require_vault()
    except ConfigurationError:
        return None
    return operator.application.vault


def lines(dossier: Dossier) -> list[Line]:
    """Everything that happened, the oldest first."""
    found = [line for told in dossier.versions for line in _of_version(told)]
    found += [_of_event(event, None) for event in dossier.elsewhere]
    return sorted(found, key=lambda line: (line.at, 0 if line.event is None else line.event.id))


def _of_version(told: Told) -> Iterator[Line]:
    number = told.version.record.version
    for event in told.events:
        yield _of_event(event, number)
    for one in told.version.attempts:
        sent = {"key": one.key, "warning": one.warning}
        yield Line(
            at=one.sent_at,
            version=number,
            kind="attempt",
            what=f"attempt {one.number} sent",
            by=one.actor,
            detail=describe(sent),
        )
        if one.answered_at is not None:
            answered = f"attempt {one.number} answered: {one.answer}"
            detail = describe({"target id": one.target_id})
            yield Line(at=one.answered_at, version=number, kind="answer", what=answered, by="the target", detail=detail)
    for letter in told.version.letters:
        detail = f"{letter.reason} {letter.suggestion}"
        yield Line(
            at=letter.created_at,
            version=number,
            kind="letter",
            what=f"dead letter: {letter.code}",
            by="",
            detail=detail,
        )
        if letter.resolved_at is not None:
            yield Line(
                at=letter.resolved_at,
                version=number,
                kind="resolution",
                what=f"dead letter resolved: {letter.code}",
                by=letter.resolved_by or "",
                detail=letter.resolution or "",
            )


def _of_event(event: Witnessed, version: int | None) -> Line:
    detail = describe(event.detail)
    return Line(at=event.at, version=version, kind="event", what=event.name, by=event.actor, detail=detail, event=event)


def as_json(dossier: Dossier) -> bytes:
    """The whole file, with what it takes to compute the proof again."""
    return canonical.dumps(asdict(dossier))


def as_csv(dossier: Dossier) -> str:
    """One line for each thing that happened; events with what their hashes need but for the text."""
    return spreadsheet.table(COLUMNS, (_row(line) for line in lines(dossier)))


def _row(line: Line) -> list[Any]:
    happened = [line.at, line.version, line.kind, line.what, line.by, line.detail]
    if line.event is None:
        return [*happened, None, None, None, None, None]
    event = line.event
    return [*happened, event.id, event.recorded_at, event.previous, event.hash, event.seal]


def _verdict(key: str, findings: Sequence[Finding], events: Sequence[Witnessed]) -> str:
    if findings:
        first = findings[0]
        return f"The trail of {key} is not whole: {first.subject}: {first.problem}. Run `ml-connector audit verify`."
    unsealed = sum(event.seal is None for event in events)
    late = f"{unsealed} of them too new to be sealed" if unsealed else "all of them sealed"
    return f"The trail of {key} is whole: {len(events)} events, {late}."
