"""Redis as the doctor sees it. Nothing is lost with it, but work waits while it is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import redis

from connector.operations.check import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.operations.check import Check

_LEAST_VERSION = (6, 2)
_TIMEOUT_SECONDS = 5


def examine(broker_url: str) -> Iterator[Check]:
    """Reachable, new enough, and set up to keep what it is given."""
    host = urlsplit(broker_url).hostname
    try:
        with redis.Redis.from_url(
            broker_url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=_TIMEOUT_SECONDS
        ) as client:
            server: dict[str, Any] = dict(client.info("server"))
            yield _version(server)
            yield from _keeping(client)
    except redis.AuthenticationError:
        yield wrong(
            "redis", f"Redis at {host} refuses the password.", "Correct the password in ML_CONNECTOR_BROKER_URL."
        )
    except (redis.RedisError, OSError, ValueError) as error:
        yield wrong(
            "redis",
            f"Redis at {host} does not answer ({type(error).__name__}).",
            "Start it, or correct ML_CONNECTOR_BROKER_URL; nothing is lost, work goes on when it answers.",
        )


def _version(server: dict[str, Any]) -> Check:
    version = str(server.get("redis_version", "unknown"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers and numbers < _LEAST_VERSION:
        return wrong("redis", f"Redis {version}", "Use Redis 6.2 or newer.")
    return ok("redis", f"Redis {version} answers")


def _keeping(client: redis.Redis) -> Iterator[Check]:
    try:
        found: dict[str, str] = {
            name: str(client.config_get(name).get(name, "")) for name in ("maxmemory-policy", "appendonly")
        }
    except redis.ResponseError:
        yield warning(
            "redis settings",
            "This Redis does not show its settings (a managed service).",
            "Make sure that its eviction policy is noeviction.",
        )
        return
    policy = found["maxmemory-policy"]
    if policy == "noeviction":
        yield ok("redis eviction", policy)
    else:
        yield wrong(
            "redis eviction",
            f"{policy}: Redis may throw messages away when its memory is full.",
            "Set maxmemory-policy to noeviction.",
        )
    if found["appendonly"] == "yes":
        yield ok("redis append-only file", "on")
    else:
        yield warning(
            "redis append-only file",
            "off: a restart of Redis empties the queues until beat fills them again.",
            "Set appendonly to yes.",
        )
