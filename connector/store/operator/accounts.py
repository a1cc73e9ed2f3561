"""Operators: who may use the console and the API, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.store.binding.account_binding import ONCE, OPERATOR, Bonds
from connector.store.operator.bindings import vault_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

_ALL = """
SELECT o.id, o.name, o.role, o.password IS NOT NULL AS has_password, o.issuer,
       CASE WHEN o.once_until > now() THEN o.once_until END AS once_until, o.revoked_at, o.created_at,
       (SELECT max(s.seen_at) FROM operator_sessions s WHERE s.operator_id = o.id) AS seen_at,
       (SELECT count(*) FROM operator_sessions s WHERE s.operator_id = o.id AND s.ends_at > now()) AS sessions,
       (SELECT count(*) FROM operator_tokens t
         WHERE t.operator_id = o.id AND t.revoked_at IS NULL AND t.ends_at > now()) AS tokens
  FROM operators o
"""
_ROW = "SELECT id, name, role, password, once_digest, once_until, revoked_at, bound, issuer, subject FROM operators"
_SET = "UPDATE operators SET {0}, updated_at = now() WHERE id = :id"
_INSERT = """
INSERT INTO operators (id, name, role) VALUES (:id, :name, :role) ON CONFLICT (name) DO NOTHING
"""
_INSERT_KNOWN = """
INSERT INTO operators (id, name, role, issuer, subject) VALUES (:id, :name, :role, :issuer, :subject)
ON CONFLICT (name) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An operator as others see them."""

    #: what is worked out of it and told with it
    TOLD: ClassVar = ("status",)

    id: UUID
    name: str
    role: Role
    has_password: bool
    #: the identity provider they sign in with; None of those who have a password alone
    issuer: str | None
    #: until when the password for one sign-in is good; None without one
    once_until: dt.datetime | None
    revoked_at: dt.datetime | None
    created_at: dt.datetime
    #: when a browser of theirs was last seen; None when none is signed in
    seen_at: dt.datetime | None
    sessions: int
    tokens: int

    @property
    def status(self) -> str:
        """active, invited (has not chosen a password yet), lapsed (could not do so any more), or revoked."""
        if self.revoked_at:
            return "revoked"
        if self.has_password or self.issuer:
            return "active"
        return "invited" if self.once_until else "lapsed"


@dataclass(frozen=True, kw_only=True, repr=False)
class Credentials:
    """What a sign-in is compared with."""

    id: UUID
    name: str
    role: Role
    password: str | None
    once_digest: bytes | None
    once_until: dt.datetime | None


def list_(tx: OperatorTransaction) -> list[Account]:
    """All of them, by name."""
    return [_account(row) for row in tx.mappings(f"{_ALL} ORDER BY o.revoked_at IS NOT NULL, o.name")]


def named(tx: OperatorTransaction, name: str) -> Account:
    """The operator of this name; raises UnknownName."""
    row = tx.mapping(f"{_ALL} WHERE o.name = :name", name=name)
    if row is None:
        known = [one["name"] for one in tx.mappings("SELECT name FROM operators WHERE revoked_at IS NULL")]
        raise UnknownName.among("operator", name, known)
    return _account(row)


def _account(row: dict[str, Any]) -> Account:
    return Account(**{**row, "role": Role(row["role"])})


def credentials(tx: OperatorTransaction, name: str, *, lock: bool = False) -> Credentials | None:
    """What a sign-in of this name is compared with; None where there is no such operator, or not any more.

    Raises ConfigurationError for a row that was changed behind the product's back.
    """
    row = tx.mapping(f"{_ROW} WHERE name = :name{' FOR UPDATE' if lock else ''}", name=name)
    if row is None or row["revoked_at"] is not None:
        return None
    require_genuine(Bonds(tx, vault_of(tx)), row)
    digest = row["once_digest"]
    return Credentials(
        id=row["id"],
        name=name,
        role=Role(row["role"]),
        password=row["password"],
        once_digest=None if digest is None else bytes(digest),
        once_until=row["once_until"],
    )


def behind_the_back(name: str) -> ConfigurationError:
    """The sentence about an account that is not what the product wrote."""
    return ConfigurationError(
        f"The account {name} was changed behind ml-connector's back, so nobody uses it: "
        f"look at `ml-connector audit show operator:{name}`, then `ml-connector operator reset {name}`."
    )


def insert(tx: OperatorTransaction, name: str, role: Role) -> UUID:
    """Add an operator who cannot sign in yet; raises ConfigurationError where the name is taken."""
    operator_id = new_id()
    if not tx.run(_INSERT, id=operator_id, name=name, role=role.value):
        raise ConfigurationError(
            f"There is an operator {name!r} already: `ml-connector operator reset {name}` lets them in again."
        )
    _bind(tx, operator_id)
    return operator_id


def insert_known(tx: OperatorTransaction, name: str, role: Role, issuer: str, subject: str) -> UUID | None:
    """Add an operator whom an identity provider knows; None where the name is taken."""
    operator_id = new_id()
    values = {"id": operator_id, "name": name, "role": role.value, "issuer": issuer, "subject": subject}
    if not tx.run(_INSERT_KNOWN, **values):
        return None
    _bind(tx, operator_id)
    return operator_id


def known_as(tx: OperatorTransaction, issuer: str, subject: str) -> Account | None:
    """The operator whom an identity provider calls so, locked; raises ConfigurationError for one changed by others."""
    row = tx.mapping(f"{_ROW} WHERE issuer = :issuer AND subject = :subject FOR UPDATE", issuer=issuer, subject=subject)
    if row is None:
        return None
    require_genuine(Bonds(tx, vault_of(tx)), row)
    return named(tx, row["name"])


def lock_admins(tx: OperatorTransaction) -> list[str]:
    """The admins who may sign in, by name; nobody changes who they are before the transaction ends."""
    rows = tx.mappings(
        "SELECT name FROM operators WHERE role = 'admin' AND revoked_at IS NULL ORDER BY name FOR UPDATE"
    )
    return [row["name"] for row in rows]


def set_role(tx: OperatorTransaction, operator_id: UUID, role: Role) -> None:
    """Change what an operator may; raises ConfigurationError for one who was changed behind the product's back."""
    _check(tx, operator_id)
    tx.run(_SET.format("role = :role"), id=operator_id, role=role.value)
    _bind(tx, operator_id)


