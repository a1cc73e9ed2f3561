"""The confirm task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.confirm import confirm_record
from tasks.names import CONFIRM
from tasks.process_state import PROCESS
from tasks.running import busy, task_result


@shared_task(name=CONFIRM)
def run(record_id: str) -> str:
    """Tell the source of one record."""
    with busy("record", record_id) as identifier:
        change = confirm_record(PROCESS.world, identifier)
    return task_result(change)
