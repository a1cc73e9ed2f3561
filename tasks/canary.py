"""The canary task: it does nothing but say that it came through its queue."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from celery import shared_task

from tasks.names import CANARY
from tasks.process_state import PROCESS
from tasks.running import coming_back

if TYPE_CHECKING:
    from celery import Task


# No events: in Flower it would push the work out of the list.
@shared_task(name=CANARY, send_events=False, bind=True)
def run(task: Task, canary: str) -> str:
    """Come back. Whoever moves a canary to another queue makes its own look alive, so it says where it was taken."""
    queue = str(task.request.delivery_info["routing_key"])
    with coming_back():
        newest = PROCESS.world.store.canary_came_back(UUID(canary), PROCESS.world.worker, queue)
    return "came back" if newest else "a newer one is on its way"
