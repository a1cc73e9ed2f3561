"""Backups of any PostgreSQL, encrypted while they are written, and restored into a server that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from connector import files
from connector.domain.errors import ConfigurationError
from connector.embedded import definitions, places, roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.store.postgres.address import address
from connector.vault import streams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from connector.master_keys import MasterKey

_WORDS = {"password": "PGPASSWORD", "dbname": "PGDATABASE", "user": "PGUSER"}


def dump(url: str, file: Path, key: MasterKey) -> None:
    """Write an encrypted backup of a database, while it is used; complete or not at all.

    Raises ConfigurationError with pg_dump's own words.
    """
    given = {name: value for name, value in address(url).parameters.items() if name not in _WORDS}
    own = {_WORDS[name]: value for name, value in address(url).parameters.items() if name in _WORDS}
    words = " ".join(f"{name}='{_quoted(value)}'" for name, value in given.items())
    command = [_program("pg_dump"), "--format=custom", "--no-password", f"--dbname={words}"]
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
def restored(file: Path, keys: Sequence[MasterKey], scratch: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own with what a backup holds; nothing of it is left afterwards."""
    try:
        with EmbeddedPostgres(scratch, settings=UNSAFE_AND_FAST) as server:
            place = address(server.url(user=roles.SUPERUSER)).parameters
            words = " ".join(f"{name}='{_quoted(value)}'" for name, value in place.items())
            command = [
                _program("pg_restore"),
                "--exit-on-error",
                "--no-owner",
                "--no-privileges",
                f"--role={roles.OWNER}",
            ]
            with tempfile.TemporaryFile() as script:
                _restore([*command, *definitions.FIRST], file, keys, script)
                script.seek(0)
                told = definitions.understood(script.read())
            with _running([_program("psql"), *definitions.SCRIPT, f"--dbname={words}"], {}, reads=True) as did:
                _tell(did, [told])
                _ended(did, "psql")
            _restore([*command, *definitions.REST, f"--dbname={words}"], file, keys)
            yield server
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _restore(command: Sequence[str], file: Path, keys: Sequence[MasterKey], out: IO[bytes] | None = None) -> None:
    with _opened(file) as source, _running(command, {}, reads=True, out=out) as did:
        _tell(did, streams.opened(keys, source))
        _ended(did, "pg_restore")


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
