"""Dead letters as operators read, requeue and discard them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import UnknownName
from connector.domain.record import LISTED_AFTER_DISCARD
from connector.store.operator import finding
from connector.store.operator.finding import Sought
from connector.store.operator.records import LOCKED, Locked, as_locked
from connector.store.work.tried import doubtful

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from decimal import Decimal

    from connector.store.operator.transaction import OperatorTransaction


_LAST = UUID(int=2**128 - 1)
#: how the resolution of a letter begins that a person discarded; one that is opened again keeps it
DISCARDED = "discarded: "


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """What could not be done, why, and what to do about it."""

    id: UUID
    record_id: UUID
    #: full name
    flow: str
    source_key: str
    version: int
    code: str
    reason: str
    suggestion: str
    created_at: dt.datetime
    resolved_at: dt.datetime | None
    resolution: str | None
    resolved_by: str | None
    #: of the summary of its document; None where it has none
    kind: str | None
    number: str | None
    party: str | None
    party_name: str | None
    amount: Decimal | None
    currency: str | None
    #: of an open letter: the number of the attempt at its document that has no answer; None: there is none
    attempt: int | None = None

    @property
    def discarded(self) -> bool:
        """A person closed it without doing anything, and nothing has happened to it since."""
        return self.resolved_at is not None and (self.resolution or "").startswith(DISCARDED)

    @property
    def by_hand(self) -> bool:
        """Its document may have been entered by hand: a person discarded this letter, or the one before it."""
        return self.discarded or self.code == LISTED_AFTER_DISCARD


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which open dead letters; an empty field does not choose."""

    ids: tuple[UUID, ...] = ()
    flow: str | None = None
    code: str | None = None
    #: also those of the named ones that somebody discarded: who asks has seen that
    discarded: bool = False
    #: only letters written until then, so that what dies again is not taken twice
    until: dt.datetime | None = None
    #: for lists: what their documents are called, and when the letters were written
    sought: Sought = field(default_factory=Sought)
    #: for lists: only those behind this one, by when it was written and its id
    after: tuple[dt.datetime, UUID] | None = None


@dataclass(frozen=True, kw_only=True)
class OpenLetter:
    """An open letter with its record, both locked."""

    letter_id: UUID
    code: str
    #: whether somebody had discarded it, and may have dealt with its document by hand
    reopened: bool
    record: Locked


_FROM = """
      FROM dead_letters l JOIN all_records r ON r.id = l.record_id JOIN documents d ON d.id = r.document_id
      JOIN flows f ON f.id = l.flow_id JOIN integrations i ON i.id = f.integration_id
      LEFT JOIN summaries s ON s.record_id = l.record_id
"""
_CHOSEN = """
    (:any_id OR l.id = ANY(:ids) OR l.record_id = ANY(:ids))
    AND (CAST(:flow AS text) IS NULL OR i.name || '/' || f.name = :flow)
    AND (CAST(:code AS text) IS NULL OR l.code = :code)
    AND (CAST(:until AS timestamptz) IS NULL OR l.created_at <= :until)
"""


def _parameters(wanted: Filter) -> dict[str, object]:
    return {
        "any_id": not wanted.ids,
        "ids": list(wanted.ids),
        "flow": wanted.flow,
        "code": wanted.code,
        "until": wanted.until,
    }


_SELECT = f"""
    SELECT l.id, l.record_id, i.name || '/' || f.name AS flow, r.source_key, r.version, l.code, l.reason, l.suggestion,
           l.created_at, l.resolved_at, l.resolution, l.resolved_by,
           s.kind, s.number, s.party, s.party_name, s.amount, s.currency,
           CASE WHEN l.resolved_at IS NULL THEN (SELECT w.number FROM {doubtful("r.document_id")} w) END AS attempt
           {_FROM}
"""  # noqa: S608  constant parts only
_LISTED = f"""
    WHERE {_CHOSEN} AND (:resolved OR l.resolved_at IS NULL)
      AND (CAST(:begin AS timestamptz) IS NULL OR l.created_at >= :begin)
      AND (CAST(:end AS timestamptz) IS NULL OR l.created_at < :end)
      AND (l.created_at, l.id) < (coalesce(CAST(:after_at AS timestamptz), 'infinity'), CAST(:after AS uuid))
"""
# A party or an amount is looked for among the newest letters.
_AMONG = """ AND l.id IN (
    SELECT b.id FROM dead_letters b WHERE :resolved OR b.resolved_at IS NULL
     ORDER BY b.created_at DESC, b.id DESC LIMIT :looked_at)
"""


