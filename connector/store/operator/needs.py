"""What needs a person, counted by cause: of each cause no more is looked at than ``MOST``, however much there was."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: of each cause; what is more is not counted
MOST = 10_000

_FLOWS = "flows f JOIN integrations i ON i.id = f.integration_id"
_NAME = "i.name || '/' || f.name"
_COUNTED = """coalesce(s.currency, '') AS currency, count(*) AS documents, sum(s.amount) AS amount,
       min({since}) AS since, (array_agg({example} ORDER BY {since} DESC))[1] AS example,
       count(*) FILTER (WHERE {since} >= now() - interval '1 day') AS recent,
       count(*) FILTER (WHERE {since} < now() - interval '1 day' AND {since} >= now() - interval '2 days') AS before"""

# The codes one after the other by their index, so that one of which there are many hides none.
_DEAD = f"""
WITH RECURSIVE causes AS (
    SELECT f.id AS flow_id, (SELECT l.code FROM dead_letters l WHERE l.flow_id = f.id AND l.resolved_at IS NULL
                              ORDER BY l.code LIMIT 1) AS code
      FROM flows f
    UNION ALL
    SELECT c.flow_id, (SELECT l.code FROM dead_letters l
                        WHERE l.flow_id = c.flow_id AND l.resolved_at IS NULL AND l.code > c.code
                        ORDER BY l.code LIMIT 1)
      FROM causes c WHERE c.code IS NOT NULL
)
SELECT {_NAME} AS about, c.code, '' AS said, {_COUNTED.format(since="l.created_at", example="l.id")}
  FROM causes c JOIN {_FLOWS} ON f.id = c.flow_id
  CROSS JOIN LATERAL (
       SELECT l.id, l.created_at, l.record_id FROM dead_letters l
        WHERE l.flow_id = c.flow_id AND l.code = c.code AND l.resolved_at IS NULL LIMIT :most) l
  LEFT JOIN summaries s ON s.record_id = l.record_id
 WHERE c.code IS NOT NULL GROUP BY 1, 2, s.currency
"""  # noqa: S608  constant parts only
_CODES = f"""
SELECT i.name AS about, w.subject AS code, coalesce(max(k.target_code), '') AS said,
       {_COUNTED.format(since="w.waiting_since", example="w.id")}
  FROM {_FLOWS}
  CROSS JOIN LATERAL (
       SELECT r.id, r.updated_at, r.waiting_since, unnest(r.waits_for) AS subject FROM (
              SELECT r.id, r.updated_at, r.waiting_since, r.waits_for FROM records r
               WHERE r.hold = 'park' AND r.flow_id = f.id AND r.waits_for IS NOT NULL AND r.{UNDER_WAY}
               LIMIT :most) r) w
  LEFT JOIN crosswalks k
    ON k.integration_id = i.id AND 'crosswalk:' || k.table_name || ':' || k.source_code = w.subject
  LEFT JOIN summaries s ON s.record_id = w.id
 WHERE w.subject LIKE 'crosswalk:%' AND (k.table_name IS NULL OR k.updated_at < w.updated_at)
 GROUP BY 1, 2, s.currency
"""  # noqa: S608  constant parts only
_STOPPED = f"""
SELECT c.name AS about, '' AS code, '' AS said, {_COUNTED.format(since="r.updated_at", example="r.id")}
  FROM connections c
  JOIN integrations i ON c.id IN (i.source_connection_id, i.target_connection_id)
  JOIN flows f ON f.integration_id = i.id
  CROSS JOIN LATERAL (
       SELECT r.id, r.updated_at FROM records r
        WHERE r.hold = 'connection' AND r.flow_id = f.id AND r.{UNDER_WAY} LIMIT :most) r
  LEFT JOIN summaries s ON s.record_id = r.id
 WHERE c.stopped_why IS NOT NULL GROUP BY 1, s.currency
