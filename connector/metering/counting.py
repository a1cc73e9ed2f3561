"""Counters of worker processes, kept where their main process reads them.

The processes of a worker come and go; each has a place, and whoever follows it there goes on with its figures. So what
a dead process has counted stays, and there are as many files as places, however often processes are replaced.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from connector.domain.identity import made_at
from connector.domain.journey import STEP_OF
from connector.domain.record import State
from connector.metering import names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from prometheus_client.registry import Collector

    from connector.domain.journey import Change
    from connector.domain.record import AttemptAnswer, Claim, Extracted
    from connector.domain.run import RunClaim
    from connector.metering.names import Metric

_Made = TypeVar("_Made", Counter, Histogram)

#: where prometheus-client looks for the directory
_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
#: the states in which a target has a document; a source may still be to be told
_THERE = (State.LOADED, State.DONE)


def keep_in(directory: Path, place: Callable[[], str]) -> None:
    """Have counters that are made from now on kept there; what an earlier worker left there is gone.

    ``place`` names the place of the process that asks, which no other one has at the same time.
    """
    for old in directory.glob("*.db"):
        old.unlink()
    os.environ[_DIRECTORY] = str(directory)
    values.ValueClass = values.MultiProcessValue(process_identifier=place)  # type: ignore[no-untyped-call]  # it has no types


def kept_in(directory: Path) -> Collector:
    """What all processes have counted there, for their main process."""
    return MultiProcessCollector(None, str(directory))  # type: ignore[no-untyped-call]  # it has no types


class Counters:
    """Implements ports.Meter."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._read = _made(Counter, names.READ)
        self._settled = _made(Counter, names.SETTLED)
        self._attempts = _made(Counter, names.ATTEMPTS)
        self._journey = _made(Histogram, names.JOURNEY, buckets=names.JOURNEY.buckets)
        self._step = _made(Histogram, names.STEP, buckets=names.STEP.buckets)
        #: looking a counter up by its labels takes longer than counting
        self._known: dict[tuple[str, ...], Any] = {}

    def read(self, run: RunClaim, documents: Sequence[Extracted]) -> None:
        """New versions of documents were stored."""
        if documents:
            self._of(self._read, run.flow).inc(len(documents))

    def settled(self, claim: Claim, change: Change, elapsed: dt.timedelta) -> None:
        """A step ended and was written down."""
        step = STEP_OF[claim.state].value
        self._of(self._settled, claim.flow, step, change.event).inc()
        self._of(self._step, step).observe(elapsed.total_seconds())
        read_at = made_at(claim.record_id) if claim.state is State.MAPPED and change.state in _THERE else None
        if read_at is not None:
            self._of(self._journey, claim.flow).observe(max(0.0, self._now() - read_at.timestamp()))

    def attempted(self, flow: str, answer: AttemptAnswer) -> None:
        """A try ended."""
        self._of(self._attempts, flow, answer.value).inc()

    def _of(self, metric: Counter | Histogram, *labels: str) -> Any:  # noqa: ANN401 - one of either
        known = self._known.get((metric._name, *labels))  # noqa: SLF001 - it has no public one
        if known is None:
            known = self._known[metric._name, *labels] = metric.labels(*labels)  # noqa: SLF001 - likewise
        return known


def _made(kind: type[_Made], metric: Metric, **how: Any) -> _Made:  # noqa: ANN401 - buckets
    return kind(metric.name, metric.meaning, metric.labels, registry=CollectorRegistry(), **how)
