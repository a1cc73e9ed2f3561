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
    with busy("piece", [piece_id]) as (identifier,):
        done = extract(PROCESS.world, identifier)
    if done is None:
        return NOTHING_TO_DO
    if done.due_in and not done.stored:
        raise later("retry", done.due_in.total_seconds())
    told = {"stored": done.stored, "not readable": done.failed, "later": done.left}
    return ", ".join(f"{name} {count}" for name, count in told.items() if count) or NOTHING_TO_DO
