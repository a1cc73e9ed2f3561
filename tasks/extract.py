"""The extract task."""

from __future__ import annotations

from celery import shared_task

from connector.pipeline.extract import extract
from tasks.names import EXTRACT
from tasks.process_state import PROCESS
from tasks.running import NOTHING_TO_DO, busy, later


@shared_task(name=EXTRACT)
def run(piece_id: str) -> str:
    """Read the documents of one piece of a run, and store them."""
    with busy("piece", [piece_id]) as work:
        done = extract(PROCESS.world, work.ids[0])
    if done is None:
        return NOTHING_TO_DO
    if done.due_in and not done.stored:
        raise later(work.told("piece.retry"), done.due_in.total_seconds())
    told = {"stored": done.stored, "not readable": done.failed, "later": done.left}
    figures = ", ".join(f"{name} {count}" for name, count in told.items() if count)
    return work.told(figures) if figures else NOTHING_TO_DO
