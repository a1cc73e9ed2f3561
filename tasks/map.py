"""The map task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.map import map_records
from tasks.names import MAP
from tasks.process_state import PROCESS
from tasks.running import bring_more, busy, task_result


@shared_task(name=MAP)
def run(*record_ids: str) -> str:
    """Map these records."""
    with busy("record", record_ids) as identifiers:
        changes = map_records(PROCESS.world, identifiers)
        bring_more(identifiers)
    return task_result(changes)
