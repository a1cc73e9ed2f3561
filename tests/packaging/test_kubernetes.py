"""The manifests are valid, and run what Compose runs with the same secrets, bounds and rights."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from connector.config.meanings import variable_of
from connector.config.settings import Settings
from tests.packaging.test_compose import OURS, SANDBOXES, UPKEEP, WORKERS
from workers.celery_setup import HARD_LIMIT_SECONDS

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "docs" / "examples" / "kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((PLACE / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    manifest for name in KUSTOMIZATION["resources"] for manifest in yaml.safe_load_all((PLACE / name).read_text())
]
SCALED: list[dict[str, Any]] = list(yaml.safe_load_all((PLACE / "keda" / "scaling.yaml").read_text()))
NIGHTLY = {
    manifest["metadata"]["name"]: manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for manifest in OBJECTS
    if manifest["kind"] == "CronJob"
}
PODS = NIGHTLY | {
    manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
    for manifest in OBJECTS
    if manifest["kind"] in {"Deployment", "Job"}
}
#: of Compose, by the name they have here
SERVICES = UPKEEP | {name: service for name, service in OURS.items() if name not in SANDBOXES}
#: the oldest release that is still common, and the newest that is known
RELEASES = ("1.28", kubernetes_validate.latest_version())
#: how to run what calls other systems
CALLING = {*WORKERS, "console"}


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {manifest["metadata"]["name"]: manifest for manifest in OBJECTS if manifest["kind"] == kind}


def chosen(policy: dict[str, Any]) -> set[str]:
    """The components that a policy is about; all of them where it names none."""
    selector = policy["spec"]["podSelector"]
    if named := selector.get("matchExpressions"):
        return set(named[0]["values"])
    one = selector["matchLabels"].get("app.kubernetes.io/component")
    return set(PODS) if one is None else {one}


@pytest.mark.parametrize("release", RELEASES)
def test_every_manifest_is_valid(release: str) -> None:
    for manifest in OBJECTS:
        kubernetes_validate.validate(manifest, release, strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here")
def test_kubectl_renders_all_of_it() -> None:
    done = subprocess.run(["kubectl", "kustomize", PLACE], check=True, capture_output=True, text=True)
    rendered = list(yaml.safe_load_all(done.stdout))
    assert len(rendered) == len(OBJECTS) + 1, "and the settings"
    for manifest in rendered:
        kubernetes_validate.validate(manifest, RELEASES[-1], strict=True)
        assert manifest["metadata"]["namespace"] == "ml-connector"
        if manifest["kind"] == "Deployment":
            pod = manifest["spec"]["template"]["spec"]["containers"][0]
            assert pod["image"].startswith("registry.example/ml-connector:")
            assert pod["envFrom"][0]["configMapRef"]["name"].startswith("ml-connector-"), "a change starts pods anew"


def test_everything_that_compose_runs_runs_here_with_the_same_command_and_secrets() -> None:
    assert set(PODS) == set(SERVICES)
    for name, pod in PODS.items():
        (container,) = pod["containers"]
        assert container["args"] == SERVICES[name]["command"], name
        (volume,) = (one for one in pod["volumes"] if one["name"] == "secrets")
        given = [one["secret"] for one in volume.get("projected", {"sources": [volume]})["sources"]]
        secrets = {item["key"] for secret in given for item in secret["items"]}
        assert secrets == set(SERVICES[name]["secrets"]), name
        files = {one["name"]: one["value"] for one in container["env"] if one["name"].endswith("_FILE")}
        wanted = SERVICES[name]["environment"]
        assert files.items() <= wanted.items(), name
        assert {value for value in wanted.values() if value.startswith("/run/secrets/")} == set(files.values()), name


def test_the_nights_work_is_that_of_compose_and_never_runs_twice_at_once() -> None:
    assert set(NIGHTLY) == set(UPKEEP)
    for name, job in of_kind("CronJob").items():
        assert job["spec"]["concurrencyPolicy"] == "Forbid", name
        (image,) = (one["newName"] for one in KUSTOMIZATION["images"] if one["name"] == image_of(name))
        assert image.rpartition("/")[2] == UPKEEP[name]["image"].partition(":")[0], name
    (volume,) = (one for one in NIGHTLY["backup"]["volumes"] if one["name"] == "backups")
    assert volume["persistentVolumeClaim"]["claimName"] in of_kind("PersistentVolumeClaim")
    (mounted,) = (one for one in NIGHTLY["backup"]["containers"][0]["volumeMounts"] if one["name"] == "backups")
    assert UPKEEP["backup"]["volumes"] == [f"${{BACKUPS:-./backups}}:{mounted['mountPath']}"]
    (scratch,) = (one["value"] for one in NIGHTLY["backup"]["containers"][0]["env"] if one["name"] == "TMPDIR")
    assert scratch == UPKEEP["backup"]["environment"]["TMPDIR"]


def test_an_example_of_another_registry_names_the_images_as_they_are_called_here() -> None:
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    named = set(re.findall(r"\{name: (\S+), newName:", page))
    assert named == {one["newName"] for one in KUSTOMIZATION["images"]}


def image_of(name: str) -> str:
    image: str = PODS[name]["containers"][0]["image"]
    return image


def test_whoever_reads_the_settings_reads_the_file_that_they_may_name() -> None:
    for name, pod in PODS.items():
        mounted = {one["name"]: one["mountPath"] for one in pod["containers"][0]["volumeMounts"]}
        (volume,) = (one for one in pod["volumes"] if one["name"] == "errors")
        assert (mounted["errors"], volume["secret"]["optional"]) == ("/run/errors", True), name


def test_settings_are_settings_and_no_secrets() -> None:
    known = {variable_of(name) for name in Settings.model_fields}
    given = {line.partition("=")[0] for line in (PLACE / "settings.env").read_text().splitlines()}
    used = {one["name"].removesuffix("_FILE") for pod in PODS.values() for one in pod["containers"][0]["env"]}
    assert (given | used) - known <= {"FORWARDED_ALLOW_IPS", "TMPDIR"}
    assert not any(word in line for line in given for word in ("PASSWORD", "SECRET", "TOKEN", "KEYS", "URL_FILE"))


def test_no_pod_has_rights_that_it_does_not_need() -> None:
    for name, pod in PODS.items():
        context, inner = pod["securityContext"], pod["containers"][0]["securityContext"]
        assert (context["runAsNonRoot"], context["seccompProfile"]["type"]) == (True, "RuntimeDefault"), name
        assert inner == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert not pod["automountServiceAccountToken"], name
        assert pod["containers"][0]["resources"].keys() == {"requests", "limits"}, name


def test_a_stopped_worker_finishes_what_it_has_begun_and_is_not_taken_with_all_its_like() -> None:
    budgets, deployments = of_kind("PodDisruptionBudget"), of_kind("Deployment")
    for name in WORKERS:
        assert PODS[name]["terminationGracePeriodSeconds"] > HARD_LIMIT_SECONDS
    for name, budget in budgets.items():
        assert budget["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] == name
        assert budget["spec"]["maxUnavailable"] == 1
    assert set(deployments) - set(budgets) == {"worker-control", "flower"}, "one of each is enough"
    for name, deployment in deployments.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"] == labels
        assert labels["app.kubernetes.io/component"] == name


def test_what_stands_still_is_ended_and_no_outage_of_the_ledger_takes_the_console_away() -> None:
    for name, pod in PODS.items():
        probe = pod["containers"][0].get("livenessProbe")
        if name in WORKERS or name == "beat":
            assert probe["exec"]["command"] == ["python", "-m", "workers.alive"], name
        elif name == "migrate" or name in NIGHTLY:
            assert probe is None, "it ends by itself"
        else:
            assert probe["httpGet"]["path"] == {"console": "/healthz", "flower": "/healthcheck"}[name]
    assert PODS["console"]["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_only_those_reach_out_and_are_reached_who_have_to() -> None:
    policies = of_kind("NetworkPolicy")
    assert chosen(policies["nothing"]) == set(PODS)
    assert policies["nothing"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policies["nothing"]["spec"]
    assert "egress" not in policies["nothing"]["spec"]
    assert chosen(policies["systems"]) == CALLING
    assert chosen(policies["metrics"]) == set(WORKERS)
    ports = {
        name: {port["containerPort"] for port in pod["containers"][0].get("ports", [])} for name, pod in PODS.items()
    }
    for name, policy in policies.items():
        for rule in policy["spec"].get("ingress", []):
            opened = {port["port"] for port in rule["ports"]}
            assert all(opened <= ports[component] for component in chosen(policy)), name


def test_what_scales_is_there_and_asks_for_a_figure_that_is_told() -> None:
    told = (ROOT / "docs" / "metrics.md").read_text()
    for scaled in SCALED:
        name = scaled["spec"]["scaleTargetRef"]["name"]
        assert name in WORKERS
        replicas = of_kind("Deployment")[name]["spec"]["replicas"]
        assert scaled["spec"]["minReplicaCount"] == replicas < scaled["spec"]["maxReplicaCount"]
        (trigger,) = scaled["spec"]["triggers"]
        metric = trigger["metadata"]["query"].removeprefix("max(").removesuffix(")")
        assert f"| `{metric}` |" in told
