"""When a run, or a piece of it, is tried again; or that this does not help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.backoff import delay
from connector.domain.errors import ConnectorError
from connector.domain.outcome import Pause, Retry
from connector.pipeline.deciding import outcome_of, unexpected

if TYPE_CHECKING:
    import datetime as dt

    from connector.domain.outcome import Outcome
    from connector.pipeline.world import World

MOST_TRIES = 20
FIRST_SECONDS, CAP_SECONDS = 5.0, 300.0


@dataclass(frozen=True, kw_only=True)
class Later:
    """When something is tried again."""

    wait: dt.timedelta
    #: whether it counts as a failure in a row
    counts: bool


def later_after(world: World, error: Exception, *, tries: int) -> Later | None:
    """When to try again after this error; None when that will not help, or did not often enough."""
    outcome: Outcome = outcome_of(error) if isinstance(error, ConnectorError) else unexpected(error)
    match outcome:
        case Retry() if not outcome.counts or tries + 1 < MOST_TRIES:
            return Later(wait=rest(world, tries, outcome.at_least.total_seconds()), counts=outcome.counts)
        case Pause():
            return Later(wait=outcome.due, counts=False)
        case _:
            return None


def rest(world: World, tries: int, at_least: float) -> dt.timedelta:
    """How long a read waits that failed so often in a row; ``at_least`` so many seconds."""
    return delay(tries, chance=world.clock.chance(), first=FIRST_SECONDS, cap=CAP_SECONDS, at_least=at_least)


def sentence_of(error: Exception) -> str:
    """What a person is told of an error."""
    return error.message if isinstance(error, ConnectorError) else unexpected(error).reason
