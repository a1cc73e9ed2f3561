from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import redis

from connector.domain.errors import ConfigurationError
from connector.embedded.ownership import pid_in, works_in
from connector.embedded.redis import EmbeddedRedis

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
        client.rpush("queue", "one")
    with server, redis.Redis.from_url(server.url()) as client:
        assert client.lrange("queue", 0, -1) == [b"one"]


def test_it_appends_every_second_and_never_evicts_a_queue(server: EmbeddedRedis) -> None:
    with server, redis.Redis.from_url(server.url()) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


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
            client.set("kept", "yes")
        pid = pid_in(server.home / "redis.pid")
        assert pid is not None
    finally:
        owner.kill()
        owner.wait()
    with server, redis.Redis.from_url(server.url()) as client:
        assert client.get("kept") == b"yes"
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
