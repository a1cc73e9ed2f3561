"""Crosswalks as operators fill them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Code:
    """One row: what the source calls something, and what the target calls it."""

    table: str
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that has rows."""

    name: str
    rows: int
    changed_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Changed:
    """When a row was last changed, and who did it, where that was not long ago."""

    at: dt.datetime
    who: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A code that records wait for."""

    table: str
    source: str
    #: what its row says, which is not enough; None where there is no row
    target: str | None
    records: int
    #: the oldest of them
    record_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which rows; an empty field does not choose."""

    table: str | None = None
    #: how their source code begins
    beginning: str = ""
    #: only those behind this table and source code
    after: tuple[str, str] = ("", "")
    #: None: all of them
    most: int | None = None


_CHOSEN = """
    integration_id = :id AND (CAST(:table AS text) IS NULL OR table_name = :table)
    AND starts_with(source_code, :beginning)
"""


def list_(tx: OperatorTransaction, integration_id: UUID, chosen: Chosen | None = None) -> list[Code]:
    """Rows of an integration in the order of their tables and source codes."""
    wanted = chosen or Chosen()
    table, source = wanted.after
    rows = tx.mappings(
        f"""
        SELECT table_name AS "table", source_code AS source, target_code AS target FROM crosswalks
         WHERE {_CHOSEN} AND (table_name, source_code) > (:after_table, :after_source)
         ORDER BY table_name, source_code LIMIT :most
        """,  # noqa: S608  constant parts only
        **_parameters(integration_id, wanted),
        after_table=table,
        after_source=source,
        most=wanted.most,
    )
    return [Code(**row) for row in rows]


def count(tx: OperatorTransaction, integration_id: UUID, chosen: Chosen) -> int:
    """How many rows are chosen, however many are listed at a time."""
    query = f"SELECT count(*) AS n FROM crosswalks WHERE {_CHOSEN}"  # noqa: S608  constant parts only
    row = tx.mapping(query, **_parameters(integration_id, chosen))
    return 0 if row is None else int(row["n"])


def _parameters(integration_id: UUID, chosen: Chosen) -> dict[str, object]:
    return {"id": integration_id, "table": chosen.table, "beginning": chosen.beginning}


_UPSERT = sa.text("""
    INSERT INTO crosswalks (integration_id, table_name, source_code, target_code)
    SELECT :id, * FROM unnest(:tables, :sources, :targets)
    ON CONFLICT (integration_id, table_name, source_code)
    DO UPDATE SET target_code = excluded.target_code, updated_at = now()
     WHERE crosswalks.target_code <> excluded.target_code
    RETURNING xmax = 0 AS created, table_name AS "table", source_code AS source, target_code AS target
""").bindparams(
    *(sa.bindparam(name, type_=ARRAY(sa.Text)) for name in ("tables", "sources", "targets")),
    sa.bindparam("id", type_=sa.Uuid),
)


def put(tx: OperatorTransaction, integration_id: UUID, codes: Sequence[Code]) -> tuple[list[Code], list[Code]]:
    """Add rows and change those that differ; returns both."""
    if not codes:
        return [], []
    found = tx.mappings(
        _UPSERT,
        id=integration_id,
        tables=[code.table for code in codes],
        sources=[code.source for code in codes],
        targets=[code.target for code in codes],
    )
    created: list[Code] = []
    changed: list[Code] = []
    for row in found:
        code = Code(table=row["table"], source=row["source"], target=row["target"])
        (created if row["created"] else changed).append(code)
    return created, changed


def saved(tx: OperatorTransaction, integration_id: UUID, tables: Sequence[str]) -> list[Code]:
    """All rows of these tables."""
    rows = tx.mappings(
        """
        SELECT table_name AS "table", source_code AS source, target_code AS target FROM crosswalks
         WHERE integration_id = :id AND table_name = ANY(CAST(:tables AS text[])) ORDER BY table_name, source_code
        """,
        id=integration_id,
        tables=list(tables),
    )
    return [Code(**row) for row in rows]


