"""The housekeeping task: seal the audit trail, make room for next month's, warn of connections that will lapse."""

from __future__ import annotations

from celery import shared_task

from tasks.names import KEEP
from tasks.process_state import PROCESS


@shared_task(name=KEEP)
def run() -> str:
    """Keep the ledger in order."""
    with PROCESS.task():
        PROCESS.do_chores()
        return PROCESS.world.store.housekeeping()
