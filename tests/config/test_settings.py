from __future__ import annotations

import logging
import os
import pwd
import stat
from typing import TYPE_CHECKING

import pytest

from connector.config import load_settings, read_settings
from connector.config.local_stack import LocalStack, remove_stack_file, running_stack, write_stack_file
from connector.config.meanings import variable_of
from connector.config.settings import Settings
from connector.config.table import describe
from connector.domain.errors import ConfigurationError
from connector.embedded.ownership import Ownership

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "postgresql://ada:hunter2@db:5432/ledger"
BROKER = "redis://:hunter2@cache:6379/0"


def complaint(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment)
    return caught.value.message


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_a_postgresql_url_reaches_the_same_driver(scheme: str) -> None:
    settings = load_settings(
        {"ML_CONNECTOR_DATABASE_URL": f"{scheme}://u:p@db/ledger", "ML_CONNECTOR_BROKER_URL": BROKER}
    )
    assert settings.database_url == "postgresql+psycopg://u:p@db/ledger"
    assert settings.broker_url == BROKER


@pytest.mark.parametrize(
    ("variable", "value", "must_be"),
    [
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("WORKER_CONCURRENCY", "many", "a whole number from 1 to 64"),
        ("WORKER_CONCURRENCY", "0", "a whole number from 1 to 64"),
        ("DEAD_WORKER_SECONDS", "1", "a whole number from 10 to 3600"),
        ("LONGEST_WAIT_DAYS", "-3", "a whole number from 1 to 3650"),
        ("AUDIT_SEAL_LAG_SECONDS", "5", "a whole number from 60 to 86400"),
        ("ALLOW_PRIVATE_ADDRESSES", "perhaps", "true or false"),
        ("FLOWER_ADDRESS", "localhost:5555", "an IP address"),
        ("FLOWER_PORT", "70000", "a port number from 0 to 65535"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be(variable: str, value: str, must_be: str) -> None:
    sentence = complaint({f"ML_CONNECTOR_{variable}": value})
    assert sentence == f"ML_CONNECTOR_{variable} is '{value}'; it must be {must_be}."


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://ada:hunter2@db/ledger"),
        ("DATABASE_URL", "hunter2"),
        ("BROKER_URL", "kafka://ada:hunter2@broker/"),
        ("BROKER_URL", "amqp://ada:hunter2@:5672/"),
        ("BROKER_URL", "sentinel://ada:hunter2@one;:26379/0?master_name=m"),
        ("BROKER_URL", "redis://"),
        ("FLOWER_PASSWORD", "hunter2:hunter2"),
    ],
)
def test_a_wrong_secret_is_named_and_never_shown(variable: str, value: str) -> None:
    sentence = complaint({f"ML_CONNECTOR_{variable}": value})
    assert sentence.startswith(f"ML_CONNECTOR_{variable} is not usable (its value is not shown); it must be ")
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("rediss://:hunter2@h/0?ssl_cert_reqs=maybe", "must say ssl_cert_reqs=required or none."),
        ("rediss://:hunter2@h/0?ssl_check_hostname=perhaps", "must say ssl_check_hostname=true or false."),
        ("rediss://:hunter2@h/0?ssl_cert_regs=none", "has the word 'ssl_cert_regs' behind its question mark, where "),
        ("rediss://:x@h/0?hunter2", "has something behind its question mark"),
        ("redis://:hunter2@h/0?ssl_cert_reqs=required", "speaks of TLS and begins with redis://"),
        ("redis://:x@h/hunter2", "must have the number of a database behind its last slash"),
        ("redis://:x@h/0#hunter2", "has a # in it; write %23"),
        ("sentinel://:hunter2@h/0", "must say ?master_name="),
        ("sentinel://:hunter2@h/0?master_name=", "must say ?master_name="),
        ("sentinel://:hunter2@one;:hunter3@two/0?master_name=m", "says two passwords or users"),
        ("sentinel://:hunter2@one/0;two/1?master_name=m", "says two databases"),
        ("sentinel://:hunter2@h/x?master_name=m", "must have the number of a database"),
        ("sentinel://:x@h/0?master_name=m&sentinel_pass=hunter2", "has the word 'sentinel_pass' behind its question"),
        ("sentinel://:x@h/0?master_name=m&sentinel_tls=false", "speaks of TLS and begins with sentinel://"),
        ("redis://:hunter2@h/0?master_name=m", "has the word 'master_name' behind its question mark"),
        ("amqp://u:hunter2@one/x;two/y", "says two virtual hosts"),
        ("amqp://u:hunter2@h/x?ssl_cert_reqs=none", "speaks of TLS and begins with amqp://"),
        ("amqp://u:hunter2@h/x?heartbeat=1", "has the word 'heartbeat' behind its question mark"),
    ],
)
def test_what_is_wrong_with_the_address_of_the_broker_is_said_without_showing_it(url: str, sentence: str) -> None:
    said = complaint({"ML_CONNECTOR_BROKER_URL": url})
    assert said.startswith(f"ML_CONNECTOR_BROKER_URL {sentence}")
    assert "hunter2" not in said


def test_what_is_no_proxy_is_said_without_showing_it() -> None:
    assert complaint({"ML_CONNECTOR_PROXY": "socks5://ada:hunter2@proxy:1080"}) == (
        "ML_CONNECTOR_PROXY is no address like http://proxy.acme.example:3128."
    )
    assert read_settings({"ML_CONNECTOR_PROXY": "proxy:3128"}).proxy == "http://proxy:3128"


def test_every_mistake_gets_its_sentence_at_once() -> None:
    sentences = complaint({"ML_CONNECTOR_LOG_LEVEL": "loud", "ML_CONNECTOR_WORKER_CONCURRENCY": "many"}).splitlines()
    assert len(sentences) == 2


