"""Turns the ledger's clock forward: every delay is a time in a row, so nobody has to sit it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# Rows that somebody holds are left alone: they are being changed at this moment.
# One by one, so that Postgres plans each of them once.
_DUE = (
    """UPDATE records SET due_at = now() WHERE id IN (
    SELECT id FROM records WHERE state IN ('extracted', 'mapped', 'loaded') AND due_at > now() AND lease_owner IS NULL
    AND hold IN ('retry', 'connection', 'source') FOR UPDATE SKIP LOCKED)""",
    """UPDATE runs SET due_at = now() WHERE id IN (
    SELECT id FROM runs WHERE status = 'queued' AND only_key IS NULL AND due_at > now() FOR UPDATE SKIP LOCKED)""",
    """UPDATE connections SET paused_until = now() WHERE id IN (
    SELECT id FROM connections WHERE paused_until > now() FOR UPDATE SKIP LOCKED)""",
    """UPDATE attempts SET sent_at = sent_at - interval '1 hour', asked_at = asked_at - interval '1 hour' WHERE id IN (
    SELECT id FROM attempts WHERE (answered_at IS NULL OR answer = 'unknown')
    AND coalesce(asked_at, sent_at) > now() - interval '1 hour' FOR UPDATE SKIP LOCKED)""",
)
_SENT_LONG_AGO = """
UPDATE {table} SET queued_until = NULL WHERE id IN (
    SELECT id FROM {table} WHERE queued_until > now() AND queued_until < now() + interval '26 seconds'
    FOR UPDATE SKIP LOCKED)
"""
# Its worker has spoken since, and works on something else.
_FORGOTTEN = """
UPDATE {table} SET leased_at = leased_at - interval '1 hour' WHERE id IN (
    SELECT r.id FROM {table} r JOIN workers w ON w.id = r.lease_owner
    WHERE w.heartbeat_at > r.leased_at + interval '1 second' AND NOT r.id = ANY(w.busy_with_all)
    FOR UPDATE OF r SKIP LOCKED)
"""
_LIVING = "SELECT pid FROM workers WHERE heartbeat_at > now() - interval '1 minute'"
_SILENT = "UPDATE workers SET heartbeat_at = heartbeat_at - interval '1 hour' WHERE pid = ANY(%s)"
_TABLES = ("records", "runs")


def forward(ledger: psycopg.Connection[Any]) -> bool:
    """What waits for a time is due: retries, pauses, questions, lost messages. Whether something is left over, too.

    A dead process has been silent for an hour, and so old is a claim that its worker forgot.
    """
    for statement in _DUE:
        ledger.execute(statement)
    for table in _TABLES:
        ledger.execute(_SENT_LONG_AGO.format(table=table))
    forgotten = [ledger.execute(_FORGOTTEN.format(table=table)).rowcount for table in _TABLES]
    gone = [row.pid for row in ledger.execute(_LIVING) if not Path(f"/proc/{row.pid}").exists()]
    if gone:
        ledger.execute(_SILENT, [gone])
    return any(forgotten) or bool(gone)
