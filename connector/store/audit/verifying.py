"""``audit verify``: every event still says what was written, none is missing, none was invented."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.audit import GENESIS, Event
from connector.store.audit import removals
from connector.store.audit.recomputing import Seals

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterable, Iterator

    from connector.store.audit.authenticity import Keys
    from connector.store.audit.recomputing import Report
    from connector.store.audit.trusted_seals import Known, Mark, Sealed
    from connector.store.postgres.transaction import AnyRow, Transaction

#: nobody reads more findings than this
MOST_FINDINGS = 1000
#: a report is made every so many events
_STEP = 1000

_ONE_MOMENT = sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# Before the moment is chosen: events do not move between partitions while somebody has it (``gathering``).
_STAY = sa.text("LOCK TABLE audit_events IN ACCESS SHARE MODE")
_COUNTS = sa.text("""
SELECT count(*) FILTER (WHERE id > :after) AS events, count(*) FILTER (WHERE id <= :after) AS before,
       min(recorded_at) < now() - interval '2 days' AS old
FROM audit_events
""")
_BEHIND = sa.text("""
SELECT count(*) AS events, (SELECT recorded_at FROM audit_events WHERE id = :upto) AS at
FROM audit_events WHERE id > :upto
""")
_EVERY = sa.text("""
SELECT id, subject, name, actor, at, detail, hash, previous, CAST(NULL AS bytea) AS head
FROM audit_events ORDER BY subject, id
""")
_LATER = sa.text("""
SELECT e.id, e.subject, e.name, e.actor, e.at, e.detail, e.hash, e.previous,
       CASE WHEN row_number() OVER (PARTITION BY e.subject ORDER BY e.id) = 1 THEN
           (SELECT b.hash FROM audit_events b WHERE b.subject = e.subject AND b.id <= :after ORDER BY b.id DESC LIMIT 1)
       END AS head
FROM audit_events e WHERE e.id > :after ORDER BY e.subject, e.id
""")
_HEADS = sa.text("""
WITH newest AS MATERIALIZED (
    SELECT DISTINCT ON (a.subject) a.subject, a.id, a.hash FROM audit_events a ORDER BY a.subject DESC, a.id DESC)
SELECT r.id, r.source_key, e.id AS event, e.hash IS NULL AS silent
FROM all_records r LEFT JOIN newest e ON e.subject = CAST(r.id AS text)
WHERE e.hash IS DISTINCT FROM r.audit_head
ORDER BY r.id
""")
_OTHER_HEADS = sa.text("""
SELECT h.subject, e.id AS event, e.hash IS NULL AS silent
FROM audit_heads h LEFT JOIN LATERAL (
    SELECT a.id, a.hash FROM audit_events a WHERE a.subject = h.subject ORDER BY a.id DESC LIMIT 1) e ON true
WHERE e.hash IS DISTINCT FROM h.hash
ORDER BY h.subject
""")
_HEADED = sa.text("SELECT subject FROM audit_heads")
# What retention has removed is named by events (``removals``), each with the newest event it had.
_STRANGERS = sa.text(f"""
WITH removed AS MATERIALIZED (
    SELECT x ->> 0 AS subject, decode(x ->> 1, 'hex') AS head
    FROM audit_events c, jsonb_array_elements(c.detail -> 'records') x
    WHERE c.subject = '{removals.SUBJECT}' AND c.name = '{removals.EVENT}')
SELECT a.subject, min(a.id) AS event, count(*) AS events, removed.head IS NOT NULL AS removed FROM audit_events a
LEFT JOIN removed ON removed.subject = a.subject
WHERE a.id > :after AND a.subject ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'
  AND NOT EXISTS (SELECT FROM all_records r WHERE CAST(r.id AS text) = a.subject)
