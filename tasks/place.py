"""Where a worker process keeps its world: set once when the process starts, used by every task."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from connector.pipeline.world import World


class Place:
    """The world of this process, and what it is busy with (its heartbeat says so)."""

    def __init__(self) -> None:
        self._world: World | None = None
        self.busy_with: UUID | None = None

    def settle_in(self, world: World) -> None:
        """Use this world from now on."""
        self._world = world

    @property
    def world(self) -> World:
        """The world; a task that runs before the process was set up is a mistake of ours."""
        if self._world is None:
            raise RuntimeError("this worker process was not set up: start it with `celery -A workers.app worker`")
        return self._world


HERE = Place()
