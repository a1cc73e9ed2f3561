"""What is done to the stack, in order; every sentence that comes back is something that is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.compose import checks
from tests.compose.books import Books
from tests.compose.deployment import SIMULATORS
from tests.compose.striking import Striker
from tests.compose.watching import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from tests.compose.deployment import Deployment

MOST_MEGABYTES = 250
#: one of each kind
_STRIKES = 6
_SCALED = ("--scale", "worker-load=3", "--scale", "worker-map=2")


def recipe(deployment: Deployment, *, seed: int, cleaning: ExitStack, announce: Callable[[str], None]) -> Iterator[str]:
    """Build, start, set up, scale, strike, upgrade, stop and start, compare, back up, take down, start again."""
    sizes = deployment.build()
    announce(f"Images, in MB: {sizes}")
    if sizes["ml-connector"] > MOST_MEGABYTES:
        yield f"The image of the product takes {sizes['ml-connector']} MB, at most {MOST_MEGABYTES} are wanted."
    announce(f"The release before is {deployment.build_before()}, as it was before the newest migration.")
    deployment.up()
    announce(f"{len(deployment.containers())} containers are up and healthy.")
    yield from checks.doctor(deployment, announce, fresh=True)
    watcher = Watcher(deployment)
    cleaning.callback(watcher.remove)
    watcher.start()
    deployment.set_up()
    books = Books(deployment, announce)
    books.misbehave()
    deployment.up(*_SCALED)
    striker = Striker(deployment, seed)
    yield from _struck(striker, books, "first day", announce)
    yield from checks.logs(deployment, announce)
    books.day("second_day")
    announce("Upgrading while the news of a second day are on their way.")
    before = checks.migration(deployment)
    _upgrade(deployment)
    announce(f"The ledger went from {before} to {(after := checks.migration(deployment))}.")
    if before == after:
        yield f"No migration ran: the ledger is at {after} as before."
    yield from _struck(striker, books, "second day", announce)
    books.day("third_day")
    yield from _struck(striker, books, "third day", announce)
    announce(f"Struck: {dict(striker.struck)}, among faults of the simulators: {books.struck()}")
    deployment.well()
    yield from checks.doctor(deployment, announce)
    yield from watcher.amiss(announce)
    yield from checks.nightly(deployment, announce)
    yield from checks.logs(deployment, announce)
    yield from _stopped(deployment, books, announce)
    watcher.remove()
    yield from checks.forgotten(deployment, announce)


def _struck(striker: Striker, books: Books, day: str, announce: Callable[[str], None]) -> Iterator[str]:
    """Strike while the documents of a day are on their way, and wait until they have come to their end."""
    for _ in range(_STRIKES):
        announce(striker.once())
    yield from books.settled(day)


def _upgrade(deployment: Deployment) -> None:
    """As docs/operations.md says: images with a tag of their own, then the tables, then everything but simulators."""
    deployment.release = "second"
    deployment.build()
    deployment.compose("up", "-d", "--no-build", "--no-deps", *_SCALED, *_product(deployment))
    deployment.well()


def _product(deployment: Deployment) -> list[str]:
    servers = {"postgres", "redis"}
    return [name for name in deployment.services() if name not in servers and not name.startswith(SIMULATORS)]


def _stopped(deployment: Deployment, books: Books, announce: Callable[[str], None]) -> Iterator[str]:
    """Stop everything but the simulators, servers included, and start it: the ledger knows what it knew."""
    before = checks.loaded(deployment)
    stopped = [*_product(deployment), "postgres", "redis"]
    deployment.compose("stop", *stopped)
    deployment.compose("rm", "--force", *stopped)
    deployment.compose("up", "-d", "--no-build", *_SCALED, *stopped)
    deployment.well()
    yield from books.settled("night")
    after = checks.loaded(deployment)
    if before > after:
        yield f"The ledger had {before} documents as done before everything was stopped, and has {after} now."
    announce(f"Everything but the simulators was removed and started again: {before} documents were done, {after} are.")
