"""``db backup``: encrypted, restored to see that it is good, rotated, and missed when it is old."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.embedded import roles
from connector.operations.health import causes, watching
from connector.operations.operator import Operator
from connector.operations.setup.alert_rules import Rules
from connector.store.postgres import scratch
from connector.store.postgres.engine import open_single
from connector.vault import new_key, parse_keys, streams
from tests.privileged import tampering, url_of, working_as

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

KEYS = parse_keys(new_key())
PIECE = 1 << 20


@pytest.fixture
def key(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> str:
    made = new_key()
    monkeypatch.setenv("ML_CONNECTOR_OWNER_DATABASE_URL", url_of(scene.ledger.engine.url, roles.OWNER))
    monkeypatch.setenv("ML_CONNECTOR_BACKUP_KEYS", made)
    return made


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    streams.seal(KEYS[0], io.BytesIO(content), out)
    return out.getvalue()


def opened(content: bytes) -> bytes:
    return b"".join(streams.opened(KEYS, io.BytesIO(content)))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_is_sealed_opens(size: int) -> None:
    content = bytes(index % 251 for index in range(1000)) * (size // 1000 + 1)
    assert opened(sealed(content[:size])) == content[:size]


def test_whatever_is_done_to_a_sealed_file_is_noticed() -> None:
    whole = sealed(b"x" * (2 * PIECE + 5))
    head = len(whole) - 2 * (PIECE + 20) - 25
    first, second, last = whole[head : head + PIECE + 20], whole[head + PIECE + 20 : -25], whole[-25:]
    assert whole[:head] + first + second + last == whole
    for altered in (
        whole[:-1],
        whole[:-25],
        whole[:head] + first,
        whole[:head] + second + first + last,
        whole[:head] + first + last,
        whole + b"\x00",
        whole[:head],
        whole[:-1] + bytes([whole[-1] ^ 1]),
        b"no backup at all",
        b"",
    ):
        with pytest.raises(ConfigurationError, match="backup"):
            opened(altered)
    with pytest.raises(ConfigurationError, match="encrypted with the key"):
        b"".join(streams.opened(parse_keys(new_key()), io.BytesIO(whole)))


def test_a_backup_is_restored_verified_and_says_nothing_in_clear(
    terminal: Terminal, scene: Scene, key: str, tmp_path: Path
) -> None:
    with tampering(scene.ledger) as superuser:  # as servers of later minor releases do, and their pg_dump knows
        superuser.exec_driver_sql(
            "UPDATE pg_attribute SET attoptions = '{pg_attver=26568608}' "
            "WHERE attrelid = 'records'::regclass AND attname IN ('id', 'state')"
        )
    scene.finish(scene.read_one("INV-CANARY"))
    scene.seal()
    said = terminal.json("db", "backup", str(tmp_path / "kept"))
    assert (said["verified"], said["records"]) == (True, 1)
    (file,) = (tmp_path / "kept").iterdir()
    assert b"PGDMP" not in file.read_bytes()
    assert b"INV-CANARY" not in file.read_bytes()
    terminal.ok("db", "unseal", str(file), str(tmp_path / "ledger.dump"))
    assert (tmp_path / "ledger.dump").read_bytes().startswith(b"PGDMP")
    (event,) = terminal.json("audit", "show", "db:backup")
    assert event["detail"]["sha256"] == said["sha256"]


def test_a_backup_without_its_key_is_not_told_to_make_another(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("db", "unseal", "ledger.mlcb", str(tmp_path / "ledger.dump"))
    assert said.code == 2
    told = " ".join(said.err.split())
    assert "no key to decrypt ledger.mlcb with: name the file of the key it was encrypted with" in told
    assert "new-key" not in told
    assert not (tmp_path / "ledger.dump").exists()


def test_a_backup_is_verified_in_a_server_that_is_named_and_nothing_else_there_is_touched(
    terminal: Terminal, scene: Scene, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.finish(scene.read_one("INV-1"))
    scene.seal()
    monkeypatch.setenv("ML_CONNECTOR_VERIFY_DATABASE_URL", url_of(scene.ledger.engine.url, "verifier"))
    with a_role(scene, "verifier"):
        assert "verifier" in (refused := terminal("db", "backup", str(tmp_path / "kept")).err)
        assert "may not create databases" in refused
        assert not list((tmp_path / "kept").iterdir())
    with a_role(scene, "verifier CREATEDB"), left_behind(scene) as left, working_as(scene.ledger) as superuser:
        before = databases(superuser)
        said = terminal("db", "backup", str(tmp_path / "kept"), "--json")
        assert (said.json["verified"], said.json["records"]) == (True, 1)
        assert databases(superuser) == before
        assert f"DROP DATABASE {left}" in said.err


@contextmanager
def a_role(scene: Scene, words: str) -> Iterator[None]:
    with working_as(scene.ledger) as superuser:
        superuser.exec_driver_sql(f"CREATE ROLE {words} LOGIN")
    try:
        yield
    finally:
        with working_as(scene.ledger) as superuser:
            superuser.exec_driver_sql(f"DROP ROLE {words.split(maxsplit=1)[0]}")


@contextmanager
def left_behind(scene: Scene) -> Iterator[str]:
    name = f"{scratch.PREFIX}0"
    with open_single(url_of(scene.ledger.engine.url)).connect() as opened:
        superuser = opened.execution_options(isolation_level="AUTOCOMMIT")
        superuser.exec_driver_sql(f"CREATE DATABASE {name}")
        yield name
        superuser.exec_driver_sql(f"DROP DATABASE {name}")


def databases(superuser: sa.Connection) -> list[str]:
    return list(superuser.scalars(sa.text("SELECT datname FROM pg_database ORDER BY 1")))


def test_only_so_many_are_kept(
    terminal: Terminal, scene: Scene, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_BACKUPS_KEPT", "2")
    place = tmp_path / "kept"
    place.mkdir(mode=0o700)
    older = [place / f"ledger-2026010{number}T000000Z.mlcb" for number in range(1, 4)]
    for file in (*older, place / "notes.txt"):
        file.write_text("x")
    said = terminal.json("db", "backup", str(place), "--no-verify")
    assert said["removed"] == [older[0].name, older[1].name]
    assert {file.name for file in place.iterdir()} == {older[2].name, said["file"].rpartition("/")[2], "notes.txt"}


def test_a_backup_whose_trail_is_not_whole_is_set_aside_and_told_of(
    terminal: Terminal, scene: Scene, built: Application, key: str, tmp_path: Path
) -> None:
    scene.finish(scene.read_one("INV-1"))
    with tampering(scene.ledger) as superuser:
        superuser.exec_driver_sql("UPDATE audit_events SET actor = 'nobody' WHERE name = 'record.done'")
    assert "not whole" in terminal("db", "backup", str(tmp_path / "kept")).err
    assert [file.suffix for file in (tmp_path / "kept").iterdir()] == [".bad"]
    assert "the last one failed" in str(troubles(built))


def troubles(built: Application) -> list[str]:
    with Operator(application=built, actor="test").transaction() as tx:
        return [one.found for one in causes.all_(tx, Rules([])) if one.name == "backup.old"]


def test_a_backup_that_is_old_is_missed_and_one_that_never_was_is_not(
    terminal: Terminal, scene: Scene, built: Application, key: str, tmp_path: Path
) -> None:
    assert troubles(built) == []
    terminal.ok("db", "backup", str(tmp_path / "kept"), "--no-verify")
    assert troubles(built) == []
    with tampering(scene.ledger) as superuser:
        superuser.exec_driver_sql("UPDATE audit_events SET at = at - interval '37 hours' WHERE subject = 'db:backup'")
    assert "the last good one is of" in str(troubles(built))


def test_that_there_was_no_backup_is_over_once_there_is_one(
    terminal: Terminal, scene: Scene, built: Application, key: str, tmp_path: Path
) -> None:
    def stands() -> bool:
        watching.report_work(Operator(application=built, actor="beat"), dt.timedelta(hours=72))
        return bool(scene.ask("SELECT FROM alerts WHERE name = 'backup.old'"))

    terminal.ok("db", "backup", str(tmp_path / "kept"), "--no-verify")
    with tampering(scene.ledger) as superuser:
        superuser.exec_driver_sql("UPDATE audit_events SET at = at - interval '37 hours' WHERE subject = 'db:backup'")
    assert stands()
    terminal.ok("db", "backup", str(tmp_path / "kept"), "--no-verify")
    assert not stands()


def test_a_backup_is_not_encrypted_with_what_lies_beside_the_ledger(
    terminal: Terminal, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: Application
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_BACKUP_KEYS", built.settings.master_keys)
    assert "one of the master keys" in terminal("db", "backup", str(tmp_path / "kept")).err
    monkeypatch.delenv("ML_CONNECTOR_BACKUP_KEYS")
    assert "no key to encrypt backups" in terminal("db", "backup", str(tmp_path / "kept")).err
