"""Celery's way to Redis, on which only messages of ours arrive: looked at before anything of them is unpacked.

kombu would decompress what a message calls compressed, and run what else it asks for. What is refused here is gone, as
if it had never been on the queue: what a message stood for is in the ledger, which sends it again.
"""

from __future__ import annotations

import functools
import json
import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kombu.transport import redis, virtual
from redis.exceptions import RedisError

from tasks import events, messages
from tasks.names import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)

REFUSED = "message.refused"
#: by one worker that starts; the oldest first
MOST_GIVEN_BACK = 1000
_TAKES = frozenset({"BRPOP", "RPOP"})


class Client(redis.PrefixedStrictRedis):
    """Takes messages off queues; what is none of ours looks as if the queue were empty."""

    def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:  # noqa: ANN401 - redis-py's signature
        """Read an answer."""
        answer = super().parse_response(connection, command_name, **options)
        if command_name not in _TAKES or not answer:
            return answer
        key, raw = answer if command_name == "BRPOP" else (b"", answer)
        found = _ours(raw, _queue(key))
        if found is None:
            return None
        return (key, found) if command_name == "BRPOP" else found


class QoS(redis.QoS):
    """What was taken and not done. Returned to its queue without a lock, which would need scripts in Redis.

    It is noted, and struck out, in one round trip and not as a transaction, which would be twice as many commands: what
    is cut off in between is a note of a message that nobody has, which goes by itself.
    """

    def append(self, message: Any, delivery_tag: str) -> None:  # noqa: ANN401 - kombu has no types
        """Note it."""
        info = message.delivery_info
        written = json.dumps([message._raw, info["exchange"], info["routing_key"]])  # noqa: SLF001 - as kombu does
        with self.channel.conn_or_acquire() as client:
            notes = client.pipeline(transaction=False)
            notes.zadd(self.unacked_index_key, {delivery_tag: time.time()})
            notes.hset(self.unacked_key, delivery_tag, written)
            notes.execute()
        virtual.QoS.append(self, message, delivery_tag)

    def _struck_out(self, delivery_tag: str) -> None:
        with self.channel.conn_or_acquire() as client:
            notes = client.pipeline(transaction=False)
            notes.hdel(self.unacked_key, delivery_tag)
            notes.zrem(self.unacked_index_key, delivery_tag)
            notes.execute()

    def ack(self, delivery_tag: str) -> None:
        """What Redis cannot be told is done all the same."""
        with self._place_given_back(delivery_tag):
            self._struck_out(delivery_tag)
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's signature
        """The same."""
        with self._place_given_back(delivery_tag):
            super().reject(delivery_tag, requeue)

    @contextmanager
    def _place_given_back(self, delivery_tag: str) -> Iterator[None]:
        """A place that is kept for a message nobody works on would be taken for ever; the ledger sends it again."""
        try:
            yield
        except BaseException:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def restore_visible(self, start: int = 0, num: int = 10, interval: int = 10) -> None:
        """Put back what was taken too long ago; two who do it at once do it once (the message is watched)."""
        self._vrestore_count += 1
        if (self._vrestore_count - 1) % (interval or 1):
            return
        with self.channel.conn_or_acquire() as client:
            latest = time.time() - self.visibility_timeout
            part = {"offset": start, "num": num} if num else {}
            tags = client.zrange(self.unacked_index_key, latest, 0, desc=True, byscore=True, **part)
            for tag in tags or []:
                self._restore(tag, client)

    def give_back(self) -> None:
        """Put back whatever was taken and not done: of it, what a living worker has is done once all the same.

        Nobody can tell whose it is, and it is little: a process holds one or two messages at a time.
        """
        try:
            with self.channel.conn_or_acquire() as client:
                tags = client.zrange(self.unacked_index_key, 0, MOST_GIVEN_BACK - 1)
                for tag in tags:
                    self._restore(tag, client)
        except (RedisError, OSError) as error:
            _log.warning("message.not_given_back", extra={"error": type(error).__name__})

    def _restore(self, tag: Any, client: Any) -> None:  # noqa: ANN401 - redis-py's
        try:
            self.restore_by_tag(tag, client)
        except (RedisError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever somebody put there, it must not end a worker
            _log.warning(REFUSED, extra={"queue": "unacked", "why": type(error).__name__})
            self._remove_from_indices(tag).execute()


class Channel(redis.Channel):
    """kombu's own, with the eyes open."""

    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - kombu's signature
        super().__init__(*args, **kwargs)
        self._clear_keys()

    def _clear_keys(self) -> None:
        """Remove what somebody put under our keys that is no queue: it would end every worker that looks there."""
        queues = {self._q_for_pri(name, step): b"list" for name in QUEUES for step in self.priority_steps}
        bindings = {self.keyprefix_queue % name: b"set" for name in QUEUES}
        wanted = queues | bindings | {self.unacked_key: b"hash", self.unacked_index_key: b"zset"}
        with self.conn_or_acquire() as client:
            asked = client.pipeline(transaction=False)
            for key in wanted:
                asked.execute_command("TYPE", f"{self.global_keyprefix}{key}")
            for (key, kind), there in zip(wanted.items(), asked.execute(), strict=True):
                if there not in {kind, b"none"}:
                    _log.warning(REFUSED, extra={"queue": key, "why": f"it is a {there.decode()}"})
                    client.delete(key)

    def give_back(self) -> None:
        """Put back what lay with whoever died."""
        self.qos.give_back()

    def _get_client(self) -> Any:  # noqa: ANN401 - kombu's signature
        return functools.partial(Client, global_keyprefix=self.global_keyprefix)

    def _handle_message(self, client: Any, r: Any) -> Any:  # noqa: ANN401 - kombu's signature
        """What Flower hears: events, and nothing in them that is not of its type."""
        heard = super()._handle_message(client, r)
        if isinstance(heard["data"], bytes):
            try:
                heard["data"] = json.dumps(events.anew(heard["data"])).encode()
            except messages.Forged as why:
                _log.warning(REFUSED, extra={"queue": "events", "why": str(why), "bytes": len(heard["data"])})
                heard["data"] = None
        return heard


class SentinelChannel(Channel, redis.SentinelChannel):
    """The same, on the Redis that Sentinels name."""


class Transport(redis.Transport):
    """What ``redis://`` stands for."""

    Channel = Channel


class SentinelTransport(redis.SentinelTransport):
    """What ``sentinel://`` stands for."""

    Channel = SentinelChannel


def _queue(key: Any) -> str:  # noqa: ANN401 - redis-py's
    name = key.decode(errors="replace") if isinstance(key, bytes) else str(key)
    return name.split(redis.Channel.sep, 1)[0]


def _ours(raw: bytes, queue: str) -> bytes | None:
    try:
        return json.dumps(messages.anew(raw, queue)).encode()
    except messages.Forged as why:
        _log.warning(REFUSED, extra={"queue": queue, "why": str(why), "bytes": len(raw)})
        return None
