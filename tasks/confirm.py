"""The confirm task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.confirm import confirm_records
from tasks.names import CONFIRM
from tasks.process_state import PROCESS
from tasks.running import Dead, bring_more, busy, task_result


@shared_task(throws=(Dead,), name=CONFIRM)
def run(*record_ids: str) -> str:
    """Tell the source how these records ended."""
    with busy("record", record_ids) as work:
        tally = confirm_records(PROCESS.world, work.ids)
        bring_more(work.ids)
    return task_result(work, tally)
