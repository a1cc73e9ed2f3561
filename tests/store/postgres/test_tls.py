"""A real PostgreSQL that speaks TLS and asks for a password: the machine's own; the wheel's was built without TLS."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.embedded import places
from connector.embedded.places import free_port
from connector.store.postgres.engine import open_single, translating_database_errors
from tests.accounts import as_whom
from tests.certificates import self_signed
from tests.leaks import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = max((found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)
if PROGRAMS is None or b"SSL_CTX_new" not in (PROGRAMS / "postgres").read_bytes():
    pytest.skip("no PostgreSQL with TLS here; Debian's package postgresql has it", allow_module_level=True)


def run(*words: str | Path) -> None:
    """Run a program of the server as the account it may run as."""
    subprocess.run(words, check=True, capture_output=True, cwd="/", **as_whom())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short directory that the account may write to."""
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    self_signed(made)
    (made / "password").write_text("hunter2")
    account = places.unprivileged_account()
    if account:
        for place in (made, *made.iterdir()):
            shutil.chown(place, account.uid, account.gid)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """The beginning of its addresses."""
    assert PROGRAMS is not None
    port, data = free_port(), folder / "data"
    run(
        PROGRAMS / "initdb",
        "-D",
        data,
        "-A",
        "scram-sha-256",
        "-U",
        "ada",
        "--no-sync",
        "--pwfile",
        folder / "password",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c ssl=on"
    options += f" -c ssl_cert_file={folder}/server.pem -c ssl_key_file={folder}/server.key"
    run(PROGRAMS / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    yield f"127.0.0.1:{port}/postgres"
    run(PROGRAMS / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def connected(url: str) -> None:
    with translating_database_errors(), open_single(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").scalar_one()


def test_a_certificate_is_verified_with_the_authority_that_is_named(server: str, folder: Path) -> None:
    connected(f"postgresql://ada:hunter2@{server}?sslmode=verify-full&sslrootcert={folder}/server.pem")


@pytest.mark.parametrize(
    ("host", "words", "sentence"),
    [
        ("127.0.0.1", "sslrootcert=/nowhere.pem", r'root certificate file "/nowhere.pem" does not exist'),
        ("127.0.0.1", "sslrootcert={folder}/password", "could not read root certificate file"),
        ("127.0.0.1", "sslrootcert={folder}/other.pem", "certificate verify failed"),
        ("localhost", "sslrootcert={folder}/server.pem", "does not match host name"),
    ],
)
def test_where_tls_fails_it_is_said(server: str, folder: Path, host: str, words: str, sentence: str) -> None:
    self_signed(folder, "other")
    place = server.replace("127.0.0.1", host)
    with pytest.raises(ConfigurationError, match=f"^Postgres answers, but not over TLS .*: .*{sentence}"):
        connected(f"postgresql://ada:hunter2@{place}?sslmode=verify-full&{words.format(folder=folder)}")


def test_what_is_wrong_besides_is_told_apart(server: str, folder: Path) -> None:
    verified = f"sslmode=verify-full&sslrootcert={folder}/server.pem"
    for who, sentence in (("ada:wrong", "refused the password"), ("ada", "refused the password")):
        with pytest.raises(ConfigurationError, match=sentence):
            connected(f"postgresql://{who}@{server}?{verified}")
    with pytest.raises(ConfigurationError, match="does not exist: create it"):
        connected(f"postgresql://ada:hunter2@{server.replace('/postgres', '/nowhere')}?{verified}")
