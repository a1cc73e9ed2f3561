"""The confirm task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.confirm import confirm_records
from tasks.names import CONFIRM
from tasks.process_state import PROCESS
from tasks.running import bring_more, busy, task_result


@shared_task(name=CONFIRM)
def run(*record_ids: str) -> str:
    """Tell the source how these records ended."""
    with busy("record", record_ids) as identifiers:
        changes = confirm_records(PROCESS.world, identifiers)
        bring_more(identifiers)
    return task_result(changes)
