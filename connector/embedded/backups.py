"""Backups of any PostgreSQL, encrypted while they are written, and restored into what is thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from connector import files
from connector.domain.errors import ConfigurationError
from connector.embedded import definitions, places, roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.store.postgres.address import address
from connector.store.postgres.scratch import database as scratch_database
from connector.vault import streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from connector.master_keys import MasterKey

_WORDS = {"password": "PGPASSWORD", "dbname": "PGDATABASE", "user": "PGUSER"}


@dataclass(frozen=True, kw_only=True)
class Room:
    """An empty database, and how it is filled."""

    url: str = field(repr=False)
    filled_by: str = field(repr=False)
    options: Sequence[str] = ()


def dump(url: str, file: Path, key: MasterKey) -> None:
    """Write an encrypted backup of a database, while it is used; complete or not at all.

    Raises ConfigurationError with pg_dump's own words.
    """
    words, own = _place(url)
    # Most of it is sealed, which nothing makes smaller: trying harder takes 2.5 times as long for 4 %.
    command = [_program("pg_dump"), "--format=custom", "--compress=1", "--no-password", f"--dbname={words}"]
    try:
        with (
            files.replacing(file) as opened,
            os.fdopen(opened, "wb", closefd=False) as out,
            _running(command, own) as did,
        ):
            assert did.stdout is not None  # noqa: S101 - asked for
            streams.seal(key, did.stdout, out)
            _ended(did, "pg_dump")
    except OSError as error:
        raise ConfigurationError(f"The backup cannot be written to {file}: {error.strerror}.") from None


def unseal(file: Path, keys: Sequence[MasterKey], out: IO[bytes]) -> None:
    """Decrypt a backup into what pg_restore reads."""
    with _opened(file) as source:
        out.writelines(streams.opened(keys, source))


@contextmanager
def room(url: str, *, tell: Callable[[str], None]) -> Iterator[Room]:
    """Where a backup can be restored to: the server that is named, or one of its own; nothing of it is left afterwards.

    Raises ConfigurationError where there is none, before anything is written.
    """
    if url:
        with scratch_database(url, tell=tell) as place:
            yield Room(url=place, filled_by=place)
        return
    with (
        tempfile.TemporaryDirectory(prefix="mlc-restored-", ignore_cleanup_errors=True) as scratch,
        EmbeddedPostgres(Path(scratch) / "postgres", settings=UNSAFE_AND_FAST) as server,
    ):
        own = server.url(user=roles.OWNER)
        yield Room(url=own, filled_by=server.url(user=roles.SUPERUSER), options=(f"--role={roles.OWNER}",))


def restore(room: Room, file: Path, keys: Sequence[MasterKey]) -> None:
    """Put there what a backup holds."""
    words, own = _place(room.filled_by)
    command = [_program("pg_restore"), "--exit-on-error", "--no-owner", "--no-privileges", *room.options]
    with tempfile.TemporaryFile() as script:
        _read([*command, *definitions.FIRST], file, keys, {}, script)
        script.seek(0)
        told = definitions.understood(script.read())
    with _running(
        [_program("psql"), "--no-password", *definitions.SCRIPT, f"--dbname={words}"], own, reads=True
    ) as did:
        _tell(did, [told])
        _ended(did, "psql")
    _read([*command, "--no-password", *definitions.REST, f"--dbname={words}"], file, keys, own)


def _read(
    command: Sequence[str],
    file: Path,
    keys: Sequence[MasterKey],
    environment: dict[str, str],
    out: IO[bytes] | None = None,
) -> None:
    with _opened(file) as source, _running(command, environment, reads=True, out=out) as did:
        _tell(did, streams.opened(keys, source))
        _ended(did, "pg_restore")


def _place(url: str) -> tuple[str, dict[str, str]]:
    """Where a database is, as the programs take it: on their command line, and in their environment."""
    given = address(url).parameters
    words = " ".join(f"{name}='{_quoted(value)}'" for name, value in given.items() if name not in _WORDS)
    return words, {_WORDS[name]: value for name, value in given.items() if name in _WORDS}


def _tell(did: subprocess.Popen[bytes], pieces: Iterable[bytes]) -> None:
    assert did.stdin is not None  # noqa: S101 - asked for
    try:
        for piece in pieces:
            did.stdin.write(piece)
        did.stdin.close()
    except BrokenPipeError:  # it has what it needs, or says why not itself
        did.stdin = None


def _program(name: str) -> str:
    """The newest at hand: that of the wheel, where it is installed, else of the system."""
    try:
        ours = places.programs_for(None) / name
    except (ConfigurationError, ModuleNotFoundError):
        ours = None
    found = str(ours) if ours is not None and ours.exists() else shutil.which(name)
    if found is None:
        raise ConfigurationError(
            f"There is no {name} here: install PostgreSQL's client programs, as new as its server; in containers use "
            "the image ml-connector-upkeep (docs/examples/compose-upkeep.yaml)."
        )
    return found


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str], *, reads: bool = False, out: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    given = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **environment}
    did = subprocess.Popen(  # noqa: S603 - our own command line
        command,
        stdin=pipe if reads else subprocess.DEVNULL,
        stdout=out or (pipe if not reads else subprocess.DEVNULL),
        stderr=pipe,
        env=given,
        cwd="/",
    )
    try:
        yield did
    finally:
        if did.poll() is None:
            did.kill()
        for end in (did.stdin, did.stdout, did.stderr):
            if end is not None and not end.closed:
                end.close()
        did.wait()


def _ended(did: subprocess.Popen[bytes], program: str) -> None:
    said = did.stderr.read() if did.stderr is not None else b""
    if did.wait():
        words = " ".join(said.decode(errors="replace").split()) or f"exit code {did.returncode}"
        raise ConfigurationError(f"PostgreSQL's {program} failed: {words}")


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    try:
        with file.open("rb") as opened:
            yield opened
    except OSError as error:
        raise ConfigurationError(f"The backup {file} cannot be read: {error.strerror}.") from None


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