GROUP BY a.subject, removed.head
HAVING removed.head IS NULL OR (array_agg(a.hash ORDER BY a.id DESC))[1] <> removed.head
ORDER BY a.subject
""")  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it was written."""

    #: record id, ``kind:name``, or ``seal:<id>``
    subject: str
    #: the event's id, when one event is to blame
    event: int | None
    problem: str


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What was looked at, and what was found."""

    #: ``MOST_FINDINGS`` at most: the search ends with the last of them
    findings: list[Finding]
    #: events that were read
    events: int
    #: events that an earlier verification had read, and this one did not
    passed_over: int
    seals: int
    #: the newest seal, when the trail is whole; None while nothing is sealed
    mark: Mark | None
    #: how far seals under a master key reach: the newest and the first of them
    sealed: Sealed | None
    sealed_since: Sealed | None
    #: when the last event under the newest was recorded
    sealed_until: dt.datetime | None
    #: events that no seal under a master key covers
    unsealed: int
    #: events up to this one were sealed by releases without a key, before the first seal with one
    unkeyed_upto: int


def unheard(_what: str, _done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def examine(
    tx: Transaction,
    *,
    since: Mark | None = None,
    known: Iterable[Known] = (),
    keys: Keys | None = None,
    report: Report = unheard,
) -> Examined:
    """Check chains, heads and seals at one moment in time. ``tx`` must be new: it becomes read-only.

    Reads every event twice, in the order of its chain and in that of the seals, and holds none of them. With ``since``,
    the newest seal of an earlier examination, only events behind it are read; that the newest event of every subject is
    there, and that the seals are one chain in which what is ``known`` stands, is looked at in any case. Without
    ``keys`` nobody can tell who made the seals.
    """
    tx.run(_ONE_MOMENT)
    tx.run(_STAY)
    tx.take_time(None)
    after = 0 if since is None else since.upto
    counts = tx.row(_COUNTS, after=after)
    events, before, old = (counts.events, counts.before, counts.old) if counts else (0, 0, False)
    seals = Seals(tx, since, known, keys)

    def found() -> Generator[Finding]:
        yield from _chains(tx, after, events, report)
        yield from _heads(tx)
        yield from _strangers(tx, after)
        for number in removals.forged(tx, keys):
            problem = "nobody who has the master key it names said that retention removed these records"
            yield Finding(subject=removals.SUBJECT, event=number, problem=problem)
        for broken in seals.broken(report):
            yield Finding(subject=f"seal:{broken.seal or 'unknown'}", event=None, problem=broken.problem)
        if old and not seals.seals:
            problem = (
                "there are events of days ago, and not one seal: they were removed, or worker-control does not run"
            )
            yield Finding(subject="seal:none", event=None, problem=problem)

    with closing(found()) as searched:
        findings = list(islice(searched, MOST_FINDINGS))
    sealed = seals.vouching.newest
    behind = tx.row(_BEHIND, upto=sealed.upto) if sealed else None
    return Examined(
        findings=findings,
        events=events,
        passed_over=before,
        seals=seals.seals,
        mark=seals.newest if not findings else None,
        sealed=sealed,
        sealed_since=seals.vouching.first,
        sealed_until=behind.at if behind else None,
        unsealed=behind.events if behind else events + before,
        unkeyed_upto=seals.vouching.unkeyed_upto,
    )


def _chains(tx: Transaction, after: int, events: int, report: Report) -> Iterator[Finding]:
    subject, head = "", GENESIS
    headed = {row.subject for row in tx.rows(_HEADED)}
    events_in_order = tx.stream(_LATER, after=after) if after else tx.stream(_EVERY)
    for number, row in enumerate(events_in_order, 1):
        if row.subject != subject:
            subject, head = row.subject, GENESIS if row.head is None else row.head
            if ":" in subject and subject not in headed:
                problem = "nothing remembers this subject: its events were cut, or invented"
                yield Finding(subject=subject, event=row.id, problem=problem)
        yield from misfits(row, head)
        head = row.hash
        if number % _STEP == 0 or number == events:
            report("events", number, events)


def misfits(row: AnyRow, head: bytes) -> Iterator[Finding]:
    """What is wrong with an event, read with all its columns, behind the one whose hash is ``head``."""
    if row.previous != head:
        problem = "the event before this one is missing, altered or was invented"
        yield Finding(subject=row.subject, event=row.id, problem=problem)
    told = Event(subject=row.subject, name=row.name, actor=row.actor, at=row.at, detail=row.detail)
    if told.hash_after(row.previous) != row.hash:
        yield Finding(subject=row.subject, event=row.id, problem=f"this event ({row.name}) was altered")


def _heads(tx: Transaction) -> Iterator[Finding]:
    for what, statement in (("record", _HEADS), ("subject", _OTHER_HEADS)):
        for row in tx.stream(statement):
            problem = (
                f"all events of this {what} are missing"
                if row.silent
                else f"this is not the newest event the {what} knows of: one is missing after it, or it was invented"
            )
            yield Finding(subject=str(row[0]), event=row.event, problem=problem)


def _strangers(tx: Transaction, after: int) -> Iterator[Finding]:
    for row in tx.stream(_STRANGERS, after=after):
        problem = (
            "this is not the newest event the record had when retention removed it: one is missing, or was invented"
            if row.removed
            else f"{row.events} events tell of a record that does not exist: it was removed, or they were invented"
        )
        yield Finding(subject=row.subject, event=row.event, problem=problem)