def set_password(tx: OperatorTransaction, operator_id: UUID, password: str | None) -> None:
    """Keep the hash of a password; whatever let them in once does so no more. ConfigurationError as above."""
    _check(tx, operator_id)
    tx.run(_SET.format("password = :it, once_digest = NULL, once_until = NULL"), id=operator_id, it=password)
    _bind(tx, operator_id)


def set_once(tx: OperatorTransaction, operator_id: UUID, once: str, until: dt.datetime) -> None:
    """Let them in with this until then, once, as one who has no password and was not revoked.

    Who was changed behind the product's back is a viewer from then on: nobody knows who said that they are more.
    """
    if not _genuine(Bonds(tx, vault_of(tx)), _row(tx, operator_id)):
        tx.run(_SET.format("role = 'viewer'"), id=operator_id)
    digest = Bonds(tx, vault_of(tx)).of(ONCE, operator_id, once)
    tx.run(
        _SET.format("password = NULL, revoked_at = NULL, once_digest = :digest, once_until = :until"),
        id=operator_id,
        digest=digest,
        until=until,
    )
    _bind(tx, operator_id)


def lets_in_once(tx: OperatorTransaction, found: Credentials, once: str) -> bool:
    """Whether this is the password for one sign-in, and still good."""
    good = found.once_until is not None and found.once_until > tx.now
    return Bonds(tx, vault_of(tx)).fits(found.once_digest, ONCE, found.id, once) and good


def used_once(tx: OperatorTransaction, operator_id: UUID) -> None:
    """It lets nobody in any more."""
    tx.run(_SET.format("once_digest = NULL, once_until = NULL"), id=operator_id)


def revoke(tx: OperatorTransaction, operator_id: UUID) -> None:
    """Let them do nothing any more; sessions and tokens are for the caller."""
    tx.run(
        _SET.format("revoked_at = clock_timestamp(), password = NULL, once_digest = NULL, once_until = NULL"),
        id=operator_id,
    )
    _bind(tx, operator_id)


def require_genuine(bonds: Bonds, row: Mapping[str, Any], *, key: str = "id", role: str = "role") -> None:
    """Raises ConfigurationError for an account that was changed behind the product's back.

    ``key`` and ``role`` are what the row calls its id and its role.
    """
    if not _genuine(bonds, row, key, role):
        raise behind_the_back(row["name"])


def _genuine(bonds: Bonds, row: Mapping[str, Any], key: str = "id", role: str = "role") -> bool:
    return bonds.fits(row["bound"], OPERATOR, *_stated(row, key, role))


def _stated(row: Mapping[str, Any], key: str = "id", role: str = "role") -> tuple[object, ...]:
    known = (row["issuer"], row["subject"]) if row["issuer"] or row["subject"] else ()
    return (row[key], row["name"], row[role], row["password"], row["revoked_at"] is not None, *known)


def _row(tx: OperatorTransaction, operator_id: UUID) -> dict[str, Any]:
    row = tx.mapping(f"{_ROW} WHERE id = :id FOR UPDATE", id=operator_id)
    assert row is not None  # noqa: S101 - nobody removes operators
    return row


def _check(tx: OperatorTransaction, operator_id: UUID) -> None:
    require_genuine(Bonds(tx, vault_of(tx)), _row(tx, operator_id))


def _bind(tx: OperatorTransaction, operator_id: UUID) -> None:
    row = _row(tx, operator_id)
    tx.run(
        "UPDATE operators SET bound = :bound WHERE id = :id",
        id=operator_id,
        bound=Bonds(tx, vault_of(tx)).of(OPERATOR, *_stated(row)),
    )
