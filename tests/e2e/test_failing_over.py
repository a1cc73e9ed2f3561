"""Redis moves, pauses, or takes commands away while workers wait for messages: none of them ends, all work on."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import redis

from connector.config import PREFIX
from connector.embedded.programs import beat
from connector.embedded.redis import RIGHTS, EmbeddedRedis
from tests.e2e.plant import LONG, new_customer, worker
from tests.fire.blackhole import Blackhole
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Customer, Plant

pytestmark = pytest.mark.skipif(not LONG, reason="takes minutes: `make outage`")

#: somebody who may do what the service that runs a Redis does
_OPERATOR = {"user operator": "on >operator ~* &* +@all", "masteruser": "operator", "masterauth": "operator"}
#: what was seen to end a worker lasted eight to fifteen
_SECONDS = 15


@dataclass(kw_only=True)
class Managed:
    """Two Redis servers behind one address, which leads to the one that is asked for."""

    servers: list[EmbeddedRedis]
    operators: list[Any]
    leads_to: int = 0

    def port(self, server: int) -> int:
        return int(urlsplit(self.servers[server].url()).port or 0)

    @property
    def now(self) -> Any:
        return self.operators[self.leads_to]

    def follow(self, replica: int, primary: int) -> None:
        """Be a replica, as soon as both know it."""
        self.operators[replica].replicaof("127.0.0.1", self.port(primary))
        until(lambda: self.operators[replica].info("replication")["master_link_status"] == "up", "the replica follows")


@pytest.fixture(scope="module")
def managed(server_directory: Path) -> Iterator[Managed]:
    with ExitStack() as stack:
        homes = (server_directory / "managed-1", server_directory / "managed-2")
        servers = [stack.enter_context(EmbeddedRedis(home, settings=_OPERATOR)) for home in homes]
        found = Managed(servers=servers, operators=[])
        for one in (0, 1):
            client = redis.Redis(port=found.port(one), username="operator", password="operator")
            found.operators.append(stack.enter_context(client))
            client.execute_command("ACL", "SETUSER", "default", f">{servers[0]._password()}")
        found.follow(1, 0)
        yield found


@pytest.fixture(scope="module")
def plant(managed: Managed, start_plant: StartPlant) -> Iterator[Plant]:
    with (
        Blackhole(lambda: asyncio.open_connection("127.0.0.1", managed.port(managed.leads_to))) as network,
        pytest.MonkeyPatch.context() as environment,
    ):
        url = f"redis://:{managed.servers[0]._password()}@127.0.0.1:{network.port}/0"
        environment.setenv(f"{PREFIX}BROKER_URL", url)
        with start_plant([worker("one", processes=2), worker("two", processes=2), beat()]) as started:
            yield started


@pytest.fixture(scope="module")
def customer(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    with new_customer(plant, documents=10, latency_ms=100) as made:
        made.set_up(tmp_path_factory.mktemp("failing-over"), schedule="every 3s")
        yield made


def read_only(managed: Managed, wait: Callable[[], None]) -> None:
    """What answers is a replica: READONLY, and UNBLOCKED for whoever waited in BRPOP."""
    managed.now.replicaof("127.0.0.1", 1)
    wait()
    managed.now.replicaof("NO", "ONE")


def stale(managed: Managed, wait: Callable[[], None]) -> None:
    """A replica that has lost its primary, and answers MASTERDOWN."""
    managed.now.config_set("replica-serve-stale-data", "no")
    read_only(managed, wait)


def paused(managed: Managed, wait: Callable[[], None]) -> None:
    """Nobody is answered."""
    managed.now.client_pause(_SECONDS * 1000, all=True)
    wait()


def writes_paused(managed: Managed, wait: Callable[[], None]) -> None:
    """Nobody who writes is answered; BRPOP writes."""
    managed.now.client_pause(_SECONDS * 1000, all=False)
    wait()


def forbidden(managed: Managed, wait: Callable[[], None]) -> None:
    """The connector's user may neither take messages nor send any: NOPERM."""
    managed.now.execute_command("ACL", "SETUSER", "default", "-brpop", "-lpush", "-zadd")
    wait()
    managed.now.execute_command("ACL", "SETUSER", "default", *RIGHTS.split())


def failed_over(managed: Managed, wait: Callable[[], None]) -> None:
    """FAILOVER; the address leads to the new primary some seconds later."""
    before, after = managed.leads_to, 1 - managed.leads_to
    managed.now.execute_command("FAILOVER")
    wait()
    managed.leads_to = after
    managed.follow(before, after)


@pytest.mark.parametrize(
    "trouble",
    [read_only, failed_over, paused, writes_paused, forbidden, stale],
    ids=lambda it: it.__name__,
)
def test_work_goes_on_by_itself(
    plant: Plant, customer: Customer, managed: Managed, trouble: Callable[[Managed, Callable[[], None]], None]
) -> None:
    customer.qad.add_documents({"generate": {"orders": 10}})
    plant.until(lambda: not customer.quiet(), "documents are on their way")
    processes = {status.name: status.pid for status in plant.stack.status()}

    def wait() -> None:
        over = time.monotonic() + _SECONDS
        plant.until(lambda: time.monotonic() > over, "it is over")

    trouble(managed, wait)
    customer.qad.add_documents({"generate": {"orders": 2}})
    customer.settled_since(plant.now())
    assert {status.name: status.pid for status in plant.stack.status()} == processes, "nobody ended"
    customer.reconciled()
    assert customer.dead() == {}
