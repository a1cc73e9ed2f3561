"""What the tasks share: being busy, and telling Flower how it ended, in codes: the sentences are in the ledger.

What a task returns or raises goes through Redis to Flower and into Celery's log.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from celery.exceptions import Retry, SoftTimeLimitExceeded

from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.observability import at_work, working_on
from connector.pipeline.recover import send_records
from tasks.process_state import PROCESS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from connector.pipeline.tally import Tally

_log = logging.getLogger(__name__)

NOTHING_TO_DO = "nothing to do"
STORE_RETRY_SECONDS = 30


@dataclass
class Work:
    """What a task was asked to work on."""

    ids: list[UUID]
    #: the flow, as Flower shows it; known when the work is done
    flow: str = ""

    def told(self, outcome: str) -> str:
        """Say with its flow how it ended."""
        return f"{self.flow} {outcome}" if self.flow else outcome


@contextmanager
def busy(kind: str, identifiers: Sequence[str]) -> Iterator[Work]:
    """Say what this process works on, to its heartbeat and in its log.

    A failing ledger shows as RETRY, because the records come back by themselves.
    """
    work = Work([UUID(identifier) for identifier in identifiers])
    named = {kind: identifiers[0]} if len(work.ids) == 1 else {f"{kind}s": str(len(work.ids))}
    PROCESS.busy_with = frozenset(work.ids)
    try:
        with PROCESS.task(), working_on(**named), coming_back(), _without_words():
            yield work
            work.flow = at_work()
    finally:
        PROCESS.busy_with = frozenset()


@contextmanager
def _without_words() -> Iterator[None]:
    try:
        yield
    except (StoreUnavailable, SoftTimeLimitExceeded):
        raise
    except ConnectorError as error:
        _log.error("task.failed", extra={"error": error.in_full})
        raise Failed(type(error).__name__) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, it leaves without its words
        _log.exception("task.failed")
        raise MistakeOfOurs(type(error).__name__) from None


@contextmanager
def coming_back() -> Iterator[None]:
    """Show a failing ledger as RETRY: what was asked for is asked for again by itself."""
    try:
        yield
    except StoreUnavailable as error:
        _log.warning("task.store_unavailable", extra={"error": error.in_full})
        raise later("store_unavailable", STORE_RETRY_SECONDS) from None


def bring_more(record_ids: Sequence[UUID]) -> None:
    """Fill the queues again with what is due of the flow of these. Where one goes alone, beat does it in its turn."""
    if len(record_ids) > 1:
        with suppress(ConnectorError):  # beat does it within a second
            send_records(PROCESS.world.store.recovery, PROCESS.world.dispatcher, beside=record_ids[0])


def more_taken(record_ids: Sequence[UUID]) -> None:
    """A step has taken these besides those it was given: the heartbeat says so, and others take their place."""
    PROCESS.busy_with |= frozenset(record_ids)
    bring_more(record_ids)


def done_with(record_ids: Collection[UUID]) -> None:
    """A step has ended these that it took besides, and goes on."""
    PROCESS.busy_with -= frozenset(record_ids)


def task_result(work: Work, tally: Tally) -> str:
    """What Flower shows of a step: of several records, how often one ended in which way.

    What is held shows as RETRY, raised without publishing: the ledger sends the next message. A dead letter shows as
    FAILURE, and so do those that went with it.
    """
    several = tally.ended.total() > 1
    if not tally.ended:
        return NOTHING_TO_DO
    outcome = work.told(
        ", ".join(f"{event} x {count}" if several else event for event, count in tally.ended.most_common())
    )
    if tally.soonest is not None and not tally.moved:
        raise later(outcome, tally.soonest)
    if tally.dead:
        raise Dead(outcome)
    return outcome


def later(code: str, seconds: float) -> Retry:
    """How Flower is told that something is tried again; nothing is published by it."""
    return Retry(code, exc=RetryLater(code), when=seconds)


class Dead(Exception):
    """A record became a dead letter; carries how many ended in which way, with codes."""


class Failed(Exception):
    """Something failed that has a sentence; the log has it."""


class MistakeOfOurs(Exception):
    """Something failed that should not; the log says where."""


class RetryLater(Exception):
    """Carries the code of a retry into Flower."""
