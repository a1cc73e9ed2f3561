"""Which database the ledger lives in, so that one that was restored or moved is not taken for the one that worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.store.audit import trail
from connector.store.postgres.engine import open_single, translating_database_errors
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from typing import Any

SUBJECT = "db:home"
_ACTOR = "upgrade"

# A backup tells where it was made: restored into a new database, or on another server, it finds itself elsewhere.
_HERE = sa.text("""
SELECT CAST(d.oid AS text) AS database, CAST(s.system_identifier AS text) AS server, now() AS now
FROM pg_database d CROSS JOIN pg_control_system() s WHERE d.datname = current_database()
""")
_TOLD = sa.text("SELECT detail FROM audit_events WHERE subject = :subject ORDER BY id DESC LIMIT 1")


def settle(database_url: str) -> None:
    """Write down where a ledger lives when nothing says so; raises ConfigurationError for one that lives elsewhere."""
    with translating_database_errors(), open_single(database_url).begin() as connection:
        tx = Transaction(connection)
        row = tx.row(_TOLD, subject=SUBJECT)
        if row is None:
            move_in(tx, actor=_ACTOR)
        elif row.detail != _here(tx.row(_HERE)):
            raise ConfigurationError(
                "This ledger was restored from a backup, or moved to another database, and may know less than the "
                "systems it writes to: run `ml-connector db restored` before anything is started."
            )


def move_in(tx: Transaction, *, actor: str) -> None:
    """From now on the ledger lives here."""
    row = tx.row(_HERE)
    if row is not None:
        trail.append(tx, trail.event(SUBJECT, "db.settled", actor=actor, at=row.now, detail=_here(row)))


def _here(row: sa.Row[Any] | None) -> dict[str, str]:
    return {} if row is None else {"database": row.database, "server": row.server}
