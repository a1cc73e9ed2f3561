"""The canary task: it does nothing but say that it came through its queue."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from tasks.names import CANARY
from tasks.process_state import PROCESS
from tasks.running import coming_back


# No events: in Flower it would push the work out of the list.
@shared_task(name=CANARY, send_events=False)
def run(canary: str) -> str:
    """Come back."""
    with coming_back():
        newest = PROCESS.world.store.canary_came_back(UUID(canary), PROCESS.world.worker)
    return "came back" if newest else "a newer one is on its way"