def _list(wanted: Filter) -> str:
    """SQL behind SELECT and FROM."""
    if wanted.sought.search:
        found = finding.candidates(wanted.sought)
        return f" JOIN ({found}) c ON c.id = l.record_id {_LISTED} {finding.chosen(wanted.sought)}"
    return _LISTED + finding.chosen(wanted.sought, among_all=True) + (_AMONG if wanted.sought.named else "")


def _list_parameters(wanted: Filter, *, resolved: bool) -> dict[str, object]:
    timeless = replace(wanted.sought, since=None, until=None)
    after_at, after = wanted.after or (None, _LAST)
    place = {"begin": wanted.sought.since, "end": wanted.sought.until, "after_at": after_at, "after": after}
    return {**_parameters(wanted), **finding.given(timeless), **place, "resolved": resolved}


def list_(tx: OperatorTransaction, wanted: Filter, *, most: int, resolved: bool) -> list[DeadLetter]:
    """The newest first; open ones only, unless resolved ones are asked for."""
    rows = tx.mappings(
        f"{_SELECT} {_list(wanted)} ORDER BY l.created_at DESC, l.id DESC LIMIT :most",
        **_list_parameters(wanted, resolved=resolved),
        most=most,
    )
    return [DeadLetter(**row) for row in rows]


def count(tx: OperatorTransaction, wanted: Filter, *, most: int, resolved: bool) -> int:
    """How many would be listed; counted as far as ``most``."""
    row = tx.mapping(
        f"SELECT count(*) AS letters FROM (SELECT {_FROM} {_list(wanted)} LIMIT :most) n",  # noqa: S608  constant parts only
        **_list_parameters(wanted, resolved=resolved),
        most=most,
    )
    return int(row["letters"]) if row else 0


def of_records(tx: OperatorTransaction, records: Sequence[UUID]) -> list[DeadLetter]:
    """The letters of these records, the newest first."""
    rows = tx.mappings(f"{_SELECT} WHERE l.record_id = ANY(:ids) ORDER BY l.created_at DESC, l.id DESC", ids=records)
    return [DeadLetter(**row) for row in rows]


def of_cause(
    tx: OperatorTransaction, flow_id: UUID, code: str, *, after: tuple[dt.datetime, UUID] | None, most: int
) -> list[DeadLetter]:
    """Open letters of a flow with a code, the newest first, behind a place."""
    at, letter = after or (None, _LAST)
    rows = tx.mappings(
        f"""{_SELECT} WHERE l.flow_id = :flow AND l.code = :code AND l.resolved_at IS NULL
          AND (l.created_at, l.id) < (coalesce(CAST(:at AS timestamptz), 'infinity'), CAST(:after AS uuid))
        ORDER BY l.created_at DESC, l.id DESC LIMIT :most""",
        flow=flow_id,
        code=code,
        at=at,
        after=letter,
        most=most,
    )
    return [DeadLetter(**row) for row in rows]


def codes(tx: OperatorTransaction) -> list[str]:
    """The reason codes of all letters there ever were."""
    return [row["code"] for row in tx.mappings("SELECT DISTINCT code FROM dead_letters")]


def by_id(tx: OperatorTransaction, letter_id: UUID) -> DeadLetter:
    """A letter by its own id or its record's (then the newest one); raises UnknownName when there is none."""
    row = tx.mapping(
        f"{_SELECT} WHERE l.id = :id OR l.record_id = :id ORDER BY l.created_at DESC LIMIT 1", id=letter_id
    )
    if row is None:
        raise UnknownName(f"There is no dead letter {letter_id}; see `ml-connector dead list`.")
    return DeadLetter(**row)


