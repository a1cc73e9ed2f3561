"""The settings of what keeps the ledger in order: what is archived, what is removed, and what is backed up."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from connector.config.described import setting
from connector.config.values import never_or_later, psycopg_url


class Upkeep(BaseSettings):
    """Read by housekeeping, and by the commands of the night."""

    archive_after_days: Annotated[int, AfterValidator(never_or_later)] = setting(
        90,
        "Records of documents of which nothing has been heard for so many days are archived: they move from the table "
        "that work goes on in to the partition of the month in which they ended, and are found, shown and counted as "
        "before. 0 never archives.",
        "0, or a whole number from 31 to 36500",
        ge=0,
        le=36_500,
    )
    keep_documents_days: Annotated[int, AfterValidator(never_or_later)] = setting(
        0,
        "`db retain` removes the documents of months whose last day is so many days ago, but for those that somebody "
        "still needs; 0 keeps them for ever.",
        "0, or a whole number from 31 to 36500",
        ge=0,
        le=36_500,
    )
    keep_records_days: Annotated[int, AfterValidator(never_or_later)] = setting(
        0,
        "`db retain` removes records that ended so many days ago, with their attempts and what they are found by; "
        "their links and the audit trail stay. 0 keeps them for ever.",
        "0, or a whole number from 31 to 36500",
        ge=0,
        le=36_500,
    )
    backup_keys: str = setting(
        "",
        "Keys that encrypt backups, spelt as master keys are, and none of them: the first one encrypts, all open "
        "them. Keep them apart from the ledger and from its master keys.",
        "one or more of name:key, separated by commas or lines",
        secret=True,
    )
    verify_database_url: Annotated[str, AfterValidator(psycopg_url)] = setting(
        "",
        "PostgreSQL in which `db backup` restores a backup to verify it: as a role that may create databases, into one "
        "of a random name, which it drops afterwards. Without it, `db backup` starts a server of its own for that.",
        "a URL like postgresql://role:password@host:5432/postgres",
        secret=True,
    )
    backups_kept: int = setting(
        14, "How many backups `db backup` leaves in a directory.", "a whole number from 1 to 10000", ge=1, le=10_000
    )
