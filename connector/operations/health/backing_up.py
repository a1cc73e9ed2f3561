"""``db backup`` as the audit trail tells of it, and whether what was restored of a backup is a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.store import migrate
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connector.master_keys import MasterKey
    from connector.operations.operator import Operator

#: how the files of a directory are called, so that they sort by age
PREFIX, SUFFIX = "ledger-", ".mlcb"


@dataclass(frozen=True, kw_only=True)
class Proved:
    """What was found in a restored backup."""

    revision: str
    records: int
    events: int


def separate(backup: Sequence[MasterKey], masters: Sequence[MasterKey]) -> None:
    """Raise ConfigurationError where a backup could be opened with a key that lies beside the ledger."""
    if {one.key for one in backup} & {one.key for one in masters}:
        raise ConfigurationError(
            "ML_CONNECTOR_BACKUP_KEYS has one of the master keys: whoever takes both the backup and that key has "
            "everything. Make another one with `ml-connector vault new-key`."
        )


def prove(operator: Operator, restored_url: str) -> Proved:
    """Look whether a restored backup is whole: its tables, and every event and seal of its audit trail."""
    there = migrate.current(restored_url)
    if there != migrate.head():
        raise ConfigurationError(f"The restored backup is at revision {there}, and not at {migrate.head()}.")
    from connector.store.ledger import Ledger  # noqa: PLC0415 - only a restored backup is opened besides

    restored = Ledger(restored_url, keys=lambda: operator.application.vault)
    try:
        examined, records = restored.examine(), restored.count()
    finally:
        restored.close()
    if examined.findings:
        first = examined.findings[0]
        raise ConfigurationError(
            f"The audit trail in the restored backup is not whole ({len(examined.findings)} findings, the first about "
            f"{first.subject}: {first.problem}). Run `ml-connector audit verify`."
        )
    return Proved(revision=there, records=records, events=examined.events)


def note(operator: Operator, detail: dict[str, object], *, failed: bool) -> None:
    """Write down that a backup was made, or was not."""
    with operator.transaction() as tx:
        ledger.audit.note(
            tx, ledger.amiss.BACKUPS, ledger.amiss.NOT_BACKED_UP if failed else ledger.amiss.BACKED_UP, detail
        )


def rotate(directory: Path, keep: int) -> list[str]:
    """Remove all but the newest backups of a directory; returns their names."""
    files = sorted(directory.glob(f"{PREFIX}*{SUFFIX}"))
    for old in files[:-keep]:
        old.unlink()
    return [old.name for old in files[:-keep]]