def between(tx: OperatorTransaction, low: UUID, high: UUID, *, most: int) -> list[UUID]:
    """Ids of letters that lie between these two."""
    query = "SELECT id FROM dead_letters WHERE id BETWEEN :low AND :high ORDER BY id DESC LIMIT :most"
    return [row["id"] for row in tx.mappings(query, low=low, high=high, most=most)]


def count_open(tx: OperatorTransaction, wanted: Filter) -> int:
    """How many open letters are meant."""
    row = tx.mapping(
        f"SELECT count(*) AS letters {_FROM} WHERE {_CHOSEN} AND l.resolved_at IS NULL", **_parameters(wanted)
    )
    return int(row["letters"]) if row else 0


def open_ids(tx: OperatorTransaction, wanted: Filter, *, after: UUID | None, most: int) -> list[UUID]:
    """The next open letters in order of age; nothing is locked."""
    rows = tx.mappings(
        f"""SELECT l.id {_FROM}
        WHERE {_CHOSEN} AND l.resolved_at IS NULL AND (CAST(:after AS uuid) IS NULL OR l.id > :after)
        ORDER BY l.id LIMIT :most""",
        **_parameters(wanted),
        after=after,
        most=most,
    )
    return [row["id"] for row in rows]


def lock(tx: OperatorTransaction, letter_ids: Sequence[UUID]) -> list[OpenLetter]:
    """Lock those of these letters that are still open, each with its record and document."""
    # Documents first and in the order of their keys, as everywhere: reading a page of the source does it like this.
    tx.run(
        f"""
        SELECT d.id {_FROM} WHERE l.id = ANY(:ids) AND l.resolved_at IS NULL
        ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE OF d
        """,
        ids=list(letter_ids),
    )
    rows = tx.mappings(
        f"""
        SELECT l.id AS letter_id, l.code, l.resolution IS NOT NULL AS reopened, {LOCKED}
        {_FROM}
        WHERE l.id = ANY(:ids) AND l.resolved_at IS NULL
        ORDER BY l.id FOR UPDATE OF d, r, l
        """,
        ids=list(letter_ids),
    )
    own = ("letter_id", "code", "reopened")
    return [OpenLetter(**{name: row.pop(name) for name in own}, record=as_locked(row)) for row in map(dict, rows)]


def reopen(tx: OperatorTransaction, which: UUID) -> bool:
    """Open a letter again, by its id or its record's, if somebody discarded it and it is the last; False where not.

    Its record is locked. Whoever discarded it may have reversed by hand what the target had: it is asked.
    """
    rows = tx.mappings(
        """
        UPDATE dead_letters l SET resolved_at = NULL FROM records r JOIN documents d ON d.id = r.document_id
         WHERE :id IN (l.id, l.record_id) AND r.id = l.record_id AND r.state = 'dead'
           AND l.resolved_at IS NOT NULL AND starts_with(l.resolution, :discarded)
           AND l.id = (SELECT n.id FROM dead_letters n WHERE n.record_id = r.id
                        ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
        RETURNING d.id
        """,
        id=which,
        discarded=DISCARDED,
    )
    tx.run("UPDATE documents SET loaded_fingerprint = NULL WHERE id = ANY(:ids)", ids=[row["id"] for row in rows])
    return bool(rows)


def resolve(tx: OperatorTransaction, letter_ids: Sequence[UUID], resolution: str) -> None:
    """Close letters, saying what became of them and who did it."""
    tx.run(
        """
        UPDATE dead_letters SET resolved_at = now(), resolution = :resolution, resolved_by = :actor
         WHERE id = ANY(:ids) AND resolved_at IS NULL
        """,
        ids=list(letter_ids),
        resolution=resolution,
        actor=tx.actor,
    )


def set_heads(tx: OperatorTransaction, heads: dict[UUID, bytes]) -> None:
    """Store the newest audit hashes of records whose state did not change."""
    for record_id, head in heads.items():
        tx.run("UPDATE records SET audit_head = :head WHERE id = :id", head=head, id=record_id)
