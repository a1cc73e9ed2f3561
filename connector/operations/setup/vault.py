"""What an operator may do with the vault: see which master keys are in use, and change to the newest one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.operations.operator import Desk
    from connector.store.connection.rotation import Rotated


@dataclass(frozen=True, kw_only=True)
class Status:
    """Which master keys there are, and what each of them seals."""

    #: the newest first: it seals, all of them open
    keys: list[str]
    #: column -> key id -> number of values
    values: Mapping[str, Mapping[str, int]]

    @property
    def totals(self) -> dict[str, int]:
        """Values by key id, the keys at hand first."""
        totals = dict.fromkeys(self.keys, 0)
        for counts in self.values.values():
            for key, count in counts.items():
                totals[key] = totals.get(key, 0) + count
        return totals

    @property
    def lost(self) -> list[str]:
        """Keys that are not at hand although values are sealed with them."""
        return [key for key, count in self.totals.items() if key not in self.keys and count]

    @property
    def removable(self) -> list[str]:
        """Older keys that seal nothing any more."""
        return [key for key in self.keys[1:] if not self.totals[key]]


@dataclass(frozen=True, kw_only=True)
class InUse:
    """Which master keys are missed, and which older ones still seal something."""

    newest: str
    lost: list[str]
    older: list[str]


def in_use(desk: Desk) -> InUse:
    """Look which master keys seal anything, without counting what."""
    vault = desk.application.vault
    used = {key for keys in desk.application.store.vault_keys(vault).values() for key in keys}
    newest, *older = vault.key_ids
    return InUse(
        newest=newest, lost=sorted(used.difference(vault.key_ids)), older=[key for key in older if key in used]
    )


def status(desk: Desk) -> Status:
    """Count sealed values by master key."""
    vault = desk.application.vault
    return Status(keys=list(vault.key_ids), values=desk.application.store.vault_status(vault))


def confirm(desk: Desk, subject: str) -> Mapping[str, Any]:
    """Bind what was changed behind the product's back as it is; returns what it says."""
    with desk.transaction() as tx:
        return ledger.bindings.confirm(tx, subject.strip())


def adopt(desk: Desk) -> Mapping[str, int]:
    """Bind what an earlier release wrote, once; returns how many of what were bound."""
    return desk.transact(ledger.bindings.adopt)


def rotate(desk: Desk) -> Rotated:
    """Put every value under the newest master key, while the system works; asking again goes on where it stopped."""
    vault = desk.application.vault
    rotated = desk.application.store.rotate_vault(vault)
    with desk.transaction() as tx:
        detail = {"key": vault.key_ids[0], "rewrapped": dict(rotated.rewrapped)}
        ledger.audit.note(tx, "vault:master-keys", "operator.rotated", detail)
    return rotated
