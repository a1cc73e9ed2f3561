"""Backup and restore of the PostgreSQL that `up` runs."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from connector.config import read_settings
from connector.domain.errors import ConfigurationError
from connector.embedded.stack import Stack
from connector.operations.health import restoring
from tests.cli.conftest import QAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.cli.conftest import Terminal


@pytest.fixture
def at_home(terminal: Terminal, server_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal beside the data of `up`, in a place that PostgreSQL's account can reach."""
    monkeypatch.delenv("ML_CONNECTOR_BROKER_URL")
    monkeypatch.setenv("ML_CONNECTOR_DATA_DIR", str(server_directory / tmp_path.name))
    monkeypatch.setenv("QAD_PASSWORD", "canary-qad-password")
    monkeypatch.chdir(tmp_path)
    return terminal


def test_the_ledger_of_up_is_backed_up_while_it_runs_and_restored_when_it_does_not(
    at_home: Terminal, tmp_path: Path
) -> None:
    qad = at_home.file("qad.yaml", QAD)
    for early in (at_home("db", "dump", "ledger.dump"), at_home("db", "restore", "ledger.dump")):
        assert early.code == 2, "it does not run, and there is no backup"
        assert len(early.err.strip().splitlines()) == 1
    with Stack(read_settings(), programs=[]):
        at_home.ok("connection", "add", "before", "--system", "qad", "--config", qad)
        assert "master keys" in at_home.ok("db", "dump", "ledger.dump").out
        at_home.ok("connection", "add", "after", "--system", "qad", "--config", qad)
        assert "in use by another ml-connector" in at_home("db", "restore", "ledger.dump").err
        assert len(at_home.json("connection", "list")) == 2

    assert stat.S_IMODE((tmp_path / "ledger.dump").stat().st_mode) == 0o600
    whole = (tmp_path / "ledger.dump").read_bytes()
    (tmp_path / "torn.dump").write_bytes(whole[: len(whole) // 3])
    torn = at_home("db", "restore", "torn.dump")
    assert torn.code == 2
    assert "pg_restore failed" in torn.err
    with Stack(read_settings(), programs=[]):
        assert len(at_home.json("connection", "list")) == 2, "what cannot be restored leaves everything as it was"

    said = at_home.ok("db", "restore", "ledger.dump").out
    with Stack(read_settings(), programs=[]):
        assert [found["name"] for found in at_home.json("connection", "list")] == ["before"]
        (event,) = at_home.json("audit", "show", restoring.SUBJECT)
        assert at_home.json("audit", "verify")["ok"]
    assert "kept as the database ml_connector_until_" in said
    assert event["detail"]["ends_at"] < event["at"]


@pytest.mark.parametrize(("command", "otherwise"), [("dump", "db backup"), ("restore", "db restored")])
def test_a_server_of_ones_own_has_programs_of_its_own(
    terminal: Terminal, database_url: str, command: str, otherwise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", database_url)

    said = terminal("db", command, "ledger.dump")

    assert said.code == 2
    assert f"ml-connector {otherwise}" in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_an_empty_ledger_was_not_restored(
    terminal: Terminal, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", database_url)

    said = terminal("db", "restored")

    assert said.code == 2
    assert "restore a backup into it first" in said.err


def test_a_ledger_in_another_database_than_before_is_not_started_until_it_is_made_fit(
    terminal: Terminal,
    database_url: str,
    copy_of: Callable[[str], AbstractContextManager[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", database_url)
    for _ in range(2):
        terminal.ok("db", "upgrade")
    with copy_of(database_url) as elsewhere:
        monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", elsewhere)
        refused = terminal("db", "upgrade")
        with pytest.raises(ConfigurationError, match="db restored"), Stack(read_settings(), programs=[]):
            pytest.fail("it started")
        terminal.file("qad.yaml", QAD)
        monkeypatch.setenv("QAD_PASSWORD", "canary-qad-password")
        terminal.ok("connection", "add", "acme", "--system", "qad", "--config", str(terminal.folder / "qad.yaml"))
        terminal.ok("db", "restored")
        terminal.ok("db", "upgrade")
        assert terminal.json("audit", "verify")["ok"]
        assert len(terminal.json("audit", "show", "db:home")) == 2
    assert refused.code == 2
    assert "run `ml-connector db restored` before anything is started" in refused.err
    assert len(refused.err.strip().splitlines()) == 1
