from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from connector.config import load_settings, read_settings
from connector.config.local_stack import running_stack
from connector.domain.errors import ConfigurationError
from connector.embedded import roles
from connector.embedded.farewell import Farewell
from connector.embedded.programs import FLOWER_USER, QUEUES, Program, SandboxAsked
from connector.embedded.stack import Stack, forget_data, serve
from connector.store.migrate import current, head
from connector.vault import new_key, parse_keys
from tests.console.web.conftest import GOOD, Browser
from tests.waiting import HANG_SECONDS, until
from workers.welcome import welcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.config.settings import Settings


def http_status(url: str, user: str = "", password: str = "") -> int:
    openers = []
    if user:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, user, password)
        openers.append(urllib.request.HTTPBasicAuthHandler(passwords))
    try:
        with urllib.request.build_opener(*openers).open(url, timeout=HANG_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def environment(server_directory: Path) -> dict[str, str]:
    return {
        "ML_CONNECTOR_DATA_DIR": str(server_directory / "stack"),
        "ML_CONNECTOR_WORKER_CONCURRENCY": "1",
        "ML_CONNECTOR_FLOWER_PORT": "0",
        "ML_CONNECTOR_CONSOLE_PORT": "0",
    }


@pytest.fixture(scope="module")
def settings(environment: dict[str, str]) -> Settings:
    return read_settings(environment)


#: what `up` finds in its environment: the password of a customer's system, which only commands are given, and a key
FOUND = {"ACME_QAD_PASSWORD": "canary-of-a-customer", "ML_CONNECTOR_MASTER_KEYS": new_key()}


@pytest.fixture(scope="module")
def stack(settings: Settings) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in FOUND.items():
            environment.setenv(name, value)
        with Stack(settings, sandboxes=[SandboxAsked(system="qad", documents=5)]) as running:
            yield running


def test_everything_runs_on_a_migrated_ledger(stack: Stack) -> None:
    assert {status.name for status in stack.status() if status.running} == {
        *(f"worker-{queue}" for queue in ("poll", "extract", "map", "load", "control")),
        "beat",
        "console",
        "flower",
        "sandbox-qad",
    }
    assert current(stack.settings.database_url) == head()
    assert http_status(f"{stack.places['sandbox-qad']}/_sandbox/state") == 200


def test_every_worker_process_and_beat_give_signs_of_life_in_the_ledger(stack: Stack) -> None:
    def alive() -> int:
        with psycopg.connect(stack.settings.database_url.replace("+psycopg", "")) as connection:
            row = connection.execute("SELECT count(*) FROM workers").fetchone()
            return row[0] if row else 0

    until(lambda: alive() == 6, "every process says that it lives", saw=alive)


def test_each_process_sees_the_secrets_it_needs_and_no_others(stack: Stack, settings: Settings) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may read the environments of processes that hold secrets")
    seen = {status.name: Path(f"/proc/{status.pid}/environ").read_bytes() for status in stack.status()}
    password = (settings.data_dir / "flower.password").read_bytes()

    def holders(secret: bytes) -> set[str]:
        return {name for name, environment in seen.items() if secret in environment}

    assert all(b"ML_CONNECTOR_DATA_DIR" in environment for environment in seen.values())
    assert holders(b"canary-of-a-customer") == set()
    assert holders(FOUND["ML_CONNECTOR_MASTER_KEYS"].encode()) == {"console", *(f"worker-{queue}" for queue in QUEUES)}
    assert holders(password) == {"flower"}


def test_a_command_in_another_terminal_finds_the_servers(stack: Stack, environment: dict[str, str]) -> None:
    found = load_settings(environment)
    assert found.database_url == stack.settings.database_url
    assert found.broker_url == stack.settings.broker_url
    assert parse_keys(found.master_keys_text())


def test_what_works_is_told_of_a_role_that_owns_nothing_and_writes_seals_beside_its_database(
    stack: Stack, environment: dict[str, str]
) -> None:
    found = load_settings(environment)
    word = running_stack(found.data_dir)
    assert word is not None
    assert {urlsplit(value).username for name, value in word.settings.items() if "database" in name} == {roles.LOGIN}
    assert found.audit_anchor == str(found.data_dir / "audit-seals.jsonl")
    with psycopg.connect(stack.settings.database_url.replace("+psycopg", "")) as connection:
        connected = connection.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'ml_connector'")
        assert {role for (role,) in connected} == {roles.LOGIN}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("db", "upgrade"), "The ledger is at"),
        (("db", "retain"), "Removed 0 documents, 0 records"),
        (("db", "backup", "BACKUPS"), "restored and verified"),
    ],
)
def test_who_may_enter_its_directory_does_as_the_owner_of_the_tables(
    stack: Stack, environment: dict[str, str], tmp_path: Path, command: tuple[str, ...], says: str
) -> None:
    kept = {"ML_CONNECTOR_KEEP_DOCUMENTS_DAYS": "31", "ML_CONNECTOR_KEEP_RECORDS_DAYS": "31"}
    keys = {"ML_CONNECTOR_BACKUP_KEYS": new_key()}
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ml-connector"),
            *(str(tmp_path / "b") if w == "BACKUPS" else w for w in command),
        ],
        env={**os.environ, **environment, **FOUND, **kept, **keys},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_flower_opens_only_with_its_password(stack: Stack, settings: Settings) -> None:
    until(lambda: http_status(f"{stack.places['flower']}/healthcheck") == 200, "Flower answers")
    password = (settings.data_dir / "flower.password").read_text()
    assert http_status(f"{stack.places['flower']}/workers") == 401
    assert http_status(f"{stack.places['flower']}/workers", FLOWER_USER, password) == 200


