"""Records as operators look at them and send them on their journey again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from connector.domain.errors import UnknownName
from connector.store.operator.finding import Sought
from connector.store.work import archive
from connector.store.work import payloads as documents
from connector.store.work.tried import SET_BACK

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Record:
    """One version of a document, without its payloads."""

    id: UUID
    #: full name
    flow: str
    source_key: str
    version: int
    #: the newest version of the document that was read
    newest_version: int
    state: str
    hold: str | None
    gate: str | None
    why: str
    waits_for: list[str] | None
    waiting_since: dt.datetime | None
    due_at: dt.datetime | None
    tries: int
    crashes: int
    target_id: str | None
    target_key: str | None
    correlation_id: str
    #: which version of its flow's mapping made its target document; None before it is mapped
    mapping_version: int | None
    run_id: UUID | None
    created_at: dt.datetime
    updated_at: dt.datetime
    finished_at: dt.datetime | None
    #: its summary (``domain.summary``); kind and number are None where it has none
    kind: str | None
    number: str | None
    party: str | None
    party_name: str | None
    date: dt.date | None
    amount: Decimal | None
    currency: str | None
    references: Mapping[str, str] | None
    #: why a person should look at it although the target took it: the newest warning; empty where there was none
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at changing the target."""

    number: int
    key: str
    sent_at: dt.datetime
    answered_at: dt.datetime | None
    answer: str | None
    target_id: str | None
    actor: str
    #: why a person should look at it although the target took it
    warning: str


@dataclass(frozen=True, kw_only=True)
class Locked:
    """A record locked for a change, with what decides whether it may go again."""

    record_id: UUID
    audit_head: bytes
    state: str
    source_key: str
    version: int
    newest_version: int
    busy: bool
    has_source: bool
    has_target: bool
    #: the target took or refused it, and its source has not been told
    has_result: bool


class Place(NamedTuple):
    """Of a list, where a page ends: whether its last record was exactly what was looked for, and which one it was."""

    exactly: bool
    record: UUID


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which records; an empty field does not choose."""

    #: by its full name, or all flows of an integration, or of what reads from a connection or writes to it
    flow: str | None = None
    integration: str | None = None
    connection: str | None = None
    state: str | None = None
    hold: str | None = None
    key: str | None = None
    #: of several kinds together (``listing.Group``)
    group: str | None = None
    #: those that have an open dead letter with this code
    code: str | None = None
    #: those that wait for this (``records.waits_for``)
    subject: str | None = None
    #: those whose journey began before, and those that ended since
    begun_before: dt.datetime | None = None
    ended_since: dt.datetime | None = None
    #: without versions that gave way to a newer one, unless their state is asked for
    current: bool = False
    #: only those whose target took them with a warning
    warned: bool = False
    #: what else the key may be in the ledger: sources that compare without case have one spelling there
    spelled: frozenset[str] = frozenset()
    sought: Sought = field(default_factory=Sought)
    most: int = 50
    #: only those behind this place of the list
    after: Place | None = None


# Warnings are looked for in the months since a record was made alone.
SELECT = f"""
    SELECT r.id, i.name || '/' || f.name AS flow, r.source_key, r.version, d.version AS newest_version, r.state, r.hold,
           r.gate, r.why, r.waits_for, r.waiting_since, r.due_at, r.tries, r.crashes,
           coalesce(r.target_id, d.target_id) AS target_id, d.target_key, r.correlation_id,
           r.mapping_version, r.run_id,
           r.created_at, r.updated_at, r.finished_at,
           s.kind, s.number, s.party, s.party_name, s.date, s.amount, s.currency, s.elsewhere AS "references",
           coalesce((SELECT a.warning FROM attempts a WHERE a.record_id = r.id AND a.warning <> ''
                         AND a.sent_at >= r.created_at - interval '{SET_BACK.days} days'
                      ORDER BY a.number DESC LIMIT 1), '') AS warning
      FROM all_records r JOIN documents d ON d.id = r.document_id
      JOIN flows f ON f.id = r.flow_id JOIN integrations i ON i.id = r.integration_id
      LEFT JOIN summaries s ON s.record_id = r.id
