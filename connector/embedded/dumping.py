"""Backup and restore of the PostgreSQL that `up` runs, with the programs of the same wheel."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import tempfile
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from connector import files
from connector.domain.errors import ConfigurationError
from connector.embedded import definitions, places
from connector.embedded.roles import OWNER, SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def dump(url: str, file: Path) -> None:
    """Write a backup of this database, while it is used; a file of that name is replaced in the end, or not at all.

    Raises ConfigurationError with pg_dump's own words.
    """
    if file.exists() and not file.is_file():
        raise ConfigurationError(
            f"The backup cannot take the place of {file}, which is no file but a device, a pipe or a directory: name a "
            "file."
        )
    try:
        with files.replacing(file) as out:
            _run(url, "pg_dump", "--format=custom", f"--dbname={_database(url)}", out=out)
    except OSError as error:
        raise ConfigurationError(f"The backup cannot be written to {file}: {error.strerror}.") from None


def restore(url: str, file: Path) -> str:
    """Put a backup in the place of this database, which is kept under another name; returns that name.

    Nobody may use the database meanwhile. Raises ConfigurationError; then everything is as it was.
    """
    database, before = _database(url), f"{_database(url)}_until_{dt.datetime.now(dt.UTC):%Y%m%dt%H%M%S%f}"
    with _opened(file) as backup:
        _require_plain(file, backup)
        _sql(url, f'ALTER DATABASE "{database}" RENAME TO "{before}"')
        try:
            _run(url, "createdb", f"--owner={OWNER}", database)
            told = definitions.understood(_run(url, "pg_restore", *_AS_OWNER, *definitions.FIRST, given=backup))
            with tempfile.TemporaryFile() as script:
                script.write(told)
                script.seek(0)
                _run(url, "psql", *definitions.SCRIPT, f"--dbname={database}", given=script.fileno())
            os.lseek(backup, 0, os.SEEK_SET)
            _run(url, "pg_restore", *_AS_OWNER, *definitions.REST, f"--dbname={database}", given=backup)
        except ConfigurationError:
            _run(url, "dropdb", "--if-exists", database)
            _sql(url, f'ALTER DATABASE "{before}" RENAME TO "{database}"')
            raise
    return before


def _require_plain(file: Path, backup: int) -> None:
    from connector.vault import streams  # noqa: PLC0415 - with what encrypts

    if os.read(backup, len(streams.MAGIC)) == streams.MAGIC:
        raise ConfigurationError(
            f"{file} is an encrypted backup: decrypt it with `ml-connector db unseal {file} INTO`, restore INTO, and "
            "remove that then."
        )
    os.lseek(backup, 0, os.SEEK_SET)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[int]:
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError as error:
        raise ConfigurationError(f"The backup {file} cannot be read: {error.strerror}.") from None
    try:
        yield handle
    finally:
        os.close(handle)


def _database(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _sql(url: str, statement: str) -> None:
    _run(url, "psql", "--quiet", f"--dbname={SUPERUSER}", f"--command={statement}")


def _run(url: str, program: str, *arguments: str, given: int = subprocess.DEVNULL, out: int = subprocess.PIPE) -> bytes:
    host = parse_qs(urlsplit(url).query)["host"][0]
    command = [str(places.programs_for(None) / program), f"--host={host}", f"--username={SUPERUSER}", "--no-password"]
    done = subprocess.run(  # noqa: S603 our own command line
        [*command, *arguments], check=False, stdin=given, stdout=out, stderr=subprocess.PIPE, cwd="/", env=_ENVIRONMENT
    )
    if done.returncode:
        words = " ".join(done.stderr.decode(errors="replace").split()) or f"exit code {done.returncode}"
        raise ConfigurationError(f"PostgreSQL's {program} failed: {words}")
    return done.stdout or b""


#: rights are given by the migration that follows
_AS_OWNER = ("--exit-on-error", "--no-owner", "--no-privileges", f"--role={OWNER}")
#: nothing of ours: PGHOST or PGDATABASE of somebody's own server would name another database
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
