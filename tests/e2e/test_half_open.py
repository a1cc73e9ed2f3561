"""The network to broker or Postgres swallows everything and closes nothing: no worker stands still, nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from connector.config import PREFIX
from connector.embedded import roles
from connector.embedded.postgres import EmbeddedPostgres
from connector.embedded.programs import beat
from connector.embedded.redis import EmbeddedRedis
from tests.e2e.plant import HANGS, LONG, new_customer, worker
from tests.fire.blackhole import Blackhole
from tests.fire.rabbitmq import installed, rabbitmq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Customer, Plant

pytestmark = pytest.mark.skipif(not LONG, reason="takes minutes: `make outage`")

#: seconds a worker may take to stop by itself while the broker says nothing, before `up` kills it: every message that
#: it cannot acknowledge costs it some of them
GRACE_SECONDS = {"postgres": HANGS, "broker": 45.0}
#: connections: those of the workers' processes, of the workers themselves, and of beat
MOST_SPOKE = 5
WORKERS = ("one", "two")


@dataclass(frozen=True, kw_only=True)
class Far:
    """A plant whose servers are behind networks that can fail."""

    plant: Plant
    broker: Blackhole
    postgres: Blackhole


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def far(request: pytest.FixtureRequest, server_directory: Path, start_plant: StartPlant) -> Iterator[Far]:
    if request.param == "rabbitmq" and not installed():
        pytest.skip("there is no RabbitMQ here; Debian's package rabbitmq-server has it")
    with ExitStack() as stack:
        postgres = stack.enter_context(EmbeddedPostgres(server_directory / f"far-postgres-{request.param}"))
        home = server_directory / f"far-{request.param}"
        if request.param == "redis":
            url = urlsplit(stack.enter_context(EmbeddedRedis(home)).url())
        else:
            url = urlsplit(stack.enter_context(rabbitmq(home)).url)
        to_broker = stack.enter_context(Blackhole(lambda: asyncio.open_connection("127.0.0.1", url.port)))
        socket = f"{postgres._socket}/.s.PGSQL.5432"
        to_postgres = stack.enter_context(Blackhole(lambda: asyncio.open_unix_connection(socket)))
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        name = urlsplit(postgres.url()).path
        environment.setenv(f"{PREFIX}DATABASE_URL", f"postgresql://{roles.LOGIN}@127.0.0.1:{to_postgres.port}{name}")
        environment.setenv(f"{PREFIX}OWNER_DATABASE_URL", postgres.url(user=roles.OWNER))
        environment.setenv(f"{PREFIX}BROKER_URL", url.geturl().replace(f":{url.port}/", f":{to_broker.port}/"))
        plant = stack.enter_context(start_plant([*(worker(name, processes=2) for name in WORKERS), beat()]))
        plant.ledger = postgres.url()
        yield Far(plant=plant, broker=to_broker, postgres=to_postgres)


@pytest.fixture(scope="module")
def customer(far: Far, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    with new_customer(far.plant, documents=10, latency_ms=300) as made:
        made.set_up(tmp_path_factory.mktemp("far"), schedule="every 3s")
        yield made


@pytest.mark.parametrize("which", ["broker", "postgres"])
def test_work_goes_on_by_itself_after_the_network_swallowed_everything(
    far: Far, customer: Customer, which: str
) -> None:
    plant, network = far.plant, getattr(far, which)
    customer.qad.add_documents({"generate": {"orders": 10}})
    plant.until(lambda: _ended(plant) > 0 and not customer.quiet(), "documents are on their way")
    processes = {row.id for row in plant.ask("SELECT id FROM workers")}

    network.swallow()
    plant.until(lambda: network.lost >= MOST_SPOKE, "most of them have spoken into the silence")
    network.heal()
    healed, ended = plant.now(), _ended(plant)

    def all_live() -> bool:
        heard = {row.id for row in plant.ask("SELECT id FROM workers WHERE heartbeat_at > %(healed)s", healed=healed)}
        return processes <= heard

    plant.until(all_live, "every process speaks again")
    plant.until(lambda: _ended(plant) > ended, "documents come to their end")
    customer.settled_since(healed)
    customer.reconciled()
    assert customer.dead() == {}


@pytest.mark.parametrize("which", ["postgres", "broker"])
def test_workers_told_to_stop_while_nothing_passes_are_gone_in_time_and_lose_nothing(
    far: Far, customer: Customer, which: str
) -> None:
    plant, network = far.plant, getattr(far, which)
    customer.qad.add_documents({"generate": {"orders": 10}})
    held = "SELECT id FROM records WHERE lease_owner IS NOT NULL"
    plant.until(lambda: plant.ask(held), "somebody works")

    network.swallow()
    told = [plant.stack._supervisor._children[f"worker-{name}"].process for name in WORKERS]
    stopping = [process for process in told if process is not None]
    for process in stopping:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS[which]
    for process in stopping:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    left = [process for process in stopping if process.poll() is None]
    assert which == "broker" or not left
    for process in left:
        os.killpg(process.pid, signal.SIGKILL)
    network.heal()

    customer.settled_since(plant.now())
    customer.reconciled()
    assert customer.dead() == {}


def _ended(plant: Plant) -> int:
    return int(plant.ask("SELECT count(*) AS n FROM records WHERE state = 'done'")[0].n)
