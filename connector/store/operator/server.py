"""The database server and the processes that work on it, as an operator asks about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.postgres.months import ATTEMPTS, PAYLOADS

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class About:
    """The Postgres server."""

    version: str
    version_number: int
    #: of the ledger's database, as a person reads it
    size: str
    standby: bool
    now: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Role:
    """What the product logs in as."""

    name: str
    superuser: bool
    #: whether it may change what it has written into the audit trail, or switch off what refuses it
    rules_the_trail: bool


@dataclass(frozen=True, kw_only=True)
class Process:
    """A worker or beat that gave a sign of life."""

    kind: str
    host: str
    pid: int
    heartbeat_at: dt.datetime
    #: what it takes from, and whether it is in the middle of something
    queues: list[str]
    busy: bool


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits for a person."""

    dead: int
    parked: int


def about(tx: OperatorTransaction) -> About:
    """Version, size, role and clock."""
    row = tx.mapping(
        """
        SELECT current_setting('server_version') AS version,
               CAST(current_setting('server_version_num') AS int) AS version_number,
               pg_size_pretty(pg_database_size(current_database())) AS size,
               pg_is_in_recovery() AS standby, clock_timestamp() AS now
        """
    )
    return About(**(row or {}))


def role(tx: OperatorTransaction) -> Role:
    """Who we are, and whether we can do more than the work needs."""
    row = tx.mapping(
        """
        SELECT CAST(current_user AS text) AS name,
               (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
               has_table_privilege('audit_events', 'UPDATE, DELETE, TRUNCATE, TRIGGER')
               OR has_table_privilege('audit_seals', 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS rules_the_trail
        """
    )
    return Role(**(row or {}))


def alive(tx: OperatorTransaction, *, within: dt.timedelta) -> list[Process]:
    """Processes whose last sign of life is no older than ``within``."""
    rows = tx.mappings(
        """
        SELECT kind, host, pid, heartbeat_at, coalesce(queues, '{}') AS queues, busy_with IS NOT NULL AS busy
          FROM workers WHERE heartbeat_at > clock_timestamp() - :within
         ORDER BY kind, host, pid
        """,
        within=within,
    )
    return [Process(**row) for row in rows]


def migration(tx: OperatorTransaction) -> str:
    """The last migration of the ledger."""
    row = tx.mapping("SELECT version_num FROM alembic_version")
    return "" if row is None else str(row["version_num"])


def oldest_document(tx: OperatorTransaction) -> dt.datetime | None:
    """When the oldest document there is was read; None where there is none."""
    row = tx.mapping("SELECT created_at FROM all_records ORDER BY id LIMIT 1")
    return None if row is None else row["created_at"]


def outside_of_months(tx: OperatorTransaction) -> list[str]:
    """Tables of which some rows lie in no month's partition."""
    asked = " UNION ALL ".join(
        f"SELECT '{one.table}' AS name WHERE EXISTS (SELECT FROM {one.default})"  # noqa: S608  constant parts only
        for one in (ATTEMPTS, PAYLOADS)
    )
    return [row["name"] for row in tx.mappings(asked)]


def waiting(tx: OperatorTransaction) -> Waiting:
    """Open dead letters, and records that wait for a crosswalk row."""
    row = tx.mapping(
        """
        SELECT (SELECT count(*) FROM dead_letters WHERE resolved_at IS NULL) AS dead,
               (SELECT count(*) FROM records WHERE hold = 'park' AND waits_for IS NOT NULL) AS parked
        """
    )
    return Waiting(**(row or {}))
