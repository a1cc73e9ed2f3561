"""Connections as operators keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connector.domain import canonical
from connector.domain.errors import UnknownName
from connector.store.connection import pacing
from connector.store.connection.state import NEW_CREDENTIALS_SEEN, LedgerConnections
from connector.store.postgres.text import storable
from connector.store.schema.conditions import SOURCE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connection without its secrets."""

    #: what is worked out of it and told with it
    TOLD: ClassVar = ("status", "why")

    id: UUID
    name: str
    system: str
    config: Mapping[str, Any]
    overrides: Mapping[str, Any]
    stopped_why: str | None
    #: the person who stopped it; empty when it stopped by itself
    stopped_by: str
    paused_until: dt.datetime | None
    paused_why: str | None
    failures: int
    #: steps a second since its system said 429, what it said, and when; None when there is no limit
    pace: float | None
    pace_why: str | None
    paced_at: dt.datetime | None
    #: what the last ping found wrong
    ping_why: str | None
    #: when that was; None when it was not pinged since it was changed
    pinged_at: dt.datetime | None
    #: since when it waits to be accepted; None when it is
    offered_at: dt.datetime | None
    #: whose it is, as its system says
    profile: Mapping[str, str] | None
    created_at: dt.datetime
    updated_at: dt.datetime
    #: integrations that use it
    used_by: list[str]

    @property
    def status(self) -> str:
        """ok, offered, ping failed, slowed, paused or stopped."""
        if self.offered_at:
            return "offered"
        if self.stopped_why:
            return "stopped"
        if self.paused_until:
            return "paused"
        if self.pace:
            return "slowed"
        return "ping failed" if self.ping_why else "ok"

    @property
    def why(self) -> str | None:
        """Why it is not ok."""
        if self.offered_at:
            return (
                "it connected itself in the App Center and nobody has accepted it; "
                f"`ml-connector connection accept {self.name}`, or `ml-connector connection remove {self.name}`"
            )
        slowed = self.pace and pacing.WHY.format(pace=self.pace, why=self.pace_why)
        return self.stopped_why or self.paused_why or slowed or self.ping_why


_SELECT = """
    SELECT c.id, c.name, c.system, c.config, c.overrides, c.stopped_why, c.stopped_by,
           CASE WHEN c.paused_until > now() THEN c.paused_until END AS paused_until,
           CASE WHEN c.paused_until > now() THEN c.paused_why END AS paused_why,
           c.failures, c.pace, c.pace_why, c.paced_at, c.ping_why, c.pinged_at, c.offered_at, c.profile,
           c.created_at, c.updated_at,
           ARRAY(SELECT i.name FROM integrations i
                  WHERE c.id IN (i.source_connection_id, i.target_connection_id) AND i.removed_at IS NULL
                  ORDER BY i.name) AS used_by
      FROM connections c
"""


_READING = f"SELECT f.id FROM flows f JOIN integrations i ON i.id = f.integration_id WHERE {SOURCE} = :id"  # noqa: S608  constant parts only
_BEGIN_AGAIN = f"""
    UPDATE runs SET position = NULL, status = CASE WHEN listed_at IS NULL THEN status ELSE 'queued' END,
           listed_at = NULL, reached = NULL, error = '', warning = ''
     WHERE status IN ('queued', 'running') AND flow_id IN ({_READING})
"""  # noqa: S608  constant parts only
_FORGET_PIECES = f"DELETE FROM pieces WHERE flow_id IN ({_READING})"  # noqa: S608  constant parts only
_FORGET_CURSORS = f"UPDATE flows SET cursor = NULL WHERE id IN ({_READING})"  # noqa: S608  constant parts only


def list_(tx: OperatorTransaction) -> list[Connection]:
    """All of them, by name."""
    return [Connection(**row) for row in tx.mappings(f"{_SELECT} WHERE c.removed_at IS NULL ORDER BY c.name")]


def find(tx: OperatorTransaction, name: str) -> Connection | None:
    """The connection of this name, locked against others who change it; None when there is none."""
    row = tx.mapping(f"{_SELECT} WHERE c.name = :name AND c.removed_at IS NULL FOR UPDATE OF c", name=name)
    return None if row is None else Connection(**row)


def by_id(tx: OperatorTransaction, connection_id: UUID, *, lock: bool = False) -> Connection | None:
    """The connection with this id, whatever it is called by now."""
    row = tx.mapping(f"{_SELECT} WHERE c.id = :id{' FOR UPDATE OF c' if lock else ''}", id=connection_id)
    return None if row is None else Connection(**row)


def named(tx: OperatorTransaction, name: str) -> Connection:
    """The connection of this name; raises UnknownName."""
    found = find(tx, name)
    if found is None:
        known = [row["name"] for row in tx.mappings("SELECT name FROM connections WHERE removed_at IS NULL")]
        raise UnknownName.among("connection", name, known)
    return found


def has_token(tx: OperatorTransaction, connection_id: UUID) -> bool:
    """Whether it has logged in and keeps what it was given."""
    return tx.mapping("SELECT FROM tokens WHERE connection_id = :id", id=connection_id) is not None


