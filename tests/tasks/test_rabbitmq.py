"""A real RabbitMQ: everybody reaches it, over TLS too; its queues are quorum queues, with nothing but ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from kombu import Connection, Consumer

from connector.config.settings import Settings
from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.operations.check import Health
from tasks.dispatch import CeleryDispatcher
from tasks.names import MAP, QUEUES
from tests.certificates import self_signed
from tests.e2e.plant import LONG
from tests.fire.rabbitmq import USER, installed, rabbitmq
from tests.tasks.asking import EVERYBODY, checked
from tests.tasks.test_flower import telling
from tests.waiting import HANG_SECONDS
from workers.celery_setup import create
from workers.transport import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.certificates import Pair
    from tests.fire.rabbitmq import RabbitMQ

pytestmark = pytest.mark.skipif(not LONG, reason="starts RabbitMQ several times: `make outage`")
if not installed():
    pytest.skip("there is no RabbitMQ here; Debian's package rabbitmq-server has it", allow_module_level=True)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("rabbitmq"))


@pytest.fixture(scope="module")
def server(server_directory: Path, pair: Pair) -> Iterator[RabbitMQ]:
    with rabbitmq(server_directory / "rabbitmq", tls=pair) as started:
        yield started


def encrypted(server: RabbitMQ, password: str = "") -> str:
    return f"amqps://{USER}:{password or server.password}@127.0.0.1:{server.tls_port}/"


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_reaches_it(who: Callable[[Settings], None], server: RabbitMQ, pair: Pair) -> None:
    who(Settings(broker_url=server.url))
    who(Settings(broker_url=encrypted(server), broker_ca=str(pair.cert)))
    with pytest.raises(Exception, match=r"(?i)certificate"):
        who(Settings(broker_url=encrypted(server)))


def test_a_message_comes_as_it_was_sent_and_one_of_somebody_else_is_gone(
    server: RabbitMQ, caplog: pytest.LogCaptureFixture
) -> None:
    record, settings = new_id(), Settings(broker_url=server.url)
    found: list[Any] = []
    with create(settings) as app, app.connection_for_read() as connection:
        dispatcher = CeleryDispatcher(app, longest_queue=10)
        assert dispatcher.empty(QUEUES) == list(QUEUES)
        with Connection(server.url) as stranger, stranger.Producer() as producer:
            for headers in ({"task": "os.system", "id": str(new_id())}, {"task": MAP, "id": "no id"}):
                producer.publish([[str(record)], {}, {}], exchange="map", routing_key="map", headers=headers)
        dispatcher.step(Step.MAP, [record])
        queue = app.amqp.queues["map"]
        with caplog.at_level(logging.WARNING), Consumer(connection.default_channel, [queue], on_message=found.append):
            while not found:
                connection.drain_events(timeout=HANG_SECONDS)
        [message] = found
        assert (message.headers["task"], message.headers["argsrepr"]) == (MAP, f"('{record}',)")
        assert message.delivery_info["routing_key"] == "map"
        message.ack()
        assert [line.message for line in caplog.records].count(REFUSED) == 2
        assert dispatcher.empty(["map"]) == ["map"]
    assert "map\tquorum" in server.nodes[0].control("list_queues", "name", "type")


def test_flower_hears_workers_and_nobody_who_only_looks_like_one(server: RabbitMQ) -> None:
    heard: list[Any] = []
    with create(Settings(broker_url=server.url)) as app, app.connection_for_read() as given:
        receiver = app.events.Receiver(given, handlers={"*": heard.append})
        with receiver.consumer_context(wakeup=False) as (connection, _, _), telling(app) as tells:
            with Connection(server.url) as stranger, stranger.Producer() as producer:
                producer.publish({"type": ["<b>"]}, exchange="celeryev", routing_key="worker.x")
            tells.send("worker-online", active=0)
            tells.flush()
            while not heard:
                connection.drain_events(timeout=HANG_SECONDS)
    assert [event["type"] for event in heard] == ["worker-online"]


def test_what_is_sent_after_everybody_was_thrown_out_arrives(server: RabbitMQ) -> None:
    with create(Settings(broker_url=server.url)) as app:
        dispatcher = CeleryDispatcher(app, longest_queue=10)
        dispatcher.canaries([("load", new_id())])
        server.nodes[0].control("close_all_connections", "for the test")
        dispatcher.canaries([("load", new_id())])
        dispatcher.canaries([("load", new_id())])
        with app.connection_for_write() as connection:
            assert connection.default_channel.queue_purge("load") >= 2


def test_the_doctor_says_what_is_wrong(server: RabbitMQ, pair: Pair) -> None:
    fine = checked(Settings(broker_url=encrypted(server), broker_ca=str(pair.cert)), QUEUES)
    assert {check.health for check in fine.values()} == {Health.OK}
    wrong = Settings(broker_url=encrypted(server, "wrong-password"), broker_ca=str(pair.cert))
    assert "refuses the user or the password" in checked(wrong, QUEUES)["rabbitmq"].found
    assert "wrong-password" not in str(checked(wrong, QUEUES))
    nowhere = checked(Settings(broker_url=f"{server.url}elsewhere"), QUEUES)
    assert "has no virtual host elsewhere" in nowhere["rabbitmq"].found
    away = checked(Settings(broker_url="amqp://127.0.0.1:1/"), QUEUES)
    assert "does not answer" in away["rabbitmq"].found
    node = server.nodes[0]
    node.control("set_permissions", USER, "^$", "^$", ".*")
    closed = checked(Settings(broker_url=server.url), QUEUES)
    assert "may not be used" in closed["rabbitmq queue map"].found
    assert "may not send" in closed["rabbitmq messages"].found
    node.control("set_permissions", USER, ".*", ".*", ".*")
    node.control("set_vm_memory_high_watermark", "absolute", "1")
    assert "short of memory or disk" in checked(Settings(broker_url=server.url), QUEUES)["rabbitmq messages"].found
