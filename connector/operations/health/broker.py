"""The broker as the doctor sees it. Nothing is lost with it, but work waits while it is away."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import redis
from amqp.exceptions import AMQPError
from redis.backoff import NoBackoff
from redis.retry import Retry

from connector.config.broker_address import Kind
from connector.operations.check import ok, warning, wrong
from connector.operations.health import rabbitmq, redis_server, sentinels

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from connector.config.broker import Broker
    from connector.operations.check import Check

#: of the broker, for one answer
TIMEOUT_SECONDS = 5


def examine(broker: Broker, queues: Collection[str] = ()) -> Iterator[Check]:
    """Reachable, spoken to as it should be, and set up to keep what it is given."""
    try:
        if broker.kind is Kind.RABBITMQ:
            yield from rabbitmq.examine(broker, queues, encryption(broker), timeout=TIMEOUT_SECONDS)
            return
        timeouts = {"socket_connect_timeout": TIMEOUT_SECONDS, "socket_timeout": TIMEOUT_SECONDS}
        once = {**timeouts, "retry": Retry(NoBackoff(), 0)}
        if broker.kind is Kind.SENTINEL:
            yield from sentinels.examine(broker, encryption(broker), once)
            return
        with redis.Redis.from_url(broker.url, **once, **broker.tls) as client:
            client.ping()
            yield from encryption(broker)
            yield from redis_server.examine(client)
    except redis.AuthenticationError:
        yield refused_password(broker)
    except (redis.RedisError, AMQPError, OSError, ValueError) as error:
        yield _refused_encryption(broker, error) or silent(broker, type(error).__name__)


def silent(broker: Broker, why: str) -> Check:
    """Nobody is there, or nobody who can be understood."""
    return wrong(
        broker.name,
        f"{broker.kind} at {broker.host} does not answer ({why}).",
        "Start it, or correct ML_CONNECTOR_BROKER_URL; nothing is lost, work goes on when it answers.",
    )


def refused_password(broker: Broker) -> Check:
    """Somebody is there, and does not know us."""
    return wrong(
        broker.name,
        f"{broker.kind} at {broker.host} refuses the password.",
        "Correct the password in ML_CONNECTOR_BROKER_URL.",
    )


def encryption(broker: Broker) -> Iterator[Check]:
    """How it is spoken to."""
    if broker.unverified:
        yield warning(
            f"{broker.name} certificate",
            f"{broker.kind} is spoken to over TLS, but {broker.unverified}: whoever is on the way may answer instead.",
            "Take that out of ML_CONNECTOR_BROKER_URL; ML_CONNECTOR_BROKER_CA names an authority of your own.",
        )
    elif broker.tls:
        yield ok(f"{broker.name} certificate", "verified")


def _refused_encryption(broker: Broker, error: BaseException) -> Check | None:
    """What TLS itself says; redis-py wraps it."""
    met: BaseException | None = error
    while met is not None and not isinstance(met, ssl.SSLError):
        met = met.__cause__ or met.__context__
    if isinstance(met, ssl.SSLCertVerificationError):
        return wrong(
            broker.name,
            f"The certificate of {broker.kind} at {broker.host} is not trusted ({met.verify_message}); it was told "
            "nothing.",
            "Correct the host in ML_CONNECTOR_BROKER_URL, or name its authority in ML_CONNECTOR_BROKER_CA.",
        )
    if met is not None:
        return wrong(
            broker.name,
            f"{broker.kind} at {broker.host} and we do not agree on an encrypted connection ({met.reason}).",
            "Look whether that port speaks TLS, and whether it asks for a certificate (ML_CONNECTOR_BROKER_CERT).",
        )
    return None
