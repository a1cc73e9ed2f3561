"""What is said for operations holds for what there is: each alert has a row, each address its place at the proxy."""

from __future__ import annotations

import re

import pytest

from connector.inbound import paths
from connector.operations.health.runbook import RUNBOOK
from connector.operations.setup.alert_rules import RULES
from tests.docs.pages import ROOT

DOCS = ROOT / "docs"
ROWS = dict(re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", (DOCS / "alerts.md").read_text(), re.MULTILINE))
PROXY = (DOCS / "examples" / "nginx.conf").read_text()
LOCATIONS = dict(re.findall(r"^    location (?:= )?(\S+) +\{(.*?)\}$", PROXY, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_alert_has_a_row_that_says_what_to_do_and_a_paragraph_in_the_runbook(name: str) -> None:
    when, _, to_do = ROWS[name].partition(" | ")
    assert when
    assert to_do
    assert RUNBOOK[name].steps


def test_the_proxy_lets_in_what_systems_send_and_keeps_inside_what_is_for_inside() -> None:
    for path in (paths.webhook("concur"), paths.receive("acme"), paths.connect("concur")):
        assert any(path.startswith(place) for place in LOCATIONS if place != "/"), path
    for path in (paths.HEALTH, paths.READY, paths.METRICS):
        assert "return 404" in LOCATIONS[path], path
    assert "deny  all" in LOCATIONS["/"]


def test_every_attribute_of_a_trace_is_in_the_table() -> None:
    told = set(re.findall(r'"([a-z]+)": (?:claim|change|run|str)', (ROOT / "connector" / "tracing.py").read_text()))
    page = (DOCS / "operations.md").read_text()
    assert {"flow", "record", "event", "code"} <= told
    assert [one for one in sorted(told) if f"`ml_connector.{one}`" not in page] == []
