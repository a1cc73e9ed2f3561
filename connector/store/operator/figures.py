"""The ledger in numbers, for machines that ask every few seconds: what is under way, never what has been.

Each statement looks at a bounded number of rows, however long the ledger has worked and however much waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.record import UNDER_WAY as STATES
from connector.domain.record import Hold
from connector.store.operator.audit import VERIFIED, VERIFYING
from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.transaction import OperatorTransaction

#: of each flow and state nobody needs to know more exactly
MOST = 10_000
#: records of a flow among which those in doubt are looked for, and those that wait for codes
MOST_LOOKED_INTO = 1000
#: flows and connections that are told; the first by name
MOST_NAMED = 1000

_FLOWS = f"""
(SELECT f.id, i.name AS integration, f.name AS flow, f.enabled
   FROM flows f JOIN integrations i ON i.id = f.integration_id WHERE i.removed_at IS NULL
  ORDER BY i.name, f.name LIMIT {MOST_NAMED})
"""  # noqa: S608  constant parts only
_COUNTED = """
SELECT f.integration, f.flow, words.word, counted.number FROM {flows} f
 CROSS JOIN unnest(CAST(:words AS text[])) AS words (word)
 CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
       SELECT FROM records r WHERE r.flow_id = f.id AND {which} LIMIT :most) these) counted
 WHERE counted.number > 0 OR f.enabled
"""
_UNDER_WAY = _COUNTED.format(flows=_FLOWS, which=f"r.state = words.word AND r.{UNDER_WAY}")
_HELD = _COUNTED.format(flows=_FLOWS, which="r.hold = words.word AND r.hold IS NOT NULL")
# The states are tried one by one: in each, what is due first stands first in the index.
_OLDEST = f"""
SELECT f.integration, f.flow, coalesce(max(extract(epoch FROM now() - oldest.due_at)), 0) AS number
  FROM {_FLOWS} f CROSS JOIN unnest(CAST(:words AS text[])) AS words (word)
  LEFT JOIN LATERAL (
       SELECT r.due_at FROM records r
        WHERE r.flow_id = f.id AND r.state = words.word AND r.{UNDER_WAY} AND r.due_at <= now()
        ORDER BY r.due_at LIMIT 1) oldest ON true
 WHERE f.enabled GROUP BY 1, 2
"""  # noqa: S608  constant parts only
_IN_DOUBT = f"""
SELECT f.integration, f.flow, counted.number FROM {_FLOWS} f
 CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
       SELECT r.id FROM records r
        WHERE r.flow_id = f.id AND r.state = 'mapped' AND r.hold = 'retry' ORDER BY r.id LIMIT :most) these
        WHERE EXISTS (SELECT FROM attempts a
                       WHERE a.record_id = these.id AND (a.answer IS NULL OR a.answer = 'unknown'))) counted
 WHERE counted.number > 0 OR f.enabled
"""  # noqa: S608  constant parts only
_MISSING = f"""
SELECT f.integration, f.flow, counted.number FROM {_FLOWS} f
 CROSS JOIN LATERAL (SELECT count(DISTINCT subject) AS number FROM (
       SELECT r.waits_for FROM records r
        WHERE r.flow_id = f.id AND r.hold = 'park' AND r.state = 'extracted' ORDER BY r.id LIMIT :most) these
       CROSS JOIN unnest(these.waits_for) AS subject) counted
 WHERE counted.number > 0 OR f.enabled
"""  # noqa: S608  constant parts only
_DEAD = f"""
SELECT f.integration, f.flow, letters.code, count(*) AS number FROM {_FLOWS} f
 CROSS JOIN LATERAL (
       SELECT d.code FROM dead_letters d WHERE d.flow_id = f.id AND d.resolved_at IS NULL LIMIT :most) letters
 GROUP BY 1, 2, 3
"""  # noqa: S608  constant parts only
_READ = f"""
SELECT f.integration, f.flow, CAST(f.enabled AS integer) AS enabled, extract(epoch FROM newest.finished_at) AS read_at
  FROM {_FLOWS} f
  LEFT JOIN LATERAL (
       SELECT r.finished_at FROM runs r
        WHERE r.flow_id = f.id AND r.status = 'done' AND r.only_key IS NULL
        ORDER BY r.finished_at DESC NULLS LAST LIMIT 1) newest ON true
