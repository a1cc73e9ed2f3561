"""Prometheus beside the stack, as docs/metrics.md says, with the files that are shipped."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import yaml

from tests.compose import images
from tests.compose.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.compose.deployment import Deployment

_PLACE = "docs/examples/prometheus"


class Watcher:
    """One Prometheus in the network of the stack."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._container = f"{deployment.project}_prometheus"

    def start(self) -> None:
        """Start it; it goes on while containers come and go."""
        files = self._deployment.directory / _PLACE
        token = self._deployment.directory / "secrets" / "metrics_token"
        mounts = [f"{files / name}:/etc/prometheus/{name}:ro" for name in ("prometheus.yaml", "rules.yaml")]
        words = [word for mount in (*mounts, f"{token}:/etc/prometheus/metrics_token:ro") for word in ("-v", mount)]
        network = f"{self._deployment.project}_inside"
        self._deployment.docker("run", "-d", "--name", self._container, "--network", network, *words, images.PROMETHEUS)

    def remove(self) -> None:
        """End it, whether it runs or not."""
        self._deployment.docker("rm", "--force", self._container, check=False)

    def amiss(self, announce: Any) -> Iterator[str]:
        """What of it does not work: a target that is not scraped, a rule that is not evaluated."""
        services = ["console", *(name for name in self._deployment.services() if name.startswith("worker-"))]
        wanted = sum(len(self._deployment.containers(service)) for service in services)
        try:
            until(lambda: self._up() == [True] * wanted, f"Prometheus scrapes {wanted} targets", saw=self._targets)
        except TimeoutError as late:
            yield str(late)
        rules = [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]
        shipped = yaml.safe_load((self._deployment.directory / _PLACE / "rules.yaml").read_text())
        names = {rule["alert"] for group in shipped["groups"] for rule in group["rules"]}
        if names != {rule["name"] for rule in rules}:
            yield f"Prometheus has the rules {sorted(rule['name'] for rule in rules)}, and {sorted(names)} are shipped."
        for rule in rules:
            if rule["health"] != "ok":
                yield f"Prometheus cannot evaluate {rule['name']}: {rule.get('lastError') or rule['health']}"
        told = {one["metric"]["__name__"] for one in self._query('{__name__=~"ml_connector_.+"}')}
        loads = sum(float(one["value"][1]) for one in self._query("sum(ml_connector_attempts_total)"))
        if not loads:
            yield "No worker has told Prometheus of a write."
        firing = sorted(rule["name"] for rule in rules if rule["state"] == "firing")
        announce(
            f"Prometheus scrapes {len(self._up())} targets, has {len(told)} metrics of ours, {loads:.0f} writes among "
            f"them, and evaluates {len(rules)} rules; firing: {', '.join(firing) or 'none'}."
        )

    def _up(self) -> list[bool]:
        return [one["health"] == "up" for one in self._ask("targets")["activeTargets"]]

    def _targets(self) -> list[str]:
        return [
            f"{one['labels']['instance']} {one['health']} {one['lastError']}"
            for one in self._ask("targets")["activeTargets"]
        ]

    def _query(self, expression: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask(f"query?{urllib.parse.urlencode({'query': expression})}")["result"]
        return found

    def _ask(self, what: str) -> dict[str, Any]:
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        address = self._deployment.docker("inspect", "--format", form, self._container)
        url = f"http://{address}:9090/api/v1/{what}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            data: dict[str, Any] = json.load(answer)["data"]
        return data
