from __future__ import annotations

import pytest

from connector.config import PREFIX, secret_settings
from connector.embedded.environments import seen_by
from connector.embedded.programs import QUEUES, Program, SandboxAsked, beat, console, flower, sandbox, worker
from tasks.names import QUEUES as QUEUES_OF_TASKS


def test_there_is_a_worker_for_every_queue_that_tasks_go_to() -> None:
    assert set(QUEUES) == set(QUEUES_OF_TASKS)


def test_housekeeping_has_one_process_and_other_work_as_many_as_asked() -> None:
    assert worker("control", 8).command[worker("control", 8).command.index("-c") + 1] == "1"
    assert worker("load", 8).command[worker("load", 8).command.index("-c") + 1] == "8"


def test_each_kind_of_worker_is_scraped_on_a_port_of_its_own() -> None:
    ports = [worker(queue, 1, metrics_from=9464).environment[f"{PREFIX}WORKER_METRICS_PORT"] for queue in QUEUES]
    assert ports == ["9464", "9465", "9466", "9467", "9468"]


def test_flowers_password_is_in_no_command_line_and_no_text_form() -> None:
    program = flower("hunter2", "127.0.0.1", 5555)
    assert "hunter2" not in " ".join(program.command)
    assert "hunter2" not in repr(program)
    assert program.environment["FLOWER_BASIC_AUTH"] == "operator:hunter2"
    assert program.environment["FLOWER_READ_ONLY"] == "true"


@pytest.mark.parametrize("suffix", ["", "_FILE"])
@pytest.mark.parametrize(
    ("program", "needs"),
    [
        (worker("load", 2), {"database_url", "broker_url", "master_keys", "metrics_token", "proxy"}),
        (
            worker("control", 1),
            {"database_url", "broker_url", "master_keys", "metrics_token", "audit_anchor", "proxy"},
        ),
        (beat(), {"database_url", "broker_url"}),
        (flower("hunter2", "127.0.0.1", 5555), {"broker_url"}),
        (console(8080), {"database_url", "master_keys", "metrics_token", "oidc_client_secret", "proxy"}),
        (sandbox(SandboxAsked(system="qad"), 9001), set()),
        (Program(name="new", command=()), set()),
    ],
    ids=lambda value: value.name if isinstance(value, Program) else None,
)
def test_a_program_sees_the_secret_settings_it_needs_and_nothing_of_a_customer(
    program: Program, needs: set[str], suffix: str
) -> None:
    secrets = {f"{PREFIX}{name.upper()}{suffix}": name for name in secret_settings()}
    assert len(secrets) >= 4
    given = {**dict.fromkeys(secrets, "x"), "ACME_QAD_PASSWORD": "x", "AWS_SECRET_ACCESS_KEY": "x", "PATH": "/bin"}
    seen = seen_by(program, {**given, f"{PREFIX}LOG_LEVEL": "info"})
    assert {secrets[name] for name in seen if name in secrets} == needs
    assert seen.keys() & {"ACME_QAD_PASSWORD", "AWS_SECRET_ACCESS_KEY", "PATH"} == {"PATH"}
    assert f"{PREFIX}LOG_LEVEL" in seen


def test_who_calls_systems_sees_the_proxies_of_the_environment_and_nobody_else() -> None:
    given = {"HTTPS_PROXY": "x", "no_proxy": "x"}
    assert seen_by(worker("load", 2), given).keys() >= given.keys()
    assert not seen_by(beat(), given).keys() & given.keys()


def test_the_console_sees_what_the_file_of_our_application_refers_to() -> None:
    program = console(8080, sees=frozenset({"APP_CENTER_SECRET"}))
    assert "APP_CENTER_SECRET" in seen_by(program, {"APP_CENTER_SECRET": "x"})
