"""A neighbour on the machine plants links and reads what is left lying about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector import files
from connector.config import read_settings
from connector.config.local_stack import LOCK, LocalStack, running_stack, write_stack_file
from connector.domain.errors import ConfigurationError
from connector.embedded.dumping import dump
from connector.embedded.generated_secrets import ensure_data_dir, ensure_flower_password, ensure_master_key
from connector.embedded.ownership import Ownership
from connector.embedded.places import home_for
from connector.embedded.redis import EmbeddedRedis
from connector.operations.health import permissions
from workers.cli.failing import explain
from workers.cli.session import actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config.settings import Settings

PRECIOUS = "somebody's own"
#: what an exception may quote of a document
WORDS = "Zoe of Example Street"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that belongs to us, and that an attacker wants overwritten."""
    file = tmp_path / "victim"
    file.write_text(PRECIOUS)
    return file


def hard(link: Path, to: Path) -> None:
    link.hardlink_to(to)


def soft(link: Path, to: Path) -> None:
    link.symlink_to(to)


def pipe(link: Path, _: Path) -> None:
    os.mkfifo(link)


def of_another(link: Path, _: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to somebody else")
    link.touch()
    os.chown(link, 54_321, 54_321)


@pytest.mark.parametrize("plant", [hard, soft, pipe, of_another])
def test_a_log_is_not_written_where_somebody_planted_something(
    plant: Callable[[Path, Path], None], tmp_path: Path, victim: Path
) -> None:
    log = tmp_path / "server.log"
    plant(log, victim)
    with pytest.raises((ConfigurationError, OSError)):
        os.close(files.append(log))
    assert victim.read_text() == PRECIOUS


@pytest.mark.parametrize("plant", [hard, soft])
def test_a_file_takes_the_place_of_what_was_planted_there(
    plant: Callable[[Path, Path], None], tmp_path: Path, victim: Path
) -> None:
    for name in ("backup", "backup.part"):
        plant(tmp_path / name, victim)
    files.write(tmp_path / "backup", "ours")
    assert (tmp_path / "backup").read_text() == "ours"
    assert not (tmp_path / "backup").is_symlink()
    assert victim.read_text() == PRECIOUS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "backup.part", "victim"]


def test_whatever_is_written_is_read_by_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        data = ensure_data_dir(tmp_path / "data")
        ensure_master_key(data)
        write_stack_file(data, LocalStack(pid=1, settings={}, places={}))
        server = EmbeddedRedis(data / "redis")
        server.log.touch(mode=0o644)
        with server:
            pass
    finally:
        os.umask(before)
    open_to_others = {
        str(path.relative_to(data)): oct(path.stat().st_mode)
        for path in (*data.iterdir(), *(data / "redis").iterdir())
        if path.stat().st_mode & 0o077 and not path.name.startswith("appendonly")
    }
    assert open_to_others == {}
    assert data.stat().st_mode & 0o777 == 0o711


def test_whatever_the_umask_is_nobody_else_replaces_the_directories_above(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ensure_data_dir(tmp_path / "a" / "b" / "data")
        files.directory(tmp_path / "c" / "d" / "redis")
    finally:
        os.umask(before)
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "a", *tmp_path.glob("[ac]/*"))} == {"0o755"}


def made(data: Path) -> Settings:
    return read_settings({"ML_CONNECTOR_DATA_DIR": str(data)})


@pytest.mark.parametrize("plant", [soft, pipe])
@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("master.keys", ensure_master_key),
        ("master.keys", lambda data: made(data).master_keys_text()),
        ("flower.password", lambda data: ensure_flower_password(made(data))),
        ("stack.json", running_stack),
        ("redis/password", lambda data: EmbeddedRedis(data / "redis").start()),
    ],
)
def test_no_key_and_no_password_is_used_that_a_neighbour_planted(
    plant: Callable[[Path, Path], None], name: str, use: Callable[[Path], object], tmp_path: Path, victim: Path
) -> None:
    data = ensure_data_dir(tmp_path / "data")
    files.directory(data / "redis")
    plant(data / name, victim)
    ownership = Ownership(data)
    ownership.take()
    with pytest.raises(ConfigurationError, match=rf"{name} is not used, because it is (a link|no ordinary file)"):
        use(data)
    ownership.give_back()


def test_what_is_read_again_belongs_to_us_or_to_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_another(tmp_path / "theirs", tmp_path)
    (tmp_path / "roots").write_text("ours")
    monkeypatch.setattr(os, "geteuid", lambda: 54_322)
    assert files.read(tmp_path / "roots") == "ours"
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        files.read(tmp_path / "theirs")


def test_a_pipe_for_a_lock_keeps_no_command_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LOCK)
    assert running_stack(tmp_path) is None


