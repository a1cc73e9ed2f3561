"""What the doctor says of a Redis, by what its user may do there and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import redis

from connector.config.broker import broker_of
from connector.config.settings import Settings
from connector.embedded.redis import RIGHTS, EmbeddedRedis
from connector.operations.check import Health
from connector.operations.health import broker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OURS = "on >app ~ml-connector:* &* +@all"


@pytest.fixture(scope="module")
def operated(server_directory: Path) -> Iterator[tuple[int, Any]]:
    """The port of a Redis, and somebody who may do everything there."""
    operator = {"user operator": "on >operator ~* &* +@all"}
    with EmbeddedRedis(server_directory / "operated", settings=operator) as server:
        port = urlsplit(server.url()).port or 0
        with redis.Redis(port=port, username="operator", password="operator") as client:
            yield port, client


def checked(port: int) -> dict[str, Any]:
    settings = Settings(broker_url=f"redis://app:app@127.0.0.1:{port}/0")
    return {check.what: check for check in broker.examine(broker_of(settings))}


@pytest.mark.parametrize(
    ("rights", "forbidden"),
    [
        (_OURS, ""),
        (f"{_OURS} -@dangerous", ""),
        (RIGHTS.replace("~", "on >app ~", 1), ""),
        (f"{_OURS} -@blocking", "BRPOP"),
        (f"{_OURS} -@write", "LPUSH, BRPOP, RPOP, HSET, HDEL, ZADD, ZREM, SADD, SREM, DEL"),
        ("on >app ~other:* &* +@all", "LPUSH, LLEN, BRPOP, RPOP, HSET, HGET, HDEL"),
        ("on >app ~ml-connector:* +@all resetchannels", "PUBLISH"),
    ],
)
def test_the_commands_that_messages_need_are_tried(operated: tuple[int, Any], rights: str, forbidden: str) -> None:
    port, client = operated
    client.execute_command("ACL", "SETUSER", "app", "reset", *rights.split())
    found = checked(port)["redis messages"]
    assert found.health is (Health.WRONG if forbidden else Health.OK)
    assert forbidden in found.found
    assert client.keys("*") == [], "nothing of it is left"


def test_what_does_not_take_messages_says_why_whoever_may_ask(operated: tuple[int, Any]) -> None:
    port, client = operated
    client.execute_command("ACL", "SETUSER", "app", "reset", *f"{_OURS} -@dangerous".split())
    client.config_set("min-replicas-to-write", 1)
    found = checked(port)["redis messages"]
    client.config_set("min-replicas-to-write", 0)
    assert found.health is Health.WRONG
    assert "NOREPLICAS" in found.found

    client.replicaof("127.0.0.1", 1)
    found = checked(port)["redis role"]
    client.replicaof("NO", "ONE")
    assert "replica: nothing can be queued" in found.found