def delete_all(tx: OperatorTransaction, integration_id: UUID, codes: Sequence[Code]) -> None:
    """Remove these rows."""
    tx.run(
        """
        DELETE FROM crosswalks x USING unnest(CAST(:tables AS text[]), CAST(:sources AS text[])) AS gone (tab, source)
         WHERE x.integration_id = :id AND x.table_name = gone.tab AND x.source_code = gone.source
        """,
        id=integration_id,
        tables=[code.table for code in codes],
        sources=[code.source for code in codes],
    )


def tables(tx: OperatorTransaction, integration_id: UUID) -> list[Table]:
    """The tables that have rows, by name."""
    rows = tx.mappings(
        """
        SELECT table_name AS name, count(*) AS rows, max(updated_at) AS changed_at FROM crosswalks
         WHERE integration_id = :id GROUP BY table_name ORDER BY table_name
        """,
        id=integration_id,
    )
    return [Table(**row) for row in rows]


# Of the newest events of the table: what was changed longer ago has its date alone.
_CHANGED = """
WITH newest AS MATERIALIZED (
    SELECT e.id, e.actor, e.detail->'codes' AS codes FROM audit_events e
     WHERE e.subject = :subject AND e.name = 'operator.set_codes' ORDER BY e.id DESC LIMIT :events)
SELECT x.source_code AS source, x.updated_at AS at,
       coalesce((SELECT n.actor FROM newest n WHERE n.codes ? x.source_code ORDER BY n.id DESC LIMIT 1), '') AS who
  FROM crosswalks x
 WHERE x.integration_id = :id AND x.table_name = :table AND x.source_code = ANY(CAST(:sources AS text[]))
"""
_EVENTS = 50


def changed(
    tx: OperatorTransaction, integration_id: UUID, table: str, sources: Sequence[str], *, subject: str
) -> Mapping[str, Changed]:
    """When these rows of a table were last changed, and by whom; ``subject`` is how the audit trail calls the table."""
    rows = tx.mappings(_CHANGED, id=integration_id, table=table, sources=list(sources), subject=subject, events=_EVENTS)
    return {row["source"]: Changed(at=row["at"], who=row["who"]) for row in rows}


def waited_for(tx: OperatorTransaction, integration_id: UUID, subjects: Sequence[str]) -> list[str]:
    """What records wait for that is one of these, in whatever letters they spell it."""
    rows = tx.mappings(
        f"""
        SELECT DISTINCT s.subject FROM records r CROSS JOIN unnest(r.waits_for) AS s (subject)
         WHERE r.integration_id = :id AND r.waits_for IS NOT NULL AND r.{UNDER_WAY}
           AND upper(s.subject) IN (SELECT upper(one) FROM unnest(CAST(:subjects AS text[])) AS one)
        """,  # noqa: S608  constant parts only
        id=integration_id,
        subjects=list(subjects),
    )
    return [row["subject"] for row in rows]


def missing(tx: OperatorTransaction, integration_id: UUID, *, most_ids: int = 5) -> list[Missing]:
    """Codes that records wait for, the most wanted first: without a row, or with one that was not enough for them."""
    rows = tx.mappings(
        f"""
        SELECT split_part(subject, ':', 2) AS "table",
               substr(subject, length('crosswalk:' || split_part(subject, ':', 2) || ':') + 1) AS source,
               max(c.target_code) AS target, count(*) AS records,
               (array_agg(waiting.id ORDER BY waiting.id))[1:CAST(:most AS int)] AS record_ids
          FROM (SELECT r.id, r.updated_at, unnest(r.waits_for) AS subject FROM records r
                 WHERE r.integration_id = :id AND r.waits_for IS NOT NULL AND r.hold = 'park'
                   AND r.{UNDER_WAY}) waiting
          LEFT JOIN crosswalks c
            ON c.integration_id = :id AND 'crosswalk:' || c.table_name || ':' || c.source_code = subject
         WHERE subject LIKE 'crosswalk:%' AND (c.table_name IS NULL OR c.updated_at < waiting.updated_at)
         GROUP BY subject ORDER BY records DESC, subject
        """,  # noqa: S608  constant parts only
        id=integration_id,
        most=most_ids,
    )
    return [Missing(**row) for row in rows]