@pytest.mark.parametrize("plant", [pipe, lambda place, _: place.mkdir()])
def test_a_backup_takes_the_place_of_files_only(plant: Callable[[Path, Path], None], tmp_path: Path) -> None:
    plant(tmp_path / "there", tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "there")
    for name in ("there", "link"):
        with pytest.raises(ConfigurationError, match=rf"cannot take the place of .*{name}, which is no file"):
            dump("postgresql://nobody@/none?host=/nowhere", tmp_path / name)
    assert not (tmp_path / "there").is_file()


def test_what_was_planted_for_a_log_is_said_in_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(ConfigurationError, match=f"{name} is not used, because it is no ordinary file"):
            os.close(files.append(tmp_path / name))


def test_the_home_of_postgresql_is_nobody_elses(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    assert home_for(home, None).stat().st_mode & 0o777 == 0o711
    if os.geteuid() == 0:
        os.chown(home, 54_321, 54_321)
        with pytest.raises(ConfigurationError, match="belongs to another user"):
            home_for(home, None)


def test_a_directory_that_others_may_write_to_is_closed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o777)
    (tmp_path / "data").chmod(0o777)
    assert ensure_data_dir(tmp_path / "data").stat().st_mode & 0o777 == 0o755


def test_redis_starts_over_no_link(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "redis").mkdir(mode=0o700)
    (tmp_path / "redis" / "server.log").symlink_to(victim)
    with pytest.raises(ConfigurationError, match=r"server.log is not used, because it is a link"):
        EmbeddedRedis(tmp_path / "redis").start()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "redis")
    with pytest.raises(ConfigurationError, match=r"elsewhere is not used, because it is a link"):
        EmbeddedRedis(tmp_path / "elsewhere")
    assert victim.read_text() == PRECIOUS


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory that everybody writes to, and a data directory that nobody can make."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("ML_CONNECTOR_DATA_DIR", str(tmp_path / "file" / "data"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


def failed(words: str) -> Exception:
    try:
        int(words)
    except ValueError as error:
        return error
    raise AssertionError


def test_what_went_wrong_is_noted_without_the_words_of_a_document(shared: Path, victim: Path) -> None:
    (shared / "ml-connector-errors.log").symlink_to(victim)
    sentence, _ = explain(failed(WORDS))
    assert victim.read_text() == PRECIOUS
    log = Path(sentence.rpartition(" ")[2].rstrip("."))
    assert "ValueError" in log.read_text()
    assert WORDS not in log.read_text()
    assert (log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_where_a_neighbour_was_faster_nothing_is_noted(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "trap").mkdir()
    (shared / f"ml-connector-{os.geteuid()}").symlink_to(tmp_path / "trap")
    sentence, _ = explain(failed(WORDS))
    assert sentence.endswith("the details could not be written anywhere.")
    assert list((tmp_path / "trap").iterdir()) == []


def test_doctor_names_what_others_may_read_and_says_what_to_do(tmp_path: Path) -> None:
    data = ensure_data_dir(tmp_path / "data")
    key = ensure_master_key(data)
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for file, mode in ((mine, 0o640), (theirs, 0o644)):
        file.touch()
        file.chmod(mode)
    environment = {
        "ML_CONNECTOR_MASTER_KEYS_FILE": str(mine),
        "ML_CONNECTOR_BROKER_URL_FILE": "/run/secrets/broker_url",
    }
    (fine,) = permissions.examine(data, environment)
    assert fine.health.value == "ok"

    (open_key,) = permissions.examine(data, environment | {"ML_CONNECTOR_BROKER_KEY": str(theirs)})
    assert f"chmod 600 {theirs}" in open_key.advice

    key.chmod(0o604)
    data.chmod(0o777)
    found = list(permissions.examine(data, environment | {"ML_CONNECTOR_MASTER_KEYS_FILE": str(theirs)}))
    assert [check.health.value for check in found] == ["warning", "warning", "wrong"]
    assert [f"chmod 600 {theirs}" in found[0].advice, f"chmod 600 {key}" in found[1].advice] == [True, True]
    assert f"chmod go-w {data}" in found[2].advice


CRASH = """
import ctypes, resource
from workers.hardening import leave_no_core
leave_no_core()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_a_crash_leaves_no_memory_behind() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0"


@pytest.mark.parametrize(
    ("uid", "login", "named"),
    [
        (0, "4294967295", "operator:root"),
        (0, "0\n", "operator:root"),
        (0, "54321", "operator:root (logged in as uid-54321)"),
        (54_321, "not Linux", "operator:uid-54321"),
    ],
)
def test_the_actor_is_who_the_kernel_says_it_is(
    uid: int, login: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SUDO_USER", "USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    (tmp_path / "loginuid").write_text(login)
    assert actor(uid=uid, login=tmp_path / "loginuid") == named
    assert "somebody-else" not in actor()
