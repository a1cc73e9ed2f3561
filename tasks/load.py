"""The load task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.load import load_records
from tasks.names import LOAD
from tasks.process_state import PROCESS
from tasks.running import Dead, bring_more, busy, task_result


@shared_task(throws=(Dead,), name=LOAD)
def run(*record_ids: str) -> str:
    """Load these records."""
    with busy("record", record_ids) as work:
        tally = load_records(PROCESS.world, work.ids)
        bring_more(work.ids)
    return task_result(work, tally)