def test_a_misspelt_setting_is_refused_with_the_nearest_name() -> None:
    sentence = complaint({"ML_CONNECTOR_DATABSE_URL": DATABASE})
    assert sentence == "There is no setting ML_CONNECTOR_DATABSE_URL. Did you mean ML_CONNECTOR_DATABASE_URL?"


def test_a_variable_of_the_customers_own_with_our_prefix_is_left_alone() -> None:
    assert read_settings({"ML_CONNECTOR_ACME_QAD_PASSWORD": "x"}) == read_settings({})


def test_an_empty_variable_is_not_set() -> None:
    assert read_settings({"ML_CONNECTOR_LOG_LEVEL": "", "ML_CONNECTOR_DATABASE_URL": " "}) == read_settings({})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{DATABASE}\n")
    settings = read_settings({"ML_CONNECTOR_DATABASE_URL_FILE": str(file)})
    assert settings.database_url == DATABASE.replace("postgresql:", "postgresql+psycopg:")


def test_a_file_that_is_missing_empty_or_set_twice_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert complaint({"ML_CONNECTOR_BROKER_URL_FILE": missing}) == (
        f"ML_CONNECTOR_BROKER_URL_FILE names {missing}, which cannot be read: No such file or directory."
    )
    empty = tmp_path / "empty"
    empty.touch()
    assert complaint({"ML_CONNECTOR_BROKER_URL_FILE": str(empty)}).endswith("which is empty.")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert complaint({"ML_CONNECTOR_MASTER_KEYS_FILE": str(binary)}).endswith("it is not text.")
    both = {"ML_CONNECTOR_BROKER_URL": BROKER, "ML_CONNECTOR_BROKER_URL_FILE": str(empty)}
    assert complaint(both) == "Set either ML_CONNECTOR_BROKER_URL or ML_CONNECTOR_BROKER_URL_FILE, not both."


def test_no_secret_is_in_the_text_form_of_the_settings() -> None:
    keys = dict.fromkeys(("ML_CONNECTOR_DATABASE_URL", "ML_CONNECTOR_MASTER_KEYS"), "postgresql://hunter2@db/x")
    settings = read_settings(keys | {"ML_CONNECTOR_BROKER_URL": BROKER, "ML_CONNECTOR_FLOWER_PASSWORD": "hunter2"})
    assert "hunter2" not in f"{settings!r} {settings}"


def test_no_secret_is_in_the_log_however_much_the_library_is_told_to_say(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDANTIC_SETTINGS_DEBUG", "1")
    with caplog.at_level(logging.DEBUG):
        read_settings({"ML_CONNECTOR_DATABASE_URL": DATABASE})
    assert "hunter2" not in caplog.text


def test_settings_made_in_code_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_LOG_LEVEL", "debug")
    assert Settings().log_level == "info"
    assert read_settings({}).log_level == "info"
    assert read_settings().log_level == "debug"


def test_without_servers_the_sentence_names_up_and_the_variable(tmp_path: Path) -> None:
    sentence = complaint({"ML_CONNECTOR_DATA_DIR": str(tmp_path)})
    assert "start `ml-connector up` in another terminal" in sentence
    assert "ML_CONNECTOR_DATABASE_URL" in sentence


def test_who_works_beside_the_stack_of_another_user_reads_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"ML_CONNECTOR_DATA_DIR": str(tmp_path)}
    with pytest.raises(ConfigurationError, match="There is no PostgreSQL to work with"):
        load_settings(data)
    for uid in (os.getuid() + 1, 54_322):
        monkeypatch.setattr(os, "geteuid", lambda uid=uid: uid)
        owner = pwd.getpwuid(os.getuid()).pw_name
        with pytest.raises(ConfigurationError, match=f"{tmp_path} belongs to {owner}: work as that user"):
            load_settings(data)


def test_a_command_finds_the_servers_of_a_running_stack_and_not_of_a_dead_one(tmp_path: Path) -> None:
    environment = {"ML_CONNECTOR_DATA_DIR": str(tmp_path)}
    word = LocalStack(
        pid=os.getpid(),
        settings={"database_url": "postgresql+psycopg://here/x", "broker_url": BROKER},
        places={"flower": "http://127.0.0.1:5555"},
    )
    owner = Ownership(tmp_path)
    owner.take()
    write_stack_file(tmp_path, word)
    assert running_stack(tmp_path) == word
    assert load_settings(environment).database_url == "postgresql+psycopg://here/x"
    assert load_settings(environment | {"ML_CONNECTOR_BROKER_URL": "redis://mine/0"}).broker_url == "redis://mine/0"
    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600
    owner.give_back()
    assert running_stack(tmp_path) is None, "its owner is gone, so its word counts no more"
    remove_stack_file(tmp_path)
    assert "There is no PostgreSQL" in complaint(environment)


def test_the_table_of_settings_has_a_meaning_for_each_and_shows_no_secret() -> None:
    rows = describe()
    assert sorted(row.variable for row in rows) == sorted(variable_of(name) for name in Settings.model_fields)
    assert all(row.meaning.endswith(".") for row in rows)
    assert {row.variable for row in rows if row.secret} == {
        f"ML_CONNECTOR_{name}"
        for name in (
            "DATABASE_URL",
            "ERRORS",
            "OWNER_DATABASE_URL",
            "BROKER_URL",
            "MASTER_KEYS",
            "PROXY",
            "AUDIT_ANCHOR",
            "FLOWER_PASSWORD",
            "METRICS_TOKEN",
            "OIDC_CLIENT_SECRET",
            "BACKUP_KEYS",
            "VERIFY_DATABASE_URL",
        )
    }
    assert all(row.default == "" for row in rows if row.secret)
