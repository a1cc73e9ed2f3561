"""Workers that look alive and do nothing, each in a way of its own, found by what comes out of their queues."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import redis
import requests
import uvicorn

from connector.config import PREFIX
from connector.embedded.programs import beat, worker
from tests.e2e.plant import LONG, SUPPLIERS, new_customer
from workers.console import create as console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Plant

#: nothing out of a queue for so long, and it is silent
BOUND = 10
#: how long the target keeps its answers to itself, and how long the product is ready to wait for them
AGES = 600


@pytest.fixture(scope="module")
def plant(start_plant: StartPlant) -> Iterator[Plant]:
    """Everything but a worker of the queue ``control``."""
    programs = [worker("poll", 1), worker("extract", 1), worker("map", 1), worker("load", 2), beat()]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"{PREFIX}SILENT_QUEUE_SECONDS", str(BOUND))
        environment.setenv(f"{PREFIX}MOST_RECORDS_A_TASK", "1")  # so that four documents block two processes
        with start_plant(programs) as started:
            yield started


@contextmanager
def served(plant: Plant) -> Iterator[str]:
    """The console over the same ledger; its address."""
    server = uvicorn.Server(uvicorn.Config(console(plant.stack.settings), port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def takers(plant: Plant, queue: str, number: int) -> list[Any]:
    """The processes that take from a queue, as soon as so many give signs of life."""
    statement = """SELECT pid, busy_with FROM workers
                   WHERE %(queue)s = ANY(queues) AND heartbeat_at > now() - interval '10 s'"""
    plant.until(lambda: len(plant.ask(statement, queue=queue)) == number, f"{number} processes of {queue} live")
    return plant.ask(statement, queue=queue)


def waiting_canaries(plant: Plant, queue: str) -> int:
    """How many canaries are on a queue."""
    with redis.Redis.from_url(plant.stack.settings.broker_url) as client:
        return sum(b"ml_connector.canary" in message for message in client.lrange(f"ml-connector:{queue}", 0, -1))


def logged(plant: Plant, name: str) -> list[dict[str, Any]]:
    """What beat logged of an event."""
    lines = (plant.stack.settings.data_dir / "logs" / "beat.log").read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return [event for event in events if event["event"] == name]


def raised(plant: Plant) -> list[str]:
    """What beat raised alerts about."""
    return [event["about"] for event in logged(plant, "queue.silent")]


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process that exists and does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.skipif(not LONG, reason="waits for each queue in turn: `make outage`")
def test_workers_that_look_alive_and_do_nothing_are_found_queue_by_queue(plant: Plant, tmp_path: Path) -> None:
    silent = ["queue control", "queue load", "queue map"]
    with served(plant) as url, ExitStack() as trouble:
        customer = trouble.enter_context(new_customer(plant, documents=4, patience=AGES))
        customer.set_up(tmp_path)
        customer.jaggaer.set_faults({"kind": "slow", "match": {"path": "/j1p/", "method": "POST"}, "seconds": AGES})
        plant.ok("flow", "run", customer.flow(SUPPLIERS))
        plant.until(lambda: all(one.busy_with for one in takers(plant, "load", 2)), "every process of load is blocked")
        trouble.enter_context(frozen(takers(plant, "map", 1)[0].pid))
        plant.until(lambda: len(raised(plant)) == len(silent), "beat raised its alerts")

        answer = requests.get(f"{url}/readyz", timeout=60)
        assert answer.status_code == 503
        assert "The queue control is silent" in answer.text
        assert "no live process takes from it" in answer.text.partition("The queue load")[0]
        assert "The queue load is silent" in answer.text
        assert "2 of its 2 live processes are stuck in a task" in answer.text
        assert "The queue map is silent" in answer.text
        assert "queue poll" not in answer.text
        assert requests.get(f"{url}/healthz", timeout=60).status_code == 200, "starting the console anew helps nobody"

        running = {status.name for status in plant.stack.status() if status.running}
        assert {"worker-load", "worker-map", "worker-poll"} <= running, "what others go by says that all is well"
        takers(plant, "load", 2)
        for queue in ("control", "map", "load"):
            assert waiting_canaries(plant, queue) <= 1

        said = plant("doctor", "--json")
        assert said.code == 1
        wrong = {check["what"]: check for check in json.loads(said.out)["checks"] if check["health"] == "wrong"}
        assert sorted(wrong) == silent
        assert "worker-control" in wrong["queue control"]["advice"]
        assert "restart" in wrong["queue load"]["advice"]

    with served(plant) as url:
        plant.stack._supervisor.start(worker("control", 1))
        plant.until(lambda: requests.get(f"{url}/readyz", timeout=60).status_code == 200, "everything answers")
    plant.until(lambda: len(logged(plant, "alert.over")) == len(silent), "beat took its alerts back")
    assert sorted(raised(plant)) == silent, "each was raised once"
    logs = {log.name: log.read_text() for log in (plant.stack.settings.data_dir / "logs").glob("worker-*.log")}
    assert "ml_connector.map" in logs["worker-map.log"]
    assert [name for name, text in logs.items() if "ml_connector.canary[" in text] == [], "no line for each canary"
