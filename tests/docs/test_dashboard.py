"""What is given along for Prometheus and Grafana names metrics and labels that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from connector.metering.names import METRICS, Kind
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLES = ROOT / "docs" / "examples"
RULES: dict[str, Any] = yaml.safe_load((EXAMPLES / "prometheus" / "rules.yaml").read_text())
SCRAPES: dict[str, Any] = yaml.safe_load((EXAMPLES / "prometheus" / "prometheus.yaml").read_text())
DASHBOARD: dict[str, Any] = json.loads((EXAMPLES / "prometheus" / "dashboard.json").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
#: series by name, with their labels; those that Prometheus adds are everywhere
SERIES = {
    f"{one.name}{part}": {*one.labels, "instance", *({"le"} if part == "_bucket" else ())}
    for one in METRICS
    for part in (("_bucket", "_sum", "_count") if one.kind is Kind.HISTOGRAM else ("",))
}

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="there is no promtool here (Debian: apt install prometheus)"
)


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in ALERTS)
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])


@pytest.mark.parametrize("expression", [*dict.fromkeys(expressions())])
def test_every_expression_names_what_there_is(expression: str) -> None:
    named = re.findall(r"ml_connector_\w+", expression)
    assert named
    assert set(named) <= SERIES.keys()
    labels = set().union(*(SERIES[name] for name in named))
    grouped = re.findall(r"(?:by|without) \(([^)]*)\)", expression)
    chosen = re.findall(r"\{([^}]*)\}", expression)
    asked = {label.strip() for group in grouped for label in group.split(",")}
    asked |= {word.split("=")[0].strip() for choice in chosen for word in choice.split(",")}
    assert asked <= labels
    assert expression.count("(") == expression.count(")")


def test_every_alert_says_what_happened_and_what_to_do() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len({*names}) == len(names)
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        said = rule["annotations"]
        labels = set().union(*(SERIES[name] for name in re.findall(r"ml_connector_\w+", rule["expr"])))
        assert {*re.findall(r"\$labels\.(\w+)", said["summary"] + said["description"])} <= labels
        assert said["summary"].endswith(".")
        assert said["description"].endswith((".", "?", ")"))


def test_every_alert_leads_to_a_paragraph() -> None:
    for rule in ALERTS:
        page, _, anchor = rule["annotations"]["runbook_url"].removeprefix("https://docs.example/").partition("#")
        titles = re.findall(r"^#+ (.*)$", (ROOT / "docs" / page).read_text(), re.MULTILINE)
        assert not anchor or anchor in {title.lower().replace(" ", "-") for title in titles}, rule["alert"]


def test_no_two_panels_of_the_dashboard_lie_on_each_other() -> None:
    seen: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + 7)}
        assert place["x"] + place["w"] <= 24
        assert not cells & seen, panel["title"]
        seen |= cells


def test_whatever_tells_the_ledger_or_a_worker_is_scraped() -> None:
    services = yaml.safe_load((EXAMPLES / "compose-metrics.yaml").read_text())["services"]
    jobs = {job["job_name"]: job for job in SCRAPES["scrape_configs"]}
    workers = set(jobs["ml-connector-workers"]["dns_sd_configs"][0]["names"])
    assert services.keys() == workers | {"console"}
    everything = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert workers == {name for name in everything if name.startswith("worker-")}


@needs_promtool
def test_prometheus_takes_the_rules_and_what_to_scrape() -> None:
    for words in (("rules", "rules.yaml"), ("config", "--syntax-only", "prometheus.yaml")):
        done = subprocess.run(
            ["promtool", "check", *words], cwd=EXAMPLES / "prometheus", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_alerts_begin_when_it_has_lasted_and_not_before(tmp_path: Path) -> None:
    """By Prometheus' own clock: two web processes tell the same, which is one alert."""
    due = "ml_connector_oldest_due_seconds{integration='acme', flow='orders', instance='%s'}"
    up = "ml_connector_ledger_up{instance='a'}"
    scene = {
        "rule_files": [str(EXAMPLES / "prometheus" / "rules.yaml")],
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    *({"series": due % instance, "values": "0 1000x20"} for instance in "ab"),
                    {"series": up, "values": "1x10 0x10"},
                ],
                "alert_rule_test": [
                    {"alertname": "MlConnectorOldestDue", "eval_time": "4m", "exp_alerts": []},
                    {"alertname": "MlConnectorLedgerDown", "eval_time": "12m", "exp_alerts": []},
                    fires("MlConnectorOldestDue", "10m", integration="acme", flow="orders"),
                    fires("MlConnectorLedgerDown", "15m"),
                ],
            }
        ],
    }
    asked = tmp_path / "scene.yaml"
    asked.write_text(yaml.safe_dump(scene))
    done = subprocess.run(["promtool", "test", "rules", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def fires(name: str, when: str, **labels: str) -> dict[str, Any]:
    """What is expected of promtool: the alert with the words of its rule."""
    rule = next(rule for rule in ALERTS if rule["alert"] == name)
    words = {
        what: text.replace("{{ $labels.integration }}/{{ $labels.flow }}", "acme/orders")
        for what, text in rule["annotations"].items()
    }
    one = {"exp_labels": {**rule["labels"], **labels}, "exp_annotations": words}
    return {"alertname": name, "eval_time": when, "exp_alerts": [one]}
