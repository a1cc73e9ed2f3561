"""One Redis as the doctor sees it: what it is, whether it takes messages, and whether it keeps them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from redis.exceptions import MasterDownError, NoPermissionError, ReadOnlyError, RedisError, ResponseError

from connector.embedded.server_versions import version_in
from connector.operations.check import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

    from connector.operations.check import Check

_LEAST_VERSION = (6, 2)
_NEWER = (
    "Use a newer one (a distribution may have corrected this one without changing its number): `up` takes the "
    "machine's redis-server or valkey-server when it is newer than its own; production wants its own Redis."
)
#: the commands that messages travel by, each in a form that leaves nothing; the last one removes what was tried
_TRIED = (
    "LPUSH {} 1",
    "LLEN {}",
    "BRPOP {} 0.01",
    "RPOP {}",
    "HSET {}:hash 1 1",
    "HGET {}:hash 1",
    "HDEL {}:hash 1",
    "ZADD {}:index 1 1",
    "ZRANGE {}:index 0 0",
    "ZREM {}:index 1",
    "SADD {}:set 1",
    "SMEMBERS {}:set",
    "SREM {}:set 1",
    "TYPE {}",
    "PUBLISH {} 1",
    "DEL {} {}:hash {}:index {}:set",
)
#: how a replica says that it is one
_REPLICA = (ReadOnlyError, MasterDownError)


def examine(client: redis.Redis) -> Iterator[Check]:
    """Look at the server behind a client that has been answered."""
    try:
        yield from _version(dict(client.info("server")))
        replica = client.info("replication").get("role") == "slave"
    except NoPermissionError:
        yield ok("redis", "answers")
        yield warning(
            "redis settings",
            "This Redis does not show its version and settings to the connector's user (INFO).",
            "Give it +info, or make sure yourself of noeviction and the append-only file: docs/security.md.",
        )
        yield messages(client)
    else:
        yield _a_replica() if replica else messages(client)
        yield from _keeping(client)
    yield _commands(client)


def messages(client: redis.Redis) -> Check:
    """Whether what messages need is allowed and done: each command is tried once."""
    key = f"ml-connector:doctor:{uuid.uuid4()}"
    tried = client.pipeline(transaction=False)
    for command in _TRIED:
        tried.execute_command(*command.format(*[key] * 4).split())  # type: ignore[no-untyped-call]  # redis-py's
    answers = tried.execute(raise_on_error=False)
    refused = {command.split()[0]: why for command, why in zip(_TRIED, answers, strict=True) if _refuses(why)}
    if forbidden := [name for name, why in refused.items() if isinstance(why, NoPermissionError)]:
        return wrong(
            "redis messages",
            f"The connector's user may not use {', '.join(forbidden)}: nothing is queued, or nothing is taken.",
            "Give it the rights named in docs/security.md (commands, and keys and channels that begin with "
            "ml-connector:).",
        )
    if refused:
        if any(isinstance(why, _REPLICA) for why in refused.values()):
            return _a_replica()
        return _full(str(next(iter(refused.values()))))
    return ok("redis messages", "are taken and given")


def _refuses(answer: object) -> bool:
    return isinstance(answer, RedisError)


def _full(why: str) -> Check:
    return wrong(
        "redis messages",
        f"This Redis takes no messages: {why.split(chr(10), 1)[0][:200]}",
        "See its log; free memory or disk, or raise its limit. Nothing is lost, work goes on when it takes them.",
    )


def _a_replica() -> Check:
    return wrong(
        "redis role",
        "This Redis is a replica: nothing can be queued.",
        "Point ML_CONNECTOR_BROKER_URL at the primary, or wait for the failover; work goes on when there is one.",
    )


def _version(server: dict[str, Any]) -> Iterator[Check]:
    name = "valkey" if server.get("server_name") == "valkey" else "redis"
    version = version_in(f"{name} {server.get('valkey_version' if name == 'valkey' else 'redis_version', '')}")
    if version is None:
        yield ok("redis", "answers")
        return
    if version.numbers < _LEAST_VERSION:
        yield wrong("redis", f"{version}", "Use Redis 6.2 or newer.")
        return
    yield ok("redis", f"{version} answers")
    if version.trouble:
        yield warning("redis version", f"{version}: {version.trouble}", _NEWER)


def _commands(client: redis.Redis) -> Check:
    """Whether the password is good for more than messages."""
    try:
        client.config_get("maxmemory-policy")
    except ResponseError:
        return ok("redis commands", "the connector's password does not reach the server's settings")
    return warning(
        "redis commands",
        "Whoever has the connector's password may change the server (CONFIG, MODULE, scripts).",
        "Give the connector a user with the rights named in docs/security.md.",
    )


def _keeping(client: redis.Redis) -> Iterator[Check]:
    policy = str(client.info("memory").get("maxmemory_policy", "unknown"))
    if policy == "noeviction":
        yield ok("redis eviction", policy)
    elif policy == "unknown":
        yield warning(
            "redis settings",
            "This Redis does not show its settings (a managed service).",
            "Make sure that its eviction policy is noeviction.",
        )
    else:
        yield wrong(
            "redis eviction",
            f"{policy}: Redis may throw messages away when its memory is full.",
            "Set maxmemory-policy to noeviction.",
        )
    if client.info("persistence").get("aof_enabled"):
        yield ok("redis append-only file", "on")
    else:
        yield warning(
            "redis append-only file",
            "off: a restart of Redis empties the queues until beat fills them again.",
            "Set appendonly to yes.",
        )
