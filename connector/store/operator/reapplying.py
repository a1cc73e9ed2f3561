"""Documents that a target has, as they are looked at to be mapped and sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.store.operator.records import LOCKED, Locked, as_locked
from connector.store.schema.conditions import UNDER_WAY
from connector.store.work import archive, payloads
from connector.store.work.tried import doubtful

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Documents of one flow that were loaded within this time, and whose journeys are at their end."""

    flow_id: UUID
    since: dt.datetime | None
    until: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The newest version of a document, which the target took."""

    record_id: UUID
    source_key: str
    target_key: str | None
    #: of what the target was sent; None where nobody knows (a ledger that was restored)
    fingerprint: str | None
    #: sealed; None where it was removed by retention
    source: bytes | None
    #: sealed, as it was mapped; only where ``fingerprint`` is None
    target: bytes | None

    @property
    def never_sent(self) -> bool:
        """Whether it came to its end without anything to send: a report of which nobody is owed anything."""
        return self.fingerprint is None and self.target_key is None


_CHOSEN = """
    d.version = r.version AND d.loaded_version = r.version AND r.finished_at <= :until
    AND (CAST(:since AS timestamptz) IS NULL OR r.finished_at >= :since)
"""
# In the order of an index, and no further than asked for, whatever is chosen of it.
_NEXT = """
    SELECT r.id, r.document_id FROM all_records r
     WHERE (r.flow_id, r.state, r.id) > (:flow, 'done', :after)
       AND (r.flow_id, r.state, r.id) <= (:flow, 'done', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     ORDER BY r.flow_id, r.state, r.id LIMIT :most
"""
_FIRST = UUID(int=0)


def count(tx: OperatorTransaction, chosen: Chosen) -> int:
    """How many there are."""
    row = tx.mapping(
        f"""
        SELECT count(*) AS n FROM all_records r JOIN documents d ON d.id = r.document_id
         WHERE r.flow_id = :flow AND r.state = 'done' AND {_CHOSEN}
        """,  # noqa: S608  constant parts only
        **_values(chosen),
    )
    return 0 if row is None else int(row["n"])


def left_alone(tx: OperatorTransaction, flow_id: UUID) -> Mapping[str, int]:
    """Documents that the target has, and whose newest version is somewhere else, by where that is.

    ``under way``, ``dead``, ``in doubt``, or ``not sent``: it never goes to the target.
    """
    rows = tx.mappings(
        f"""
        SELECT CASE WHEN EXISTS {doubtful("d.id")} THEN 'in doubt'
                    WHEN r.{UNDER_WAY} THEN 'under way'
                    WHEN r.state = 'dead' THEN 'dead' ELSE 'not sent' END AS place, count(*) AS n
          FROM documents d JOIN all_records r ON r.document_id = d.id AND r.version = d.version
         WHERE d.flow_id = :flow AND d.loaded_version IS NOT NULL
           AND NOT (r.state = 'done' AND d.loaded_version = r.version)
         GROUP BY place ORDER BY place
        """,  # noqa: S608  constant parts only
        flow=flow_id,
    )
    return {row["place"]: row["n"] for row in rows}


def page(tx: OperatorTransaction, chosen: Chosen, *, after: UUID | None, most: int) -> tuple[list[Loaded], UUID | None]:
    """The chosen of the next that came to their end, the oldest first; and the last of all these, None at the end."""
    rows = tx.mappings(
        f"""
        WITH next AS MATERIALIZED ({_NEXT})
        SELECT r.id AS record_id, coalesce({_CHOSEN}, false) AS chosen, r.source_key, d.target_key,
               d.loaded_fingerprint AS fingerprint,
               CASE WHEN {_CHOSEN} THEN {payloads.of(payloads.SOURCE)} END AS source,
               CASE WHEN d.loaded_fingerprint IS NULL THEN {payloads.of(payloads.TARGET)} END AS target
          FROM next JOIN all_records r ON r.id = next.id JOIN documents d ON d.id = next.document_id
         ORDER BY r.id
        """,  # noqa: S608  constant parts only
        **_values(chosen),
        after=after or _FIRST,
        most=most,
    )
    loaded = [
        Loaded(**{**row, "source": _bytes(row["source"]), "target": _bytes(row["target"])})
        for row in rows
        if row.pop("chosen")
    ]
    return loaded, rows[-1]["record_id"] if rows else None


def lock(tx: OperatorTransaction, looked_at: Mapping[UUID, str | None]) -> list[Locked]:
    """Lock those of these records that nothing has happened to since they were looked at, with this fingerprint."""
    archive.bring_back_records(tx, list(looked_at))
    rows = tx.mappings(
        f"""
        SELECT {LOCKED}
          FROM unnest(CAST(:ids AS uuid[]), CAST(:prints AS text[])) AS l (id, print)
          JOIN records r ON r.id = l.id JOIN documents d ON d.id = r.document_id
         WHERE r.state = 'done' AND r.version = d.version AND {payloads.is_there(payloads.SOURCE)}
           AND d.loaded_fingerprint IS NOT DISTINCT FROM l.print
         ORDER BY r.id FOR UPDATE OF r
        """,  # noqa: S608  constant parts only
        **_looked_at(looked_at),
    )
    return [as_locked(row) for row in rows]


def need_nothing(tx: OperatorTransaction, looked_at: Mapping[UUID, str | None], version: int) -> int:
    """These documents are as this version of the mapping leaves them; not what was loaded since they were looked at."""
    return tx.run(
        """
        UPDATE documents SET mapping_version = :version
         WHERE id IN (
               SELECT d.id FROM unnest(CAST(:ids AS uuid[]), CAST(:prints AS text[])) AS l (id, print)
                 JOIN all_records r ON r.id = l.id JOIN documents d ON d.id = r.document_id
                WHERE r.state = 'done' AND r.version = d.version AND d.mapping_version < :version
                  AND d.loaded_fingerprint IS NOT DISTINCT FROM l.print
                ORDER BY d.source_key FOR NO KEY UPDATE OF d)
        """,
        **_looked_at(looked_at),
        version=version,
    )


def _bytes(sealed: object) -> bytes | None:
    return bytes(sealed) if isinstance(sealed, (bytes, memoryview)) else None


def _looked_at(looked_at: Mapping[UUID, str | None]) -> dict[str, Sequence[object]]:
    return {"ids": list(looked_at), "prints": list(looked_at.values())}


def _values(chosen: Chosen) -> dict[str, object]:
    return {"flow": chosen.flow_id, "since": chosen.since, "until": chosen.until}