"""  # noqa: S608  constant parts only
_CONNECTIONS = f"""
SELECT c.name AS connection, c.system, c.failures, c.pace,
       CAST(c.stopped_why IS NOT NULL OR c.stopped_by <> '' AS integer) AS stopped,
       greatest(coalesce(extract(epoch FROM c.paused_until - now()), 0), 0) AS paused,
       extract(epoch FROM t.expires_at) AS token
  FROM connections c LEFT JOIN tokens t ON t.connection_id = c.id
 WHERE c.removed_at IS NULL ORDER BY c.name LIMIT {MOST_NAMED}
"""  # noqa: S608  constant parts only
_ALERTS = "SELECT name AS alert, count(*) AS number FROM alerts GROUP BY 1"
_PROCESSES = """
SELECT kind.kind, count(w.id) AS number FROM unnest(ARRAY['worker', 'beat']) AS kind (kind)
  LEFT JOIN workers w ON w.kind = kind.kind AND w.heartbeat_at > now() - CAST(:within AS interval) GROUP BY 1
"""
_VERIFIED = """
SELECT extract(epoch FROM at) AS at, CAST(detail ->> 'findings' AS integer) AS findings FROM audit_events
 WHERE subject = :subject AND name = :name ORDER BY id DESC LIMIT 1
"""
_SERVER = """
SELECT pg_database_size(current_database()) AS size, (SELECT count(*) FROM pg_stat_activity
        WHERE backend_type = 'client backend') AS connections,
       CAST(current_setting('max_connections') AS integer)
       - CAST(current_setting('superuser_reserved_connections') AS integer)
       - CAST(coalesce(current_setting('reserved_connections', true), '0') AS integer) AS most
"""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Server:
    """What the database takes of its server."""

    #: bytes on its disk
    size: int
    #: connections there are, and those it takes of users that are no superusers
    connections: int
    most: int


def under_way(tx: OperatorTransaction) -> Rows:
    """``integration, flow, word, number``: records by state."""
    return tx.mappings(_UNDER_WAY, words=[state.value for state in STATES], most=MOST)


def held(tx: OperatorTransaction) -> Rows:
    """``integration, flow, word, number``: records by what holds them."""
    return tx.mappings(_HELD, words=[hold.value for hold in Hold], most=MOST)


def oldest_due(tx: OperatorTransaction) -> Rows:
    """``integration, flow, number``: seconds."""
    return tx.mappings(_OLDEST, words=[state.value for state in STATES])


def in_doubt(tx: OperatorTransaction) -> Rows:
    """``integration, flow, number``: records whose last write has no answer."""
    return tx.mappings(_IN_DOUBT, most=MOST_LOOKED_INTO)


def missing_codes(tx: OperatorTransaction) -> Rows:
    """``integration, flow, number``: codes, each once."""
    return tx.mappings(_MISSING, most=MOST_LOOKED_INTO)


def dead_letters(tx: OperatorTransaction) -> Rows:
    """``integration, flow, code, number``: open ones."""
    return tx.mappings(_DEAD, most=MOST)


def flows(tx: OperatorTransaction) -> Rows:
    """``integration, flow, enabled, read_at``: the last may be None."""
    return tx.mappings(_READ)


def connections(tx: OperatorTransaction) -> Rows:
    """``connection, system, stopped, paused, failures, pace, token``: the last two may be None."""
    return tx.mappings(_CONNECTIONS)


def alerts(tx: OperatorTransaction) -> Rows:
    """``alert, number``: those that stand."""
    return tx.mappings(_ALERTS)


def processes(tx: OperatorTransaction, within: dt.timedelta) -> Rows:
    """``kind, number``: those with a sign of life within this time."""
    return tx.mappings(_PROCESSES, within=within)


def verified(tx: OperatorTransaction) -> dict[str, Any] | None:
    """``at, findings`` of the last look at the audit trail; None when there was none."""
    return tx.mapping(_VERIFIED, subject=VERIFYING, name=VERIFIED)


def server(tx: OperatorTransaction) -> Server:
    """Size and connections."""
    return Server(**(tx.mapping(_SERVER) or {}))
