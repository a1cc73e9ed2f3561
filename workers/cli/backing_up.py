"""``ml-connector db backup`` and ``db unseal``."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from contextlib import nullcontext
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from connector import files
from connector.config import PREFIX, read_settings
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.master_keys import parse_keys
from connector.operations.health import backing_up
from workers.cli.owning import owner, owner_settings
from workers.output import Json, emit, remark, say

if TYPE_CHECKING:
    from connector.config.settings import Settings
    from connector.master_keys import MasterKey
    from connector.operations.health.backing_up import Proved
    from connector.operations.operator import Operator


def backup(
    directory: Annotated[Path, typer.Argument(metavar="DIRECTORY", help="Where backups are kept.")],
    verify: Annotated[bool, typer.Option(help="Restore it, and verify what was restored.")] = True,
    as_json: Json = False,
) -> None:
    """Back up the ledger into a new encrypted file, restore it to see that it is good, and remove the oldest ones.

    Everything runs meanwhile. What became of it is in the audit trail, by which the alert `backup.old` goes.
    """
    settings = owner_settings()
    keys = _keys(settings)
    operator = owner(settings)
    backing_up.separate(keys, parse_keys(settings.master_keys_text()))
    try:
        found, removed = _backed_up(settings, operator, keys, directory.absolute(), verify=verify)
    except ConnectorError as why:
        backing_up.note(operator, {"why": why.message}, failed=True)
        raise
    if as_json:
        emit({**found, "removed": removed})
        return
    proved = "restored and verified" if verify else "not verified"
    say(f"Wrote {found['file']} ({found['bytes']} bytes), {proved}.")
    for name in removed:
        say(f"Removed {name}.")


def unseal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    into: Annotated[Path, typer.Argument(metavar="INTO", help="A file that pg_restore and `db restore` read.")],
    as_json: Json = False,
) -> None:
    """Decrypt a backup, for `pg_restore` or `db restore`."""
    from connector.embedded import backups  # noqa: PLC0415 - with what encrypts

    settings = read_settings()
    if not settings.backup_keys:
        raise ConfigurationError(
            f"There is no key to decrypt {file} with: name the file of the key it was encrypted with in "
            f"{PREFIX}BACKUP_KEYS_FILE."
        )
    keys = _keys(settings)
    with files.replacing(into.absolute()) as opened, os.fdopen(opened, "wb", closefd=False) as out:
        backups.unseal(file, keys, out)
    if as_json:
        emit({"file": str(into), "bytes": into.stat().st_size})
        return
    say(f"Wrote {into}. It is not encrypted: remove it when it is restored.")


def _backed_up(
    settings: Settings, operator: Operator, keys: tuple[MasterKey, ...], directory: Path, *, verify: bool
) -> tuple[dict[str, object], list[str]]:
    from connector.embedded import backups  # noqa: PLC0415 - with what encrypts

    files.directory(directory)
    name = f"{backing_up.PREFIX}{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}Z{backing_up.SUFFIX}"
    file = directory / name
    proved: Proved | None = None
    with backups.room(settings.verify_database_url, tell=remark) if verify else nullcontext() as room:
        backups.dump(settings.owner_url, file, keys[0])
        if room is not None:
            try:
                backups.restore(room, file, keys)
                proved = backing_up.prove(operator, room.url)
            except ConnectorError:
                file.replace(file.with_suffix(".bad"))
                raise
    with file.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    detail = {"file": name, "bytes": file.stat().st_size, "sha256": digest, "key": keys[0].id, "verified": verify}
    backing_up.note(operator, detail, failed=False)
    removed = backing_up.rotate(directory, settings.backups_kept)
    events = {"records": proved.records, "events": proved.events} if proved else {}
    return {**detail, **events, "file": str(file)}, removed


def _keys(settings: Settings) -> tuple[MasterKey, ...]:
    if not settings.backup_keys:
        raise ConfigurationError(
            f"There is no key to encrypt backups with: make one with `ml-connector vault new-key`, keep it apart from "
            f"the ledger and the master keys, and name its file in {PREFIX}BACKUP_KEYS_FILE."
        )
    return parse_keys(settings.backup_keys)
