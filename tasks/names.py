"""Stable names of tasks and queues: what Flower shows, and what messages in flight carry over a deploy."""

from __future__ import annotations

from connector.domain.journey import Step

POLL = "ml_connector.poll"
EXTRACT = "ml_connector.extract"
MAP = "ml_connector.map"
LOAD = "ml_connector.load"
CONFIRM = "ml_connector.confirm"
KEEP = "ml_connector.keep"
TELL = "ml_connector.tell"
#: goes through every queue in turn
CANARY = "ml_connector.canary"

#: kinds of work have their own queues, so that one cannot starve another
QUEUE_OF = {
    POLL: "poll",
    EXTRACT: "extract",
    MAP: "map",
    LOAD: "load",
    CONFIRM: "load",
    KEEP: "control",
    TELL: "control",
}
QUEUES = tuple(dict.fromkeys(QUEUE_OF.values()))

#: the most records that one message of a step names
MOST_RECORDS = 50

TASK_OF_STEP = {Step.MAP: MAP, Step.LOAD: LOAD, Step.CONFIRM: CONFIRM}
