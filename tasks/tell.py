"""The task that tells channels of alerts: one that is away is tried again later, and holds up no other one."""

from __future__ import annotations

from celery import shared_task

from tasks.names import TELL
from tasks.process_state import PROCESS
from tasks.running import coming_back


@shared_task(name=TELL)
def run() -> str:
    """Send what is due."""
    with PROCESS.task(), coming_back():
        return f"sent {PROCESS.tell()}"
