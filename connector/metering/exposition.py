"""The text that Prometheus reads, and how long it stays the same however often somebody asks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.core import Metric as Family

    from connector.metering.names import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
#: the ledger is asked this often at most
KEPT_SECONDS: Final = 10.0

#: a gauge, what its labels are, and its value
Sample = tuple["Metric", tuple[str, ...], float]


def text_of(samples: Iterable[Sample], *beside: Collector) -> bytes:
    """Write gauges, and what collectors have, as Prometheus reads it; equal labels count once, the last of them."""
    registry = CollectorRegistry(auto_describe=False)
    for one in (_Gauges(samples), *beside):
        registry.register(one)
    return generate_latest(registry)


class _Gauges(Collector):
    def __init__(self, samples: Iterable[Sample]) -> None:
        self._values: dict[Metric, dict[tuple[str, ...], float]] = {}
        for metric, labels, value in samples:
            self._values.setdefault(metric, {})[labels] = value

    def describe(self) -> Iterable[Family]:
        """What there is differs from scrape to scrape."""
        return ()

    def collect(self) -> Iterator[Family]:
        """All of them."""
        for metric, values in self._values.items():
            family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


class Kept:
    """What was read a moment ago is told again: any number of scrapes cost the ledger one look."""

    def __init__(
        self, read: Callable[[], bytes], *, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._lock = threading.Lock()
        self._until, self._text = float("-inf"), b""

    def __call__(self) -> bytes:
        """The text; whoever asks meanwhile waits for who reads."""
        with self._lock:
            if self._clock() >= self._until:
                self._text = self._read()
                self._until = self._clock() + self._seconds
            return self._text
