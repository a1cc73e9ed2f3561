from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import redis

from connector.domain.errors import ConfigurationError
from connector.embedded import redis_programs
from connector.embedded.ownership import pid_in, works_in
from connector.embedded.redis import EmbeddedRedis
from connector.embedded.server_versions import version_in

if TYPE_CHECKING:
    from pathlib import Path

SERVE_UNTIL_KILLED = """
import sys, signal
from pathlib import Path
from connector.embedded.redis import EmbeddedRedis
print(EmbeddedRedis(Path(sys.argv[1])).start(), flush=True)
signal.pause()
"""


@pytest.fixture
def server(tmp_path: Path) -> EmbeddedRedis:
    return EmbeddedRedis(tmp_path / "redis")


def test_what_was_pushed_is_there_after_a_stop_and_a_start(server: EmbeddedRedis) -> None:
    with server, redis.Redis.from_url(server.url()) as client:
        client.rpush("ml-connector:queue", "one")
    with server, redis.Redis.from_url(server.url()) as client:
        assert client.lrange("ml-connector:queue", 0, -1) == [b"one"]


def test_it_appends_every_second_and_never_evicts_a_queue(server: EmbeddedRedis) -> None:
    with server, redis.Redis.from_url(server.url()) as client:
        assert client.info("persistence")["aof_enabled"] == 1
        assert client.info("memory")["maxmemory_policy"] == "noeviction"
        assert "appendfsync everysec\n" in (server.home / "redis.conf").read_text()


def test_nobody_enters_without_the_password_which_is_in_no_command_line(server: EmbeddedRedis) -> None:
    with server:
        address = server.url().rsplit("@", 1)[1]
        with redis.Redis.from_url(f"redis://{address}") as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        password = server.url().split(":")[2].split("@")[0]
        shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(server.pid)], capture_output=True, check=True)
        assert password.encode() not in shown.stdout
        assert (server.home / "password").stat().st_mode & 0o777 == 0o600
        assert (server.home / "redis.conf").stat().st_mode & 0o777 == 0o600


def test_a_server_dies_with_its_killed_owner_and_the_next_start_has_its_data(server: EmbeddedRedis) -> None:
    owner = subprocess.Popen([sys.executable, "-c", SERVE_UNTIL_KILLED, server.home], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    try:
        with owner.stdout as output:
            url = output.readline().strip()
        with redis.Redis.from_url(url) as client:
            client.set("ml-connector:kept", "yes")
        pid = pid_in(server.home / "redis.pid")
        assert pid is not None
    finally:
        owner.kill()
        owner.wait()
    with server, redis.Redis.from_url(server.url()) as client:
        assert client.get("ml-connector:kept") == b"yes"
        assert server.pid != pid
    assert not works_in(pid, server.home)


def test_two_owners_of_one_directory_are_refused(server: EmbeddedRedis) -> None:
    with server:
        with pytest.raises(ConfigurationError, match="in use by another ml-connector"):
            EmbeddedRedis(server.home).start()
        assert server.alive()


def test_a_start_that_fails_says_why(server: EmbeddedRedis) -> None:
    (server.home / "appendonly.aof").write_text("this is not an append-only file")
    with pytest.raises(ConfigurationError, match=r"did not start in .* Its log is .*server\.log"):
        server.start()
    assert not server.alive()


FORBIDDEN = (
    ("CONFIG", "SET", "dir", "/"),
    ("CONFIG", "GET", "requirepass"),
    ("MODULE", "LOAD", "x.so"),
    ("EVAL", "return 1", "0"),
    ("SCRIPT", "LOAD", "return 1"),
    ("DEBUG", "SLEEP", "0"),
    ("SHUTDOWN", "NOSAVE"),
    ("SAVE",),
    ("BGREWRITEAOF",),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("SLAVEOF", "127.0.0.1", "1"),
    ("ACL", "SETUSER", "default", "+@all"),
    ("MONITOR",),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("MIGRATE", "127.0.0.1", "1", "ml-connector:x", "0", "10"),
    ("KEYS", "*"),
    ("SET", "somebody-elses", "x"),
)


def test_its_password_does_not_reach_the_server_itself(server: EmbeddedRedis) -> None:
    with server, redis.Redis.from_url(server.url()) as client:
        for command in FORBIDDEN:
            with pytest.raises(redis.exceptions.ResponseError) as refused:
                client.execute_command(*command)
            assert re.search("permission|not allowed", str(refused.value)), command
        assert client.ping()


def test_a_value_that_no_message_needs_is_refused(server: EmbeddedRedis) -> None:
    with server, redis.Redis.from_url(server.url()) as client:
        with pytest.raises(redis.exceptions.RedisError):
            client.lpush("ml-connector:map", b"0" * 1_300_000)
        assert client.llen("ml-connector:map") == 0


def program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{says}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("own", "taken"),
    [
        ({"redis-server": "echo 'Redis server v=7.4.6 sha=0'"}, "redis-server"),
        (
            {"redis-server": "echo 'Redis server v=7.4.6'", "valkey-server": "echo 'Valkey server v=8.1.4'"},
            "valkey-server",
        ),
        ({"redis-server": "echo 'Redis server v=6.0.16'"}, ""),
        ({"redis-server": "exit 1"}, ""),
        ({}, ""),
    ],
)
def test_a_newer_server_of_the_machine_comes_before_the_one_in_the_wheel(
    tmp_path: Path, own: dict[str, str], taken: str
) -> None:
    if redis_programs.bundled() is None:
        pytest.skip("no wheel brings a Redis for this machine")
    for name, says in own.items():
        program(tmp_path / "bin", name, says)
    wanted = tmp_path / "bin" / taken if taken else redis_programs.bundled()
    assert redis_programs.server(str(tmp_path / "bin")) == wanted


def test_without_any_server_the_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_programs, "bundled", lambda: None)
    with pytest.raises(ConfigurationError, match="There is no redis-server here"):
        redis_programs.server(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("Redis server v=6.2.14 sha=40305114:0 malloc=libc", "corrected in 6.2.20"),
        ("Redis server v=6.2.20", ""),
        ("redis 7.0.15", "the series 7.0 is not corrected any more"),
        ("redis:7.4-bookworm", ""),
        ("redis 9.0.0", ""),
        ("Valkey server v=8.1.3 sha=0", "corrected in 8.1.4"),
        ("postgres (PostgreSQL) 18.0", "corrected in 18.1"),
        ("postgres:18-bookworm", ""),
        ("postgres:13", "the series 13 is not corrected any more"),
    ],
)
def test_versions_that_are_known_to_be_vulnerable_are_told_from_others(text: str, trouble: str) -> None:
    version = version_in(text)
    assert version is not None
    assert version.trouble.endswith(trouble)
    assert bool(version.trouble) == bool(trouble)