def test_the_console_opens_to_whom_up_lets_in_once_and_no_log_says_with_what(stack: Stack, settings: Settings) -> None:
    address = stack.places["console"]
    until(lambda: http_status(f"{address}/sign-in") == 200, "the console answers")
    keys = stack.settings.model_copy(update={"master_keys": FOUND["ML_CONNECTOR_MASTER_KEYS"]})
    said = [welcome(keys, address, actor="operator:root") for _ in range(2)]
    (first,), (second,) = (re.findall(r"with ([a-z0-9-]{24}), once", one) for one in said)
    assert said[0].startswith(f"The console is at {address}. Sign in as admin (admin) with ")
    browser = Browser(address)
    assert browser.sign_in("admin", first).status_code == 401, "only the newest lets in"
    assert browser.sign_in("admin", second).headers["Location"] == "/choose-password"
    browser.post("/choose-password", proof=browser.proof("/choose-password"), password=GOOD, again=GOOD)
    assert "operator reset" in welcome(keys, address, actor="operator:root")
    logs = b"".join(log.read_bytes() for log in (settings.data_dir / "logs").iterdir())
    assert not [secret for secret in (first, second, GOOD, browser.kept) if secret.encode() in logs]


def test_servers_and_programs_that_are_killed_come_back_where_they_were(stack: Stack) -> None:
    victims = {status.name: status.pid for status in stack.status() if status.name == "beat"}
    assert stack._redis is not None
    assert stack._postgres is not None
    for pid in (*victims.values(), stack._redis.pid, stack._postgres.pid):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    found: set[str] = set()

    def all_back() -> bool:
        found.update(stack.tend())
        return found >= {"beat", "redis", "postgres"} and all(status.running for status in stack.status())

    until(all_back, "everything comes back", saw=lambda: (found, stack.status()))
    with redis.Redis.from_url(stack.settings.broker_url) as client:
        assert client.ping()
    assert current(stack.settings.database_url) == head()


def test_a_second_stack_on_the_same_data_is_refused(stack: Stack, settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="in use by another ml-connector"):
        Stack(settings).start()
    assert all(status.running for status in stack.status())


@pytest.fixture(scope="module")
def servers_only(server_directory: Path) -> Settings:
    """Where stacks without programs run one after the other: to fill a directory takes longer than they live."""
    return read_settings({"ML_CONNECTOR_DATA_DIR": str(server_directory / "servers")})


def test_when_it_ends_nothing_is_left_running_and_the_data_is_kept(servers_only: Settings) -> None:
    stack = Stack(servers_only, programs=())
    with Farewell() as farewell:
        stack.start()
        assert running_stack(servers_only.data_dir) is not None
        os.kill(os.getpid(), signal.SIGTERM)
        serve(stack, farewell)
    assert running_stack(servers_only.data_dir) is None
    assert stack.status() == []
    with Stack(servers_only, programs=()) as stack:
        assert current(stack.settings.database_url) == head()


def test_what_cannot_start_ends_it_with_its_own_sentence(
    servers_only: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.embedded.supervisor._FIRST_DELAY", 0.0)
    broken = Program(name="beat", command=(sys.executable, "-c", "raise SystemExit('There is no master key.')"))
    stack = Stack(servers_only, programs=[broken])
    with Farewell() as farewell:
        stack.start()
        with pytest.raises(ConfigurationError, match=r"^beat ended 3 times .*: There is no master key\. Correct that"):
            serve(stack, farewell)
    assert running_stack(servers_only.data_dir) is None
    assert stack.status() == []


def test_data_is_forgotten_completely_but_not_under_a_running_stack(server_directory: Path) -> None:
    settings = read_settings({"ML_CONNECTOR_DATA_DIR": str(server_directory / "forgotten")})
    forget_data(settings.data_dir)
    with Stack(settings, programs=()) as stack:
        with pytest.raises(ConfigurationError, match="in use by another ml-connector"):
            forget_data(settings.data_dir)
        assert current(stack.settings.database_url) == head()
    forget_data(settings.data_dir)
    assert not settings.data_dir.exists()


def test_a_program_that_cannot_start_ends_the_start_with_its_last_words(servers_only: Settings) -> None:
    stack = Stack(servers_only, programs=(), sandboxes=[SandboxAsked(system="abacus")])
    with pytest.raises(ConfigurationError, match=r"The sandbox-abacus did not start: .*abacus"):
        stack.start()
    assert stack.status() == []
    assert running_stack(servers_only.data_dir) is None


def test_servers_of_ones_own_are_used_instead_of_embedded_ones(
    empty_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    settings = read_settings(
        {
            "ML_CONNECTOR_DATA_DIR": str(tmp_path),
            "ML_CONNECTOR_DATABASE_URL": empty_database_url,
            "ML_CONNECTOR_BROKER_URL": redis_url,
        }
    )
    said: list[str] = []
    with Stack(settings, programs=(), announce=said.append) as stack:
        assert stack.settings.database_url == empty_database_url
        assert current(empty_database_url) == head()
        assert not (tmp_path / "postgres").exists()
        assert not (tmp_path / "redis").exists()
        word = running_stack(tmp_path)
        assert word is not None
        assert word.settings == {}, "what is given in the environment is not written down"
    assert said == ["Bringing the ledger up to date"]
