"""The housekeeping task: seal the audit trail, make room for next month's, warn of connections that will lapse."""

from __future__ import annotations

from celery import shared_task

from tasks.names import KEEP
from tasks.place import HERE


@shared_task(name=KEEP)
def run() -> str:
    """Keep the ledger in order."""
    with HERE.task():
        HERE.do_chores()
        return HERE.world.store.housekeeping()
