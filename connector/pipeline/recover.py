"""What is due is sent, what was lost is found.

Retries, lost messages, a flushed broker, dead workers, released gates, requeued dead letters and replays are all the
same mechanism, run every second by every beat. A worker that has done many of a flow at once runs it for that flow, so
that its queue is filled again as it drains.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from connector.domain.journey import STEP_OF

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.journey import Step
    from connector.ports import Dispatcher, Recovery

#: runs, pieces of runs and records sent at once over all flows
MOST_RUNS = 50
MOST_PIECES = 100
MOST_RECORDS = 500


def send_runs(recovery: Recovery, dispatcher: Dispatcher) -> None:
    """Send the runs that should be under way."""
    dispatcher.poll(recovery.due_runs(MOST_RUNS))


def send_pieces(recovery: Recovery, dispatcher: Dispatcher) -> None:
    """Send the pieces of runs that should be read."""
    dispatcher.extract(recovery.due_pieces(MOST_PIECES))


def send_records(recovery: Recovery, dispatcher: Dispatcher, *, beside: UUID | None = None) -> None:
    """Send the records that should be moving, each to the step that is next, those of one flow together.

    ``beside`` a record: those of its flow alone.
    """
    steps: dict[tuple[Step, UUID], list[UUID]] = defaultdict(list)
    for due in recovery.due_records(MOST_RECORDS, beside=beside):
        if due.goes_alone:
            dispatcher.step(STEP_OF[due.state], [due.record_id])
        else:
            steps[STEP_OF[due.state], due.flow_id].append(due.record_id)
    for (step, _), record_ids in steps.items():
        dispatcher.step(step, record_ids)
