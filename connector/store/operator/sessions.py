"""Browsers that are signed in. A browser keeps ``<id>.<secret>``; the ledger keeps a keyed digest of it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.store.binding.account_binding import SESSION, Bonds
from connector.store.operator import accounts
from connector.store.operator.bindings import vault_of
from connector.store.postgres.text import storable

if TYPE_CHECKING:
    from connector.store.operator.transaction import OperatorTransaction

#: a session ends so long after the sign-in, or after nobody used it for so long
LASTS = dt.timedelta(days=7)
IDLE = dt.timedelta(hours=12)
#: how exactly is known when it was last used
_GLANCE = dt.timedelta(minutes=1)
_SECRET_BYTES = 32
_LONGEST = 200

_FIND = """
SELECT s.id, s.operator_id, s.session_digest, s.must_choose, s.seen_at,
       o.name, o.role, o.password, o.revoked_at, o.bound, o.issuer, o.subject
  FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
 WHERE s.id = :id AND o.revoked_at IS NULL AND s.ends_at > now() AND s.seen_at > now() - CAST(:idle AS interval)
"""
_LIST = """
SELECT s.id, o.name, s.address, s.browser, s.created_at, s.seen_at, s.ends_at
  FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
 WHERE s.ends_at > now() AND s.seen_at > now() - CAST(:idle AS interval)
   AND (CAST(:name AS text) IS NULL OR o.name = :name) ORDER BY s.seen_at DESC LIMIT 200
"""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that is signed in, and whose it is."""

    id: UUID
    operator_id: UUID
    name: str
    role: Role
    #: nothing is shown before they have chosen a password
    must_choose: bool


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session as people see it."""

    id: UUID
    name: str
    address: str
    browser: str
    created_at: dt.datetime
    seen_at: dt.datetime
    ends_at: dt.datetime


def begin(
    tx: OperatorTransaction,
    operator_id: UUID,
    *,
    must_choose: bool,
    address: str,
    browser: str,
    lasts: dt.timedelta = LASTS,
) -> str:
    """Sign a browser in, for so long; returns what it keeps."""
    session, secret = new_id(), secrets.token_urlsafe(_SECRET_BYTES)
    tx.run(
        """
        INSERT INTO operator_sessions (id, operator_id, session_digest, must_choose, address, browser, ends_at)
        VALUES (:id, :operator, :digest, :must_choose, :address, :browser, :ends_at)
        """,
        id=session,
        operator=operator_id,
        digest=Bonds(tx, vault_of(tx)).of(SESSION, session, operator_id, must_choose, secret),
        must_choose=must_choose,
        address=storable(address[:_LONGEST]),
        browser=storable(browser[:_LONGEST]),
        ends_at=tx.now + lasts,
    )
    # whoever signs in takes away what has ended; nobody else has to
    tx.run(
        "DELETE FROM operator_sessions WHERE ends_at < now() OR seen_at < now() - CAST(:idle AS interval)", idle=IDLE
    )
    return f"{session.hex}.{secret}"


def find(tx: OperatorTransaction, kept: str, *, seen: bool = True) -> Session | None:
    """Whose browser keeps this; None for what is no session of ours, or has ended. Not ``seen``: it ends as before.

    Raises ConfigurationError for an account that was changed behind the product's back.
    """
    number, _, secret = kept.partition(".")
    try:
        session = UUID(hex=number)
    except ValueError:
        return None
    row = tx.mapping(_FIND, id=session, idle=IDLE)
    if row is None:
        return None
    bonds = Bonds(tx, vault_of(tx))
    if not bonds.fits(row["session_digest"], SESSION, session, row["operator_id"], row["must_choose"], secret):
        return None
    accounts.require_genuine(bonds, row, key="operator_id")
    if seen and row["seen_at"] < tx.now - _GLANCE:
        tx.run("UPDATE operator_sessions SET seen_at = now() WHERE id = :id", id=session)
    return _session(row)


def _session(row: dict[str, Any]) -> Session:
    return Session(
        id=row["id"],
        operator_id=row["operator_id"],
        name=row["name"],
        role=Role(row["role"]),
        must_choose=row["must_choose"],
    )


def list_(tx: OperatorTransaction, name: str | None = None) -> list[SignedIn]:
    """Those that are signed in, the latest seen first; of one operator, or of all."""
    return [SignedIn(**row) for row in tx.mappings(_LIST, name=name, idle=IDLE)]


def end(tx: OperatorTransaction, session: UUID, *, of: UUID | None = None) -> bool:
    """Sign a browser out, if it is this operator's; whether there was one."""
    ended = "DELETE FROM operator_sessions WHERE id = :id AND (CAST(:of AS uuid) IS NULL OR operator_id = :of)"
    return tx.run(ended, id=session, of=of) > 0


def end_all(tx: OperatorTransaction, operator_id: UUID) -> int:
    """Sign an operator out everywhere; returns how many browsers that were."""
    return tx.run("DELETE FROM operator_sessions WHERE operator_id = :id", id=operator_id)
