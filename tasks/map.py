"""The map task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.map import map_record
from tasks.names import MAP
from tasks.process_state import PROCESS
from tasks.running import busy, task_result


@shared_task(name=MAP)
def run(record_id: str) -> str:
    """Map one record."""
    with busy("record", record_id) as identifier:
        change = map_record(PROCESS.world, identifier)
    return task_result(change)
