"""The map task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.map import map_records
from tasks.names import MAP
from tasks.process_state import PROCESS
from tasks.running import Dead, bring_more, busy, task_result


@shared_task(throws=(Dead,), name=MAP)
def run(*record_ids: str) -> str:
    """Map these records."""
    with busy("record", record_ids) as work:
        tally = map_records(PROCESS.world, work.ids)
        bring_more(work.ids)
    return task_result(work, tally)
