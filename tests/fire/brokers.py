"""Brokers beside the Redis of `up` that chaos can be made with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from connector.config import PREFIX
from tests.fire.rabbitmq import rabbitmq
from tests.fire.sentinels import sentinels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SENTINEL, RABBITMQ = "sentinel", "rabbitmq"
#: what a quorum is made of
_NODES = 3


class Struck(Protocol):
    """A broker of several processes, any of which may be killed."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    def ready(self) -> bool:
        """Whether it is whole."""
        ...

    def tend(self) -> None:
        """Bring back who was killed."""
        ...

    def ways(self) -> Mapping[str, int]:
        """What can be done to it: methods that take a chance and say what they did, and how often each is chosen."""
        ...


@contextmanager
def broker(name: str, directory: Path) -> Iterator[Struck | None]:
    """The broker of this name, which stacks that are started meanwhile use; none for the Redis of `up`."""
    if not name:
        yield None
        return
    starting = sentinels(directory) if name == SENTINEL else rabbitmq(directory, nodes=_NODES)
    with starting as started, pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"{PREFIX}BROKER_URL", started.url)
        yield started
