"""The poll task."""

from __future__ import annotations

from celery import shared_task

from connector.domain.harmless import harmless
from connector.pipeline.poll import poll
from tasks.names import POLL
from tasks.place import HERE
from tasks.running import NOTHING_TO_DO, busy


@shared_task(name=POLL)
def run(run_id: str) -> str:
    """Execute a slice of one run."""
    with busy(run_id) as identifier:
        return harmless(poll(HERE.world, identifier) or NOTHING_TO_DO, keep="")
