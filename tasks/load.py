"""The load task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.load import load_record
from tasks.names import LOAD
from tasks.process_state import PROCESS
from tasks.running import busy, task_result


@shared_task(name=LOAD)
def run(record_id: str) -> str:
    """Load one record."""
    with busy("record", record_id) as identifier:
        change = load_record(PROCESS.world, identifier)
    return task_result(change)
