"""What stands in clear and steers secrets or money is bound to a master key, and to the audit trail.

A connection's addresses and paths decide where its password goes; a flow's options and connections, and the codes of a
crosswalk, decide what is posted to whom. Whoever writes to the tables could change them, and nothing sealed would tell.
So a digest of each is sealed by the vault: a connection's together with its secrets, the others' in ``bindings``. Each
time it is sealed it gets a new revision, which the audit event of the change names, and no other event: an older row,
put back with its older seal, has a revision that is not the trail's newest, even if an event that lies repeats it; and
an event that invents a newer one stops nothing (``newest_change``).

What the release before wrote is not bound. The first process that finds it so binds everything there is, once, and the
trail says so; from then on what is not bound was put there behind the product's back.
"""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.store.binding.newest_change import REVISION, identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.ports import Vault
    from connector.store.binding.newest_change import Trail
    from connector.store.binding.stored_connection import StoredConnection
    from connector.store.postgres.transaction import Transaction

#: beside a connection's secrets, inside what is sealed: what they are for
BOUND = "bound to"
#: the trail's word that everything there was has been bound
SETUP, ALL_BOUND = "setup:bindings", "setup.bound"

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('binding:' || :id, 7304118005))")
WRITE = sa.text("""
INSERT INTO bindings (id, sealed) VALUES (:id, :sealed) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed
""")
EVERYTHING = f"EXISTS (SELECT FROM audit_events WHERE subject = '{SETUP}')"
_IS_BOUND = sa.text(f"SELECT {EVERYTHING}")


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What is bound, and what the trail knows of it."""

    #: whose it is, as the trail calls it: ``flow:acme/invoices``
    subject: str
    id: UUID
    #: what is bound, as it stands there now
    content: Mapping[str, Any]
    #: as the vault sealed its digest; None where nothing is
    sealed: bytes | None
    #: its changes in the trail
    trail: Trail
    #: whether whatever has no seal was put there behind the product's back
    everything: bool

    def problem(self, vault: Vault) -> str:
        """What is wrong with it, as the end of a sentence; empty when nothing is."""
        if self.sealed is None:
            return "is there without the seal every change leaves" if self.everything or self.trail.revisions else ""
        try:
            seal = canonical.loads(vault.open(self.sealed, identity(self.id)))
        except ConfigurationError as error:
            return f"has a seal that does not open ({error.message})"
        return _differs(seal, self.content, self.trail.newest(vault))


def crosswalk_id(integration_id: UUID, table: str) -> UUID:
    """Under which a table of codes is bound."""
    return uuid5(integration_id, f"crosswalk:{table}")


def _seal(content: Mapping[str, Any]) -> dict[str, str]:
    return {"digest": canonical.fingerprint(content), REVISION: secrets.token_hex(16)}


def _differs(seal: Mapping[str, str], content: Mapping[str, Any], newest: str | None) -> str:
    if seal["digest"] != canonical.fingerprint(content):
        return "is not what was sealed when it was last changed"
    if newest is not None and seal[REVISION] != newest:
        return "is older than its newest change in the audit trail"
    return ""


def lock(tx: Transaction, bound: UUID) -> None:
    """Let nobody else bind this before the transaction ends."""
    tx.row(_LOCK, id=str(bound))


def bind(tx: Transaction, vault: Vault, bound: UUID, content: Mapping[str, Any]) -> str:
    """Seal what stands there now; returns the revision, which goes into the audit event of the change."""
    seal = _seal(content)
    tx.run(WRITE, id=bound, sealed=vault.seal(canonical.dumps(seal), identity(bound)))
    return seal[REVISION]


def everything_is_bound(tx: Transaction) -> bool:
    """Whether the trail says so."""
    return bool(tx.value(_IS_BOUND))


def seal_secrets(vault: Vault, row: StoredConnection, plain: Mapping[str, str]) -> tuple[bytes, str]:
    """Seal secrets together with where they may go; returns the revision as well."""
    seal = _seal(_steering(row))
    sealed = vault.seal(canonical.dumps({**plain, BOUND: seal}), _place(row.id))
    return sealed, seal[REVISION]


def open_secrets(vault: Vault, row: StoredConnection) -> dict[str, str]:
    """A connection's secrets, if what they are for is what they were sealed for; raises ConfigurationError."""
    plain, why = _opened(vault, row)
    if why:
        raise ConfigurationError(refusal(f"connection:{row.name}", why, "nothing is sent to it"))
    return plain


def secrets_alone(vault: Vault, row: StoredConnection) -> dict[str, str]:
    """A connection's secrets, whatever its row says: for somebody who replaces all of that."""
    return _opened(vault, row)[0]


def connection_problem(vault: Vault, row: StoredConnection) -> str:
    """What is wrong with a connection's row, as the end of a sentence; empty when nothing is."""
    try:
        return _opened(vault, row)[1]
    except ConfigurationError as error:
        return f"has secrets that do not open ({error.message})"


def is_bound(vault: Vault, row: StoredConnection) -> bool:
    """Whether its secrets say what they are for; those the release before sealed do not."""
    return BOUND in _unsealed(vault, row)


def refusal(subject: str, why: str, therefore: str) -> str:
    """The sentence for something that was changed behind the product's back."""
    quoted = shlex.quote(subject)
    return (
        f"{subject} was changed behind ml-connector's back, so {therefore}: it {why}. Look at it and at `ml-connector "
        f"audit show {quoted}`; put it back, or take it as it is with `ml-connector vault confirm {quoted}`."
    )


def _opened(vault: Vault, row: StoredConnection) -> tuple[dict[str, str], str]:
    plain = _unsealed(vault, row)
    seal = plain.pop(BOUND, None)
    if seal is None:
        return plain, "has secrets sealed before its newest change in the audit trail" if row.trail.revisions else ""
    return plain, _differs(seal, _steering(row), row.trail.newest(vault))


def _unsealed(vault: Vault, row: StoredConnection) -> dict[str, Any]:
    place = _place(row.id)
    try:
        plain: dict[str, Any] = canonical.loads(vault.open(row.secrets, place))
    except ConfigurationError as error:
        raise ConfigurationError(error.message.replace(place, f"connection:{row.name}"), **error.evidence) from None
    return plain


def _place(connection_id: UUID) -> str:
    return f"connections:{connection_id}:secrets"


def _steering(row: StoredConnection) -> dict[str, Any]:
    return {"name": row.name, "system": row.system, "config": row.config, "overrides": row.overrides}
