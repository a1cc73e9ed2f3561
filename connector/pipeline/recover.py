"""What is due is sent, what was lost is found.

Retries, lost messages, a flushed broker, dead workers, released gates, requeued dead letters and replays are all the
same mechanism, run every second by every beat.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from connector.domain.journey import STEP_OF

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.journey import Step
    from connector.ports import Dispatcher, NextFire, Recovery

#: runs sent at once, and records sent at once over all flows
MOST_RUNS = 50
MOST_RECORDS = 500


def send_due(recovery: Recovery, dispatcher: Dispatcher, next_fire: NextFire) -> int:
    """Fire flows that are due and send everything that should be moving; returns how much was sent."""
    recovery.fire_due_flows(next_fire)
    recovery.release_more()
    runs = recovery.due_runs(MOST_RUNS)
    steps: dict[Step, list[UUID]] = defaultdict(list)
    for record_id, state in recovery.due_records(MOST_RECORDS):
        steps[STEP_OF[state]].append(record_id)
    dispatcher.poll(runs)
    for step, record_ids in steps.items():
        dispatcher.step(step, record_ids)
    return len(runs) + sum(map(len, steps.values()))
