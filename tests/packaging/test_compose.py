from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.config import read_settings
from connector.config.meanings import variable_of
from connector.config.settings import Settings
from connector.embedded.programs import QUEUES
from connector.embedded.redis import LONGEST, RIGHTS
from connector.pipeline.crew import MOST_THREADS
from connector.store.postgres.engine import FOR_A_MOMENT, KEPT
from sandbox import simulator
from workers.celery_setup import HARD_LIMIT_SECONDS, LARGEST_PROCESS_KILOBYTES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if name not in {"postgres", "redis"}}
WORKERS = {name: service for name, service in SERVICES.items() if name.startswith("worker-")}
LONG_RUNNING = {name: service for name, service in SERVICES.items() if name != "migrate"}
#: the service of each simulator, and its name
SANDBOXES = {f"sandbox-{name}": name for name in simulator.systems()}
SECRET_WORDS = re.compile(r"PASSWORD|SECRET|TOKEN|_KEYS|DATABASE_URL|BROKER_URL|requirepass", re.IGNORECASE)


def test_there_is_a_worker_for_each_kind_of_work_that_can_be_scaled() -> None:
    assert set(WORKERS) == {f"worker-{queue}" for queue in QUEUES}
    for name, worker in WORKERS.items():
        assert "container_name" not in worker
        assert "ports" not in worker
        queue = worker["command"][worker["command"].index("-Q") + 1]
        assert name == f"worker-{queue}"
        assert f"{queue}@%h" in worker["command"], "copies are told apart by their host"