def insert(
    tx: OperatorTransaction,
    *,
    connection_id: UUID,
    name: str,
    system: str,
    config: Mapping[str, Any],
    overrides: Mapping[str, Any],
) -> bool:
    """Add a connection; False when its name is taken, by somebody at this very moment even.

    Its secrets are sealed next, together with its row.
    """
    written = tx.run(
        """
        INSERT INTO connections (id, name, system, config, overrides, secrets)
        VALUES (:id, :name, :system, CAST(:config AS jsonb), CAST(:overrides AS jsonb), '')
        ON CONFLICT (name) DO NOTHING
        """,
        id=connection_id,
        name=name,
        system=system,
        config=canonical.dumps(config).decode(),
        overrides=canonical.dumps(overrides).decode(),
    )
    return written > 0


def replace(
    tx: OperatorTransaction,
    connection: Connection,
    *,
    config: Mapping[str, Any],
    overrides: Mapping[str, Any],
    keeps_token: bool = False,
) -> None:
    """Change a connection: what stopped it is presumed repaired, and unless it keeps its token that is forgotten.

    With the token goes what was found out about the system it was for: how fast it may be asked, and whose it is. The
    secrets are sealed next, together with the row.
    """
    tx.run(
        """
        UPDATE connections SET config = CAST(:config AS jsonb), overrides = CAST(:overrides AS jsonb),
               ping_why = NULL, pinged_at = NULL, ping_report = NULL, updated_at = clock_timestamp()
         WHERE id = :id
        """,
        id=connection.id,
        config=canonical.dumps(config).decode(),
        overrides=canonical.dumps(overrides).decode(),
    )
    if not keeps_token:
        tx.run("DELETE FROM tokens WHERE connection_id = :id", id=connection.id)
        tx.run(
            "UPDATE connections SET pace = NULL, pace_why = NULL, paced_at = NULL, profile = NULL WHERE id = :id",
            id=connection.id,
        )
    LedgerConnections(tx).resume(connection.name, after=NEW_CREDENTIALS_SEEN)


def has_documents(tx: OperatorTransaction, connection_id: UUID) -> bool:
    """Whether a flow that reads from it, or writes to it, has read anything yet."""
    found = tx.mapping(
        """
        SELECT FROM integrations i
         WHERE :id IN (i.source_connection_id, i.target_connection_id)
           AND EXISTS (SELECT FROM flows f WHERE f.integration_id = i.id
                          AND EXISTS (SELECT FROM documents d WHERE d.flow_id = f.id))
         LIMIT 1
        """,
        id=connection_id,
    )
    return found is not None


def read_from_the_start(tx: OperatorTransaction, connection_id: UUID, *, cursors: bool) -> None:
    """Have open runs of the flows that read from it list anew; with ``cursors`` read everything, as at first."""
    tx.run(_BEGIN_AGAIN, id=connection_id)
    tx.run(_FORGET_PIECES, id=connection_id)
    if cursors:
        tx.run(_FORGET_CURSORS, id=connection_id)


def connected(tx: OperatorTransaction, name: str, profile: Mapping[str, str], *, offered: bool = False) -> None:
    """Remember whose a connection is, and whether somebody has to accept it first."""
    tx.run(
        """
        UPDATE connections SET profile = CAST(:profile AS jsonb),
               offered_at = CASE WHEN :offered THEN clock_timestamp() ELSE offered_at END
         WHERE name = :name
        """,
        name=name,
        profile=canonical.dumps({key: storable(value) for key, value in profile.items()}).decode(),
        offered=offered,
    )


def accept(tx: OperatorTransaction, name: str, new_name: str) -> None:
    """Let a connection that connected itself be used, under this name."""
    tx.run(
        "UPDATE connections SET offered_at = NULL, name = :new, updated_at = clock_timestamp() WHERE name = :name",
        name=name,
        new=new_name,
    )


def pinged(tx: OperatorTransaction, name: str, why: str, report: Mapping[str, Any] | None = None) -> None:
    """Remember what a ping found, and what of it was wrong; empty when nothing was."""
    tx.run(
        """
        UPDATE connections SET ping_why = nullif(:why, ''), pinged_at = clock_timestamp(),
               ping_report = CAST(:report AS jsonb)
         WHERE name = :name
        """,
        name=name,
        why=storable(why),
        report=None if report is None else storable(canonical.dumps(report).decode()),
    )


def ping_report(tx: OperatorTransaction, name: str) -> Mapping[str, Any] | None:
    """What its last ping found; None when there was none since it was changed, or it was not let in."""
    row = tx.mapping("SELECT ping_report FROM connections WHERE name = :name AND removed_at IS NULL", name=name)
    return row["ping_report"] if row else None


def release(tx: OperatorTransaction, name: str) -> int:
    """Let everybody use the connection again; returns how many records that had waited for it are due now."""
    return LedgerConnections(tx).resume(name)


def stop(tx: OperatorTransaction, name: str, *, who: str, why: str) -> None:
    """Let nothing use the connection until somebody resumes it."""
    tx.run(
        "UPDATE connections SET stopped_why = :why, stopped_by = :who WHERE name = :name", name=name, who=who, why=why
    )


def resume(tx: OperatorTransaction, name: str) -> int:
    """Take back ``stop``; returns how many records that had waited are due now."""
    tx.run("UPDATE connections SET stopped_by = '' WHERE name = :name", name=name)
    return release(tx, name)


def delete(tx: OperatorTransaction, connection_id: UUID) -> None:
    """Remove a connection that no integration uses, with its token."""
    tx.run("DELETE FROM connections WHERE id = :id", id=connection_id)
