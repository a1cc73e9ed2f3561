"""RabbitMQ as the doctor sees it: over AMQP alone, because its management need not run."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import amqp
from amqp.exceptions import AccessRefused, AMQPError, NotFound, PreconditionFailed

from connector.config.broker_address import at
from connector.operations.check import ok, wrong

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from connector.config.broker import Broker
    from connector.operations.check import Check

#: quorum queues are older; earlier ones are maintained by nobody
_LEAST_VERSION = (3, 10)
_QUORUM = {"x-queue-type": "quorum"}
_RIGHTS = "Give it all rights in its virtual host (rabbitmqctl set_permissions): docs/operations.md."
#: for RabbitMQ to say that it takes nothing
_A_MOMENT = 0.5


def examine(broker: Broker, queues: Collection[str], encryption: Iterator[Check], *, timeout: float) -> Iterator[Check]:
    """Reach one of its nodes and look; raises OSError when none is reached."""
    with _reached(broker, timeout) as found:
        if not isinstance(found, amqp.Connection):
            yield found
            return
        yield from encryption
        yield _version(found)
        checks = [check for queue in queues if (check := _queue(found, queue)) is not None]
        yield from checks
        if not checks:
            yield ok("rabbitmq queues", "each is a quorum queue, and may be used")
        yield _takes(found, queues)


@contextmanager
def _reached(broker: Broker, timeout: float) -> Iterator[Any]:
    """A connection to the first node that answers, or what is wrong with all."""
    failures: list[OSError] = []
    address = broker.address
    for host, port in address.servers:
        connection = amqp.Connection(
            at(host, port),
            userid=address.username or "guest",
            password=address.password or "guest",
            login_method="PLAIN",
            virtual_host=address.place,
            ssl=_tls(broker, host),
            connect_timeout=timeout,
            read_timeout=timeout,
            write_timeout=timeout,
        )
        try:
            connection.connect()
        except AccessRefused:
            yield wrong(
                "rabbitmq",
                f"RabbitMQ at {host} refuses the user or the password.",
                "Correct them in ML_CONNECTOR_BROKER_URL.",
            )
            return
        except AMQPError as error:
            yield _no_place(address.place, host, error)
            return
        except OSError as error:
            failures.append(error)
            continue
        try:
            yield connection
        finally:
            with suppress(OSError, AMQPError):
                connection.close()
        return
    raise failures[0]


def _tls(broker: Broker, host: str) -> Any:  # noqa: ANN401 - py-amqp's: a mapping, or nothing
    if not broker.tls:
        return False
    said = dict(broker.amqp_tls)
    return {**said, "server_hostname": host} if "server_hostname" in said else said


def _no_place(place: str, host: str, error: Exception) -> Check:
    if getattr(error, "reply_code", 0) in {404, 530}:
        return wrong(
            "rabbitmq",
            f"RabbitMQ at {host} has no virtual host {place}, or the user may not enter it.",
            "Make one (rabbitmqctl add_vhost, set_permissions), or correct ML_CONNECTOR_BROKER_URL.",
        )
    return wrong(
        "rabbitmq",
        f"RabbitMQ at {host} ends the conversation ({type(error).__name__}).",
        "See its log; nothing is lost, work goes on when it answers.",
    )


def _version(connection: amqp.Connection) -> Check:
    said = connection.server_properties
    name, version = str(said.get("product", "?")), str(said.get("version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if name != "RabbitMQ" or numbers < _LEAST_VERSION:
        return wrong("rabbitmq", f"{name} {version}", "Use RabbitMQ 3.10 or newer.")
    return ok("rabbitmq", f"{name} {version} answers")


def _queue(connection: amqp.Connection, queue: str) -> Check | None:
    """What is wrong with a queue; one that is not there yet is made by the first who needs it."""
    what = f"rabbitmq queue {queue}"
    try:
        channel = connection.channel()
        channel.queue_declare(queue, passive=True)
        channel.queue_declare(queue, durable=True, exclusive=False, auto_delete=False, arguments=_QUORUM)
        channel.close()
    except NotFound:
        return None
    except PreconditionFailed:
        return wrong(
            what,
            "is there, and is no quorum queue: workers and beat cannot use it",
            f"Stop the workers and remove it (rabbitmqctl delete_queue {queue}); what was on it is sent again.",
        )
    except AccessRefused:
        return wrong(
            what,
            "may not be used by the connector's user",
            _RIGHTS,
        )
    return None


def _takes(connection: amqp.Connection, queues: Collection[str]) -> Check:
    """Whether it takes messages: it says so to whoever sends one. This one goes to nobody."""
    blocked: list[str] = []
    connection.on_blocked = blocked.append
    try:
        channel = connection.channel()
        channel.basic_publish(amqp.Message(""), exchange=next(iter(queues), ""), routing_key="doctor")
        connection.drain_events(timeout=_A_MOMENT)
    except AccessRefused:
        return wrong("rabbitmq messages", "The connector's user may not send any.", _RIGHTS)
    except (TimeoutError, NotFound):
        """It said nothing against it; or nobody has made the exchange yet."""
    if blocked:
        return wrong(
            "rabbitmq messages",
            "RabbitMQ takes no messages: it is short of memory or disk (an alarm).",
            "See `rabbitmqctl status`; nothing is lost, work goes on when the alarm is over.",
        )
    return ok("rabbitmq messages", "are taken")