def test_a_stopped_worker_has_longer_than_a_task_may_take() -> None:
    for worker in WORKERS.values():
        assert int(worker["stop_grace_period"].removesuffix("s")) > HARD_LIMIT_SECONDS


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_every_secret_is_a_file_and_none_is_in_the_environment_or_a_command() -> None:
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_WORDS.search(variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert value.startswith("/run/secrets/")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        command = " ".join(word for word in service.get("command", []) if not word.startswith("/run/secrets/"))
        assert not SECRET_WORDS.search(command), name


def test_each_service_holds_the_secrets_it_needs_and_no_others() -> None:
    working = {"database_url", "broker_url", "master_keys", "metrics_token"}
    needs = dict.fromkeys(WORKERS, working) | {
        "beat": {"database_url", "broker_url"},
        "flower": {"broker_url", "flower_password"},
        "console": {"database_url", "master_keys", "metrics_token", "oidc_client_secret"},
        "migrate": {"database_url", "owner_database_url"},
        "postgres": {"postgres_password", "owner_password", "login_password"},
        "redis": {"redis_conf"},
        **{name: set() for name in SANDBOXES},
    }
    assert {name: set(service.get("secrets", [])) for name, service in SERVICES.items()} == needs
    for name, service in SERVICES.items():
        told = {
            value.removeprefix("/run/secrets/") for value in service.get("environment", {}).values() if "/run/" in value
        }
        # what these two read is named in a command and in the script of the roles
        assert name in {"redis", "postgres"} or told == needs[name], name


def test_redis_keeps_what_it_has_and_evicts_nothing() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--appendfsync everysec" in command
    assert "--maxmemory-policy noeviction" in command
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_the_migration_runs_once_and_everything_waits_for_it() -> None:
    assert SERVICES["migrate"]["command"] == ["ml-connector", "db", "upgrade"]
    assert SERVICES["migrate"]["restart"] == "on-failure"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in (*WORKERS, "beat", "flower"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }


def test_postgres_takes_as_many_connections_as_ten_workers_that_load_keep() -> None:
    processes = {name: int(worker["command"][worker["command"].index("-c") + 1]) for name, worker in WORKERS.items()}
    most = re.fullmatch(r"max_connections=\$\{POSTGRES_CONNECTIONS:-(\d+)\}", SERVICES["postgres"]["command"][-1])
    assert most
    assert KEPT * (sum(processes.values()) + 9 * processes["worker-load"]) + 5 + KEPT + FOR_A_MOMENT + 20 <= int(
        most[1]
    )


def test_no_container_writes_without_end_or_takes_the_whole_machine() -> None:
    for name, service in SERVICES.items():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert service["mem_limit"], name
        if name in OURS:
            assert service["pids_limit"] > MOST_THREADS, name
            assert service["cpus"], name


def test_everything_that_stays_has_a_health_check() -> None:
    assert all("healthcheck" in service for service in LONG_RUNNING.values())


def test_whether_the_product_works_can_be_asked_and_restarts_nobody() -> None:
    console = SERVICES["console"]
    assert "profiles" not in console
    (port,) = console["ports"]
    assert port.endswith(f":{console['environment']['ML_CONNECTOR_CONSOLE_PORT']}"), (
        "/readyz is reached from this machine"
    )
    assert "/healthz" in " ".join(console["healthcheck"]["test"])
    assert not any("readyz" in " ".join(service["healthcheck"]["test"]) for service in LONG_RUNNING.values())


def test_our_processes_cannot_change_their_files_or_gain_rights() -> None:
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_sandboxes_start_only_when_asked_for() -> None:
    with_profile = {name for name, service in SERVICES.items() if service.get("profiles")}
    assert with_profile == set(SANDBOXES)
    assert all(SERVICES[name]["profiles"] == ["sandbox"] for name in with_profile)
    assert all(SERVICES[name]["secrets"] == [] for name in with_profile)


@pytest.mark.parametrize(("service", "name"), SANDBOXES.items())
def test_every_simulator_is_a_service_on_the_port_it_has_everywhere(service: str, name: str) -> None:
    port = simulator.port(name)
    assert SERVICES[service]["command"][:3] == ["ml-connector", "sandbox", name]
    assert SERVICES[service]["command"][-1] == str(port)
    assert SERVICES[service]["command"][-4:-2] == ["--once", f"/ran/{name}"]
    assert SERVICES[service]["volumes"] == ["sandbox:/ran"]
    assert SERVICES[service]["restart"] == "no", "what it held is gone with it"
    variable = f"SANDBOX_{name.upper().replace('-', '_')}_PORT"
    assert SERVICES[service]["ports"] == [f"127.0.0.1:${{{variable}:-{port}}}:{port}"]
    assert f":{port}/_sandbox/state" in SERVICES[service]["healthcheck"]["test"][-1]


def test_the_image_runs_as_somebody_who_is_not_root_on_a_base_of_ones_choice() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert any(line.startswith("ARG PYTHON_IMAGE=") for line in lines)
    assert [line.split()[1] for line in lines if line.startswith("FROM")] == [
        *["${PYTHON_IMAGE}"] * 3,
        "scratch",
        *["product"] * 3,
    ]
    assert [line for line in lines if line.startswith("USER")] == [
        "USER 10001:10001",
        "USER 0:0",
        "USER 10001:10001",
    ]


def test_the_images_that_are_pinned_are_those_of_the_file(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\n[ $1 = pull ] || echo registry.example/image@sha256:0123\n")
    docker.chmod(0o700)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["make", "--silent", "digests"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    file = (ROOT / "docker-compose.yml").read_text()
    assert len(told.splitlines()) == 3
    for line in told.splitlines():
        name, image = line.removesuffix("@sha256:0123").split("=")
        assert f"${{{name}:-{image}}}" in file


def test_what_the_image_copies_is_not_ignored_and_exists() -> None:
    allowed = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {
        word.rstrip("/")
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert copied == allowed


def test_both_composes_understand_the_file(tmp_path: Path) -> None:
    programs = [["docker-compose"], ["docker", "compose"]]
    there = [
        program
        for program in programs
        if shutil.which(program[0])
        and not subprocess.run([*program, "version"], capture_output=True, check=False).returncode
    ]
    if not there:
        pytest.skip("neither docker-compose nor docker compose is installed here")
    for program in there:
        command = [*program, "-f", str(ROOT / "docker-compose.yml"), "--project-directory", str(tmp_path)]
        done = subprocess.run([*command, "--profile", "sandbox", "config"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


def test_the_secrets_are_made_once_and_fit_together(tmp_path: Path) -> None:
    script = (ROOT / "tools" / "make_secrets.py").read_text()
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "make_secrets.py").write_text(script)

    def make() -> dict[str, str]:
        subprocess.run([sys.executable, tmp_path / "tools" / "make_secrets.py"], check=True, capture_output=True)
        return {file.name: file.read_text().strip() for file in (tmp_path / "secrets").iterdir()}

    made = make()
    assert set(made) == set(COMPOSE["secrets"])
    assert make() == made
    assert made["database_url"] == f"postgresql://ml_connector:{made['login_password']}@postgres:5432/ml_connector"
    owner = f"postgresql://ml_connector_owner:{made['owner_password']}@postgres:5432/ml_connector"
    assert made["owner_database_url"] == owner
    assert made["postgres_password"] not in made["database_url"] + owner
    password = made["broker_url"].split(":")[2].split("@")[0]
    assert made["redis_conf"].splitlines() == [
        f"requirepass {password}",
        f"user default on >{password} {RIGHTS}",
        f"proto-max-bulk-len {LONGEST}",
    ]
    (tmp_path / "secrets" / "redis_conf").write_text(f"requirepass {password}\n")  # as releases before made it
    assert make() == made, "a password that is in use stays"
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def megabytes(limit: str) -> int:
    """A limit as Compose spells it: ``${NAME:-2500m}``."""
    number = limit.removesuffix("}").rpartition(":-")[2]
    return int(number[:-1]) * {"m": 1, "g": 1024}[number[-1]]


def test_no_container_takes_the_memory_of_the_others() -> None:
    for name, service in SERVICES.items():
        assert megabytes(service["mem_limit"]) > 0, name


def test_a_worker_has_room_for_its_processes_before_they_are_replaced() -> None:
    for name, worker in WORKERS.items():
        processes = int(worker["command"][worker["command"].index("-c") + 1])
        assert processes * LARGEST_PROCESS_KILOBYTES / 1000 < megabytes(worker["mem_limit"]), name


def test_secrets_that_were_made_with_one_role_for_everything_go_on_with_it(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "tools" / "make_secrets.py").write_text((ROOT / "tools" / "make_secrets.py").read_text())
    (tmp_path / "secrets" / "database_url").write_text("postgresql://ml_connector:old@postgres:5432/ml_connector")
    for _ in range(2):
        subprocess.run([sys.executable, tmp_path / "tools" / "make_secrets.py"], check=True, capture_output=True)
    made = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert (
        made["owner_database_url"] == made["database_url"] == "postgresql://ml_connector:old@postgres:5432/ml_connector"
    )


def test_only_migrations_know_the_owner_of_the_tables_and_nobody_the_superuser() -> None:
    holders = {name for name, service in SERVICES.items() if "owner_database_url" in service.get("secrets", [])}
    assert holders == {"migrate"}
    for name, service in OURS.items():
        assert not {"postgres_password", "owner_password"} & {*service["secrets"]}, name
    (script,) = (volume for volume in SERVICES["postgres"]["volumes"] if "initdb.d" in volume)
    assert (ROOT / script.split(":")[0]).exists()


#: what a container has no use for
UP_ALONE = {"worker_concurrency", "flower_port"}
#: what is done every night from outside, who is told what of it, and what nobody else is told
UPKEEP = yaml.safe_load((ROOT / "docs" / "examples" / "compose-upkeep.yaml").read_text())["services"]
UPKEEP_TOLD = {"keep_documents_days": "retain", "keep_records_days": "retain", "backups_kept": "backup"}
UPKEEP_ALONE = {"backups_kept", "backup_keys", "verify_database_url"}
OF_WORKERS = {name for name, service in OURS.items() if "master_keys" in service["secrets"]}
OF_BROKER = {name for name, service in OURS.items() if "broker_url" in service["secrets"]}
#: who needs a setting, where not everybody of ours does
READERS = {
    **dict.fromkeys(("broker_url", "broker_ca", "broker_cert", "broker_key"), OF_BROKER),
    **dict.fromkeys(("proxy", "ca_file"), OF_WORKERS | {"console"}),
    **{key: {"worker-control"} for key in ("audit_anchor", "audit_timestamps", "audit_timestamp_ca")},
    **dict.fromkeys(("metrics", "metrics_token"), OF_WORKERS),
    **dict.fromkeys(
        ("worker_metrics_address", "worker_metrics_port", "traces", "traces_share"), OF_WORKERS - {"console"}
    ),
    "console_url": {"console", "worker-control"},
    "master_keys": OF_WORKERS,
    "database_url": OURS.keys() - SANDBOXES.keys() - {"flower"},
    "owner_database_url": {"migrate"},
    **{name: {"flower"} for name in Settings.model_fields if name.startswith("flower_")},
    **{name: {"console"} for name in Settings.model_fields if name.startswith("oidc_")},
    "flower_url": {"console"},
    **{key: {"console"} for key in ("console_address", "console_port", "applications", "receive_documents")},
    **{key: {"console"} for key in ("webhook_signers", "webhook_certificate_header")},
}


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - UP_ALONE - UPKEEP_ALONE))
def test_a_setting_reaches_whoever_needs_it_in_a_container(name: str) -> None:
    variable = variable_of(name).replace("<SYSTEM>", "CONCUR")
    for service in READERS.get(name, OURS.keys() - SANDBOXES.keys()):
        given = OURS[service]["environment"]
        assert variable in given or f"{variable}_FILE" in given, service
        for spelled in {variable, f"{variable}_FILE"} & given.keys():
            passed = re.fullmatch(rf"\$\{{{spelled}:-(.*)\}}", given[spelled])
            assert passed or not given[spelled].startswith("$"), "what is passed on has the name it has everywhere"


def test_what_is_done_every_night_is_told_its_settings_and_holds_no_more_secrets_than_it_reads() -> None:
    for name, service in UPKEEP_TOLD.items():
        variable = variable_of(name)
        assert UPKEEP[service]["environment"][variable] == f"${{{variable}:-}}"
    for name, service in UPKEEP.items():
        read = {value for value in service["environment"].values() if value.startswith("/run/secrets/")}
        assert read == {f"/run/secrets/{secret}" for secret in service["secrets"]}, name
        assert service["read_only"], name
        assert service["profiles"] == ["upkeep"], name
        assert service["networks"] == ["inside"], name


def test_what_compose_passes_on_when_nothing_is_set_is_what_holds_without_it() -> None:
    for service in OURS.values():
        given = {
            name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value)
            for name, value in service["environment"].items()
            if not value.startswith("/run/secrets/")
        }
        read = read_settings(given)
        own = {
            "log_format",
            "data_dir",
            "watched_disk",
            "flower_address",
            "console_address",
            "console_port",
            "worker_metrics_address",
        }
        assert read.model_dump(exclude=own) == read_settings({}).model_dump(exclude=own)


def test_certificates_are_where_settings_can_name_them() -> None:
    for name in OURS.keys() - SANDBOXES.keys():
        assert "${CERTIFICATES:-./certificates}:/certificates:ro" in OURS[name]["volumes"]
