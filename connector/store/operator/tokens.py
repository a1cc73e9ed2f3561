"""What programs show instead of a password: ``mlc_<id>_<secret>``; the ledger keeps a keyed digest of it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.store.binding.account_binding import TOKEN, Bonds
from connector.store.operator import accounts
from connector.store.operator.bindings import vault_of

if TYPE_CHECKING:
    from connector.store.operator.transaction import OperatorTransaction

#: how a token begins, so that whoever finds one in a file knows what it is
PREFIX = "mlc"
_GLANCE = dt.timedelta(minutes=1)
_SECRET_BYTES = 32

_FIND = """
SELECT t.id, t.operator_id, t.name AS token, t.role, t.token_digest, t.ends_at, t.used_at,
       o.name, o.role AS operator_role, o.password, o.revoked_at, o.bound, o.issuer, o.subject
  FROM operator_tokens t JOIN operators o ON o.id = t.operator_id
 WHERE t.id = :id AND t.revoked_at IS NULL AND t.ends_at > now() AND o.revoked_at IS NULL
"""
_LIST = """
SELECT t.id, t.name, o.name AS operator, t.role, t.ends_at, t.used_at, t.revoked_at, t.created_at
  FROM operator_tokens t JOIN operators o ON o.id = t.operator_id
 WHERE (CAST(:operator AS text) IS NULL OR o.name = :operator) ORDER BY t.revoked_at IS NOT NULL, t.id DESC LIMIT 500
"""
_INSERT = """
INSERT INTO operator_tokens (id, operator_id, name, role, token_digest, ends_at)
VALUES (:id, :operator, :name, :role, :digest, :ends_at)
ON CONFLICT (operator_id, name) WHERE revoked_at IS NULL DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as people see it."""

    id: UUID
    name: str
    operator: str
    role: Role
    ends_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    created_at: dt.datetime

    def status(self, now: dt.datetime) -> str:
        """active, ended or revoked."""
        if self.revoked_at:
            return "revoked"
        return "active" if self.ends_at > now else "ended"


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Who shows a token: an operator's program, and what it may."""

    operator_id: UUID
    name: str
    token: str
    #: the lesser of the token's and the operator's
    role: Role


def make(tx: OperatorTransaction, operator_id: UUID, name: str, role: Role, ends_at: dt.datetime) -> str:
    """Make a token; returns it, for it is shown once. Raises ConfigurationError where the name is taken."""
    token, secret = new_id(), secrets.token_urlsafe(_SECRET_BYTES)
    digest = Bonds(tx, vault_of(tx)).of(TOKEN, token, operator_id, name, role, ends_at.astimezone(dt.UTC), secret)
    values = {"id": token, "operator": operator_id, "name": name, "role": role.value, "ends_at": ends_at}
    if not tx.run(_INSERT, **values, digest=digest):
        raise ConfigurationError(f"There is a token {name!r} of this operator already; revoke it, or choose a name.")
    return f"{PREFIX}_{token.hex}_{secret}"


def find(tx: OperatorTransaction, shown: str) -> Bearer | None:
    """Whose token this is; None for what is none of ours, or good no more.

    Raises ConfigurationError for an account that was changed behind the product's back.
    """
    prefix, _, rest = shown.partition("_")
    number, _, secret = rest.partition("_")
    try:
        token = UUID(hex=number)
    except ValueError:
        return None
    row = tx.mapping(_FIND, id=token) if prefix == PREFIX else None
    if row is None:
        return None
    bonds, ends_at = Bonds(tx, vault_of(tx)), row["ends_at"].astimezone(dt.UTC)
    stated = (token, row["operator_id"], row["token"], row["role"], ends_at, secret)
    if not bonds.fits(row["token_digest"], TOKEN, *stated):
        return None
    accounts.require_genuine(bonds, row, key="operator_id", role="operator_role")
    if row["used_at"] is None or row["used_at"] < tx.now - _GLANCE:
        tx.run("UPDATE operator_tokens SET used_at = now() WHERE id = :id", id=token)
    own, theirs = Role(row["role"]), Role(row["operator_role"])
    return Bearer(
        operator_id=row["operator_id"],
        name=row["name"],
        token=row["token"],
        role=own if theirs.may(own) else theirs,
    )


def list_(tx: OperatorTransaction, operator: str | None = None) -> list[Token]:
    """Those of an operator, or of all, the newest first; those that were revoked come last."""
    return [Token(**{**row, "role": Role(row["role"])}) for row in tx.mappings(_LIST, operator=operator)]


def revoke(tx: OperatorTransaction, operator_id: UUID, name: str | None = None) -> int:
    """Take back the operator's token of this name, or all of them; returns how many those were."""
    return tx.run(
        """
        UPDATE operator_tokens SET revoked_at = clock_timestamp()
         WHERE operator_id = :operator AND revoked_at IS NULL AND (CAST(:name AS text) IS NULL OR name = :name)
        """,
        operator=operator_id,
        name=name,
    )
