"""Celery's way to RabbitMQ: quorum queues, and only messages of ours arrive.

What is refused is acknowledged and gone; what a message stood for is in the ledger, which sends it again. RabbitMQ
itself gives back what lay with whoever died.
"""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any

from kombu.transport import pyamqp

from tasks import events, messages
from tasks.names import QUEUES
from workers.transport import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger(__name__)

#: for RabbitMQ to say that a message is on its queue
CONFIRM_SECONDS = 10
_JSON = {"content_type": "application/json", "content_encoding": "utf-8"}


class Channel(pyamqp.Channel):
    """kombu's own, with the eyes open."""

    def queue_declare(self, queue: str = "", **options: Any) -> Any:  # noqa: ANN401 - py-amqp's signature
        """Queues of ours outlive a node of RabbitMQ, whoever declares them.

        Said here and not to Celery, which would keep 28 more queues for delays; ours are in the ledger.
        """
        if queue in QUEUES:
            arguments = {**(options.pop("arguments", None) or {}), "x-queue-type": "quorum"}
            options |= {"durable": True, "exclusive": False, "auto_delete": False, "arguments": arguments}
        return super().queue_declare(queue=queue, **options)

    def basic_publish(self, msg: Any, exchange: str = "", **options: Any) -> Any:  # noqa: ANN401 - py-amqp's signature
        """Work is on its queue when this returns; what Flower hears may be lost."""
        if exchange in QUEUES:
            options["confirm_timeout"] = CONFIRM_SECONDS
            return self.basic_publish_confirm(msg, exchange=exchange, **options)
        return super().basic_publish(msg, exchange=exchange, **options)

    def basic_consume(self, queue: str, *, callback: Callable[[Any], object], **options: Any) -> Any:  # noqa: ANN401 - py-amqp's signature
        """Hand on what is ours."""
        look = _work if queue in QUEUES else _told

        def looked_at(message: Any) -> None:  # noqa: ANN401 - py-amqp has no types
            try:
                look(message, queue)
            except messages.Forged as why:
                about = queue if queue in QUEUES else "events"
                _log.warning(REFUSED, extra={"queue": about, "why": str(why), "bytes": len(message.body)})
                if not options.get("no_ack"):
                    self.basic_ack(message.delivery_tag)
            else:
                callback(message)

        return super().basic_consume(queue, callback=looked_at, **options)

    def give_back(self) -> None:
        """Nothing to do: RabbitMQ does it when a connection ends."""


class Connection(pyamqp.Connection):
    """With channels of ours."""

    Channel = Channel


class _PerConsumer:
    """Quorum queues know no prefetch for a whole channel, which kombu would ask older servers for."""

    Connection = Connection

    def qos_semantics_matches_spec(self, connection: object) -> bool:  # noqa: ARG002 - kombu's signature
        return True


class Transport(_PerConsumer, pyamqp.Transport):
    """What ``amqp://`` stands for."""


class SSLTransport(_PerConsumer, pyamqp.SSLTransport):
    """What ``amqps://`` stands for."""


def _work(message: Any, queue: str) -> None:  # noqa: ANN401 - py-amqp has no types
    anew = messages.anew(_as_redis_has_it(message, "task", "id", "retries"), queue)
    _write(
        message, anew, {"correlation_id": anew["properties"]["correlation_id"], "application_headers": anew["headers"]}
    )
    message.delivery_info |= {"exchange": queue, "routing_key": queue}


def _told(message: Any, queue: str) -> None:  # noqa: ANN401, ARG001 - likewise
    _write(message, events.anew(_as_redis_has_it(message)), {"application_headers": {}})


def _as_redis_has_it(message: Any, *headers: str) -> bytes:  # noqa: ANN401 - likewise
    """A message in the form that is looked at."""
    given = message.properties.get("application_headers") or {}
    body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    return json.dumps(
        {
            "headers": {name: given.get(name) for name in (*headers, "compression")},
            "properties": {},
            "content-type": message.properties.get("content_type"),
            "body": base64.b64encode(body).decode(),
        },
        default=lambda _: None,
    ).encode()


def _write(message: Any, anew: Mapping[str, Any], properties: Mapping[str, Any]) -> None:  # noqa: ANN401 - likewise
    message.body = base64.b64decode(anew["body"]).decode()
    message.properties = {**_JSON, **properties}
