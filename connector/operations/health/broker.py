"""Redis as the doctor sees it. Nothing is lost with it, but work waits while it is away."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import redis

from connector.embedded.server_versions import version_in
from connector.operations.check import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.config.broker import Broker
    from connector.operations.check import Check

_LEAST_VERSION = (6, 2)
_TIMEOUT_SECONDS = 5
_NEWER = (
    "Use a newer one (a distribution may have corrected this one without changing its number): `up` takes the "
    "machine's redis-server or valkey-server when it is newer than its own; production wants its own Redis."
)


def examine(broker: Broker) -> Iterator[Check]:
    """Reachable, new enough, and set up to keep what it is given."""
    try:
        with redis.Redis.from_url(
            broker.url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=_TIMEOUT_SECONDS, **broker.tls
        ) as client:
            client.ping()
            yield from _encryption(broker)
            try:
                yield from _figures(client)
            except redis.exceptions.NoPermissionError:
                yield ok("redis", "answers")
                yield warning(
                    "redis settings",
                    "This Redis does not show its version and settings to the connector's user (INFO).",
                    "Give it +info, or make sure yourself of noeviction and the append-only file: docs/security.md.",
                )
            yield _commands(client)
    except redis.AuthenticationError:
        yield wrong(
            "redis", f"Redis at {broker.host} refuses the password.", "Correct the password in ML_CONNECTOR_BROKER_URL."
        )
    except (redis.RedisError, OSError, ValueError) as error:
        yield _refused_encryption(broker, error) or wrong(
            "redis",
            f"Redis at {broker.host} does not answer ({type(error).__name__}).",
            "Start it, or correct ML_CONNECTOR_BROKER_URL; nothing is lost, work goes on when it answers.",
        )


def _figures(client: redis.Redis) -> Iterator[Check]:
    yield from _version(dict(client.info("server")))
    yield from _primary(client)
    yield from _keeping(client)


def _primary(client: redis.Redis) -> Iterator[Check]:
    if client.info("replication").get("role") == "slave":
        yield wrong(
            "redis role",
            "This Redis is a replica: nothing can be queued.",
            "Point ML_CONNECTOR_BROKER_URL at the primary, or wait for the failover; work goes on when there is one.",
        )


def _encryption(broker: Broker) -> Iterator[Check]:
    if broker.unverified:
        yield warning(
            "redis certificate",
            f"Redis is spoken to over TLS, but {broker.unverified}: whoever is on the way may answer in its place.",
            "Take that out of ML_CONNECTOR_BROKER_URL; ML_CONNECTOR_BROKER_CA names an authority of your own.",
        )
    elif broker.tls:
        yield ok("redis certificate", "verified")


def _refused_encryption(broker: Broker, error: BaseException) -> Check | None:
    """What TLS itself says; redis-py wraps it."""
    met: BaseException | None = error
    while met is not None and not isinstance(met, ssl.SSLError):
        met = met.__cause__ or met.__context__
    if isinstance(met, ssl.SSLCertVerificationError):
        return wrong(
            "redis",
            f"The certificate of Redis at {broker.host} is not trusted ({met.verify_message}); it was told nothing.",
            "Correct the host in ML_CONNECTOR_BROKER_URL, or name its authority in ML_CONNECTOR_BROKER_CA.",
        )
    if met is not None:
        return wrong(
            "redis",
            f"Redis at {broker.host} and we do not agree on an encrypted connection ({met.reason}).",
            "Look whether that port speaks TLS, and whether Redis asks for a certificate (ML_CONNECTOR_BROKER_CERT).",
        )
    return None


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
        yield warning(
            "redis version",
            f"{version}: {version.trouble}",
            _NEWER,
        )


def _commands(client: redis.Redis) -> Check:
    """Whether the password is good for more than messages."""
    try:
        client.config_get("maxmemory-policy")
    except redis.ResponseError:
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
