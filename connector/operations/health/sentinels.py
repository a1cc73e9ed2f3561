"""Sentinels as the doctor sees them, and the Redis that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import redis
from redis.sentinel import MasterNotFoundError, Sentinel

from connector.operations.check import ok, warning, wrong
from connector.operations.health import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.config.broker import Broker
    from connector.operations.check import Check

#: replicas of the primary that answer
_LIVE = "live replicas"


def examine(broker: Broker, encryption: Iterator[Check], once: Mapping[str, Any]) -> Iterator[Check]:
    """Ask each Sentinel, then the primary; raises what redis-py raises when there is none to be reached."""
    asked = Sentinel(  # type: ignore[no-untyped-call]  # redis-py's Sentinel has no types
        broker.address.servers,
        sentinel_kwargs={**broker.to_sentinels, **once},
        **{**broker.to_redis, **once},
    )
    try:
        states = [_state(one, broker.primary) for one in asked.sentinels]
        if not any(isinstance(state, dict) for state in states):
            yield from encryption
            yield _nobody_knows(broker, [state for state in states if isinstance(state, Exception)])
            return
        client = asked.master_for(broker.primary)  # type: ignore[no-untyped-call]  # likewise
        client.ping()
        yield from encryption
        yield from redis_server.examine(client)
        yield from _watched(broker, states)
    except MasterNotFoundError:
        yield wrong(
            "redis",
            f"The Sentinels know {broker.primary}, and no server of it that is a primary now.",
            "Wait for the failover; work goes on when there is one. If it lasts, look into the Sentinels' logs.",
        )
    finally:
        asked.close()


def _state(sentinel: redis.Redis, primary: str) -> dict[str, Any] | Exception:
    """What one of them knows of the primary; the error when it does not answer, or knows none."""
    try:
        found: Any = sentinel.sentinel_master(primary)
        replicas: Any = sentinel.sentinel_slaves(primary)
        return {**found, _LIVE: sum(not (one["is_sdown"] or one["is_odown"]) for one in replicas)}
    except (redis.RedisError, OSError) as error:
        return error


def _nobody_knows(broker: Broker, errors: Sequence[Exception]) -> Check:
    for error in errors:
        if isinstance(error, (redis.AuthenticationError, redis.exceptions.NoPermissionError)) or "NOAUTH" in str(error):
            return wrong(
                "redis sentinels",
                "The Sentinels refuse the password.",
                "Correct sentinel_password (and sentinel_username) in ML_CONNECTOR_BROKER_URL.",
            )
        if isinstance(error, redis.ResponseError):
            return wrong(
                "redis sentinels",
                f"The Sentinels know no primary that is called {broker.primary}.",
                "Correct master_name in ML_CONNECTOR_BROKER_URL: the name in their `sentinel monitor`.",
            )
    raise errors[0]


def _watched(broker: Broker, states: Sequence[dict[str, Any] | Exception]) -> Iterator[Check]:
    """Whether a failover would come to a good end."""
    known = [state for state in states if isinstance(state, dict)]
    silent = [
        f"{host}:{port}"
        for (host, port), state in zip(broker.address.servers, states, strict=True)
        if not isinstance(state, dict)
    ]
    replicas = min(state[_LIVE] for state in known)
    others = max(int(state.get("num-other-sentinels", 0)) for state in known)
    quorum = max(int(state.get("quorum", 1)) for state in known)
    if silent:
        yield warning(
            "redis sentinels", f"{', '.join(silent)} does not answer", "Start it, or take it out of the address."
        )
    if others + 1 < max(quorum, 3):
        yield warning(
            "redis sentinels",
            f"{others + 1} of them know one another: when one is away, none of them fails over",
            "Run three or more on machines of their own.",
        )
    if not replicas:
        yield warning("redis replica", "there is none to fail over to", "Give the primary a replica.")
    elif not silent and others + 1 >= max(quorum, 3):
        yield ok("redis sentinels", f"{others + 1}, of which {quorum} have to agree; {replicas} to fail over to")
