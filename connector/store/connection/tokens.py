"""The token of one connection, shared by all workers through the ledger.

A token belongs to the grant it was given for: the address, client, user and company of its connection. A process that
opened the connection before these were changed neither gets the new one's token nor puts its own in its place.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.errors import StoreUnavailable, Unavailable
from connector.domain.token import Token
from connector.store.audit import trail
from connector.store.binding import bound_setup
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from connector.ports import Vault
    from connector.store.binding.stored_connection import StoredConnection
    from connector.store.postgres.engine import Begin

#: a stored token this close to its end is not handed to somebody who asks for a new one
SKEW = dt.timedelta(seconds=30)
#: waits between tries to write down a refresh token that exists nowhere else
INSIST_SECONDS = (0.2, 0.5, 1.0, 1.0, 2.0, 4.0, 8.0, 8.0, 16.0, 20.0)

_READ = sa.text("SELECT sealed, now() AS now FROM tokens WHERE connection_id = :connection")
_WRITE = sa.text("""
INSERT INTO tokens (connection_id, sealed, expires_at) VALUES (:connection, :sealed, CAST(:expires AS timestamptz))
ON CONFLICT (connection_id) DO UPDATE
SET sealed = excluded.sealed, expires_at = excluded.expires_at, updated_at = now()
""")
_FORGET = sa.text("DELETE FROM tokens WHERE connection_id = :connection")
_STAY = sa.text("SELECT FROM connections WHERE id = :connection FOR SHARE")
# A fetch may take as long as the other side's time-outs allow; those who wait for it must outlast it.
_PATIENCE = sa.text("""
SELECT set_config('lock_timeout', '90s', true), set_config('idle_in_transaction_session_timeout', '120s', true)
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('token:' || CAST(:connection AS text), 7304118003))")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a token was given for, as one digest; and how to tell it from a connection's row."""

    digest: str
    of: Callable[[StoredConnection], str]


def wait_for(tx: Transaction, connection_id: UUID) -> None:
    """Wait until nobody fetches a token of this connection, and let nobody begin before this transaction ends."""
    tx.take_time(95)
    tx.row(_PATIENCE)
    tx.row(_LOCK, connection=connection_id)


def store(tx: Transaction, vault: Vault, connection_id: UUID, token: Token, grant: str) -> None:
    """Write a token that was fetched elsewhere, together with what else this transaction writes."""
    sealed = vault.seal(_spell(token, grant), _identity(connection_id))
    tx.run(_WRITE, connection=connection_id, sealed=sealed, expires=token.expires_at)


class StoredTokens:
    """Implements ports.Tokens; each call is its own short transaction."""

    def __init__(
        self,
        begin: Begin,
        vault: Vault,
        connection_id: UUID,
        *,
        grant: Grant | None = None,
        read: Begin,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._begin = begin
        self._reading = read
        self._pause = pause
        self._vault = vault
        self._connection = connection_id
        self._grant = grant
        self._identity = _identity(connection_id)

    def current(self) -> Token | None:
        """The stored token, or None."""
        with self._reading() as connection:
            return self._read(Transaction(connection))[0]

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        """Replace ``stale``: one process fetches, the others wait and read what it stored.

        Whatever ``fetch`` raises passes through, and the stored token stays. Where Postgres fails between the fetch and
        the commit, writing is tried again for a minute: the refresh token that was replaced may be worth nothing.
        """
        stored = renewed = None
        try:
            with self._begin() as connection:
                tx = Transaction(connection)
                wait_for(tx, self._connection)
                self._still_granted(tx)
                stored, now = self._read(tx)
                if stored is not None and not _same(stored, stale) and stored.fresh(now, SKEW):
                    return stored
                renewed = fetch(stored)
                self._write(tx, renewed)
        except StoreUnavailable as error:
            if renewed is None or not renewed.refresh:
                raise
            return self._insist(renewed, stored, error)
        return renewed

    def _insist(self, renewed: Token, replaced: Token | None, error: StoreUnavailable) -> Token:
        """Write it down in the place of what it replaced; what others fetched since, and asked for later, stays."""
        for seconds in INSIST_SECONDS:
            self._pause(seconds)
            try:
                with self._begin() as connection:
                    tx = Transaction(connection)
                    tx.row(_LOCK, connection=self._connection)
                    stored, _ = self._read(tx)
                    if stored is not None and stored != replaced and _asked_later(stored, renewed):
                        return stored
                    self._write(tx, renewed)
            except StoreUnavailable as again:
                error = again
            else:
                return renewed
        raise error

    def _write(self, tx: Transaction, token: Token) -> None:
        tx.row(_STAY, connection=self._connection)
        row = self._still_granted(tx)
        before, now = self._read(tx)
        store(tx, self._vault, self._connection, token, self._grant.digest if self._grant else "")
        was = before.address if before else ""
        if row is not None and token.address not in ("", was):
            named = {"address": token.address, "was": was}
            trail.append(
                tx, trail.event(f"connection:{row.name}", "connection.placed", actor="login", at=now, detail=named)
            )

    def _still_granted(self, tx: Transaction) -> StoredConnection | None:
        """The connection, if it is what it was when it was opened; raises Unavailable."""
        row = bound_setup.connection(tx, self._connection)
        if self._grant is not None and (row is None or self._grant.of(row) != self._grant.digest):
            raise Unavailable(
                f"{row.name if row else 'The connection'} was changed while it was being used, so a login by what it "
                "was before is worth nothing now; the next try goes by what it is."
            )
        return row

    def forget(self) -> None:
        """Drop the stored token: its credentials were replaced."""
        with self._begin() as connection:
            Transaction(connection).run(_FORGET, connection=self._connection)

    def _read(self, tx: Transaction) -> tuple[Token | None, dt.datetime]:
        found = tx.row(_READ, connection=self._connection)
        if found is None:
            return None, dt.datetime.now(dt.UTC)
        stored = canonical.loads(self._vault.open(bytes(found.sealed), self._identity))
        # Absent in what the release before stored: it belongs to whoever reads it, until it is renewed.
        if self._grant is not None and stored.get("grant", self._grant.digest) != self._grant.digest:
            return None, found.now
        expires = stored["expires_at"]
        return (
            Token(
                access=stored["access"],
                refresh=stored["refresh"],
                expires_at=dt.datetime.fromisoformat(expires) if expires else None,
                extra=stored.get("extra", {}),  # absent in what was stored before tokens came with anything
            ),
            found.now,
        )


def _identity(connection_id: UUID) -> str:
    return f"tokens:{connection_id}"


def _same(one: Token, other: Token | None) -> bool:
    return other is not None and one.access == other.access


def _asked_later(one: Token, other: Token) -> bool:
    """Whether it ends later, and so was asked for later, as far as both say when they end."""
    return one.expires_at is None or other.expires_at is None or one.expires_at >= other.expires_at


def _spell(token: Token, grant: str) -> bytes:
    extra = dict(token.extra)
    stored = {"access": token.access, "refresh": token.refresh, "expires_at": token.expires_at, "extra": extra}
    return canonical.dumps({**stored, "grant": grant} if grant else stored)
