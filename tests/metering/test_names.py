"""Names and labels are an API, by Prometheus' conventions."""

from __future__ import annotations

import re

import pytest

from connector.metering.names import METRICS, Kind, Metric

#: what could be of a document, or of a person
UNBOUNDED = {"key", "record", "run", "document", "id", "reason", "why", "user", "subject", "url", "path", "error"}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_named_as_prometheus_wants_it(metric: Metric) -> None:
    assert re.fullmatch(r"ml_connector(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") is (metric.kind is Kind.COUNTER)
    assert bool(metric.buckets) is (metric.kind is Kind.HISTOGRAM)
    assert not {*metric.labels} & UNBOUNDED
    assert metric.meaning.endswith(".")


def test_no_two_metrics_share_a_name() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS) > 30