"""  # noqa: S608  constant parts only
_REJECTED = f"""
SELECT {_NAME} AS about, '' AS code, (array_agg(r.why ORDER BY r.finished_at DESC))[1] AS said,
       {_COUNTED.format(since="r.finished_at", example="r.id")}
  FROM (SELECT r.id, r.flow_id, r.why, r.finished_at FROM records r
         WHERE r.state = 'rejected' AND r.finished_at >= :moment
         ORDER BY r.finished_at DESC LIMIT :most) r
  JOIN {_FLOWS} ON f.id = r.flow_id
  LEFT JOIN summaries s ON s.record_id = r.id
 GROUP BY 1, s.currency
"""  # noqa: S608  constant parts only
_GATES = f"""
SELECT {_NAME} AS about, '' AS code, (array_agg(r.gate ORDER BY r.begun_at DESC))[1] AS said,
       {_COUNTED.format(since="r.begun_at", example="r.id")}
  FROM {_FLOWS}
  CROSS JOIN LATERAL (
       SELECT r.id, r.begun_at, r.gate FROM records r
        WHERE r.flow_id = f.id AND r.hold = 'gate' AND r.{UNDER_WAY} AND r.begun_at < :moment
        ORDER BY r.begun_at LIMIT :most) r
  LEFT JOIN summaries s ON s.record_id = r.id
 GROUP BY 1, s.currency
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Group:
    """Documents of one cause and one currency."""

    #: a flow by its full name, an integration, a connection
    about: str
    #: a reason, or the subject of a missing code
    code: str
    #: the newest of their sentences; of a missing code what its row says, which is not enough
    said: str
    #: empty of those without an amount
    currency: str
    documents: int
    amount: Decimal | None
    since: dt.datetime
    #: the newest letter, else record
    example: UUID
    #: of the last 24 hours, and of the 24 before
    recent: int
    before: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Groups together: documents, what they are worth by currency as far as that is known, and since when."""

    number: int
    money: Mapping[str, Decimal]
    since: dt.datetime | None
    #: how many of them came in the last 24 hours, and how many in the 24 before
    recent: int = 0
    before: int = 0

    @property
    def or_more(self) -> bool:
        """Whether there may be more, which nobody counted."""
        return self.number >= MOST


def by_cause(
    groups: Iterable[Group], what: Callable[[Group], str] = attrgetter("code")
) -> dict[tuple[str, str], list[Group]]:
    """The groups of each cause, the newest of it first, in whatever currency."""
    causes: dict[tuple[str, str], list[Group]] = {}
    for group in sorted(groups, key=attrgetter("example"), reverse=True):
        causes.setdefault((group.about, what(group)), []).append(group)
    return dict(sorted(causes.items()))


def figures(groups: Iterable[Group]) -> Figures:
    """What they come to together."""
    number = recent = before = 0
    since: dt.datetime | None = None
    money: dict[str, Decimal] = {}
    for group in groups:
        number, recent, before = number + group.documents, recent + group.recent, before + group.before
        since = group.since if since is None else min(since, group.since)
        if group.currency and group.amount is not None:
            money[group.currency] = money.get(group.currency, Decimal(0)) + group.amount
    return Figures(number=number, money=money, since=since, recent=recent, before=before)


def dead(tx: OperatorTransaction) -> list[Group]:
    """Open dead letters by flow and reason."""
    return _groups(tx, _DEAD)


def codes(tx: OperatorTransaction) -> list[Group]:
    """Codes that records wait for, by integration; a record that waits for two is in two."""
    return _groups(tx, _CODES)


def stopped(tx: OperatorTransaction) -> list[Group]:
    """Records that wait for connections that have stopped."""
    return _groups(tx, _STOPPED)


def rejected(tx: OperatorTransaction, since: dt.datetime) -> list[Group]:
    """Records that were rejected since then, by flow."""
    return _groups(tx, _REJECTED, moment=since)


def gates(tx: OperatorTransaction, before: dt.datetime) -> list[Group]:
    """Records that wait at a gate, and whose journey began before this moment, by flow."""
    return _groups(tx, _GATES, moment=before)


def _groups(tx: OperatorTransaction, statement: str, **values: object) -> list[Group]:
    return [Group(**row) for row in tx.mappings(statement, most=MOST, **values)]