"""  # noqa: S608  constant parts only


def by_id(tx: OperatorTransaction, record_id: UUID) -> Record:
    """One record; raises UnknownName when there is none."""
    row = tx.mapping(f"{SELECT} WHERE r.id = :id", id=record_id)
    if row is None:
        raise absent(record_id)
    return Record(**row)


def absent(record_id: UUID) -> UnknownName:
    """The sentence about a record that is not there."""
    return UnknownName(f"There is no record {record_id}; see `ml-connector record list`.")


def attempts(tx: OperatorTransaction, record_id: UUID) -> list[Attempt]:
    """Every try at the target, oldest first."""
    rows = tx.mappings(
        """
        SELECT number, key, sent_at, answered_at, answer, target_id, actor, warning FROM attempts
         WHERE record_id = :id ORDER BY number
        """,
        id=record_id,
    )
    return [Attempt(**row) for row in rows]


def payloads(tx: OperatorTransaction, record_id: UUID) -> tuple[bytes | None, bytes | None]:
    """Sealed source and target payload."""
    row = tx.mapping(
        f"SELECT {documents.of(documents.SOURCE)} AS source, {documents.of(documents.TARGET)} AS target "  # noqa: S608  constant parts only
        "FROM all_records r WHERE r.id = :id",
        id=record_id,
    )
    if row is None:
        raise absent(record_id)
    source, target = row["source"], row["target"]
    return (None if source is None else bytes(source)), (None if target is None else bytes(target))


def sent_last(tx: OperatorTransaction, flow_id: UUID, keys: Sequence[str]) -> list[tuple[str, UUID, bytes]]:
    """Of these documents those that the target has: key, record, and what it was sent last, sealed."""
    rows = tx.mappings(
        f"""SELECT d.source_key, r.id, {documents.of(documents.TARGET)} AS target
              FROM documents d JOIN all_records r ON r.document_id = d.id AND r.version = d.loaded_version
             WHERE d.flow_id = :flow AND d.source_key = ANY(:keys)""",  # noqa: S608  constant parts only
        flow=flow_id,
        keys=list(keys),
    )
    return [(row["source_key"], row["id"], bytes(row["target"])) for row in rows if row["target"] is not None]


def targets(tx: OperatorTransaction, flow_id: UUID, keys: Sequence[str]) -> Mapping[str, str]:
    """Target id by source key, for the documents that have one."""
    rows = tx.mappings(
        """
        SELECT source_key, target_id FROM documents
         WHERE flow_id = :flow_id AND source_key = ANY(:keys) AND target_id IS NOT NULL
        """,
        flow_id=flow_id,
        keys=list(keys),
    )
    return {row["source_key"]: row["target_id"] for row in rows}


def changed(tx: OperatorTransaction, flow_id: UUID, prints: Mapping[str, str]) -> frozenset[str]:
    """Which of these source keys a run would make a new version of, by the fingerprints they have now."""
    rows = tx.mappings(
        """
        SELECT p.key FROM unnest(CAST(:keys AS text[]), CAST(:prints AS text[])) AS p (key, print)
          LEFT JOIN documents d ON d.flow_id = :flow_id AND d.source_key = p.key
         WHERE d.fingerprint IS DISTINCT FROM p.print
        """,
        flow_id=flow_id,
        keys=list(prints),
        prints=list(prints.values()),
    )
    return frozenset(row["key"] for row in rows)


#: what a locking query reads of a record ``r`` and its document ``d``, for ``as_locked``
LOCKED = f"""
    r.id AS record_id, r.audit_head, r.state, r.source_key, r.version, d.version AS newest_version,
    r.lease_owner IS NOT NULL AS busy, {documents.is_there(documents.SOURCE)} AS has_source,
    {documents.is_there(documents.TARGET)} AS has_target, r.result <> jsonb_build_object() AS has_result
"""


def locked(tx: OperatorTransaction, record_id: UUID) -> Locked:
    """Lock a record and its document, so that neither moves while we decide; it comes back from the archive."""
    archive.bring_back_records(tx, [record_id])
    row = tx.mapping(
        f"""
        SELECT {LOCKED} FROM records r JOIN documents d ON d.id = r.document_id
         WHERE r.id = :id FOR UPDATE OF d, r
        """,  # noqa: S608  constant parts only
        id=record_id,
    )
    if row is None:
        raise absent(record_id)
    return as_locked(row)


def as_locked(row: Mapping[str, Any]) -> Locked:
    """Read a row of a locking query."""
    return Locked(**{**row, "audit_head": bytes(row["audit_head"])})


_AGAIN = sa.text("""
    UPDATE records r
       SET state = again.state, hold = NULL, gate = NULL, why = '', waits_for = NULL,
           waiting_since = CASE WHEN again.state = 'extracted' THEN now() END,
           due_at = now(), queued_until = NULL, reread = false, begun_at = now(), tries = 0,
           crashes = 0, finished_at = NULL, updated_at = now(),
           result = CASE WHEN again.state = 'extracted' AND r.state = 'dead' AND r.acknowledged_at IS NULL
                         THEN jsonb_build_object() ELSE r.result END,
           audit_head = again.head
      FROM (SELECT * FROM unnest(:ids, :states, :heads) AS t(id, state, head)) again
     WHERE r.id = again.id
""").bindparams(
    sa.bindparam("ids", type_=ARRAY(sa.Uuid)),
    sa.bindparam("states", type_=ARRAY(sa.Text)),
    sa.bindparam("heads", type_=ARRAY(BYTEA)),
)


def send_again(tx: OperatorTransaction, states: Mapping[UUID, str], heads: Mapping[UUID, bytes]) -> None:
    """Put records back to a state, due now, with fresh tries. Attempts stay: the in-doubt rule needs them.

    What begins anew has waited: its source may have taken it back meanwhile, and is asked.
    """
    ids = list(states)
    tx.run(_AGAIN, ids=ids, states=[states[i] for i in ids], heads=[heads[i] for i in ids])
