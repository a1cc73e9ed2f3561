"""The poll task."""

from __future__ import annotations

import re

from celery import shared_task

from connector.pipeline.poll import poll
from tasks.names import POLL
from tasks.process_state import PROCESS
from tasks.running import NOTHING_TO_DO, busy

REMARK = "remark"
#: what Flower is told word for word; a remark is in the ledger (`ml-connector run list`)
_FIGURES = re.compile(r"read \d+( so far| again)?(, going on)?|another worker has this run")


@shared_task(name=POLL)
def run(run_id: str) -> str:
    """Execute a slice of one run."""
    with busy("run", [run_id]) as work:
        said = poll(PROCESS.world, work.ids[0])
    if said is None:
        return NOTHING_TO_DO
    return work.told(said if _FIGURES.fullmatch(said) else REMARK)
