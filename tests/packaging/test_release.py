"""What is released: the same whoever builds it, from one version, with what it is made of beside it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.packaging.scripts import ROOT, script

if TYPE_CHECKING:
    from pathlib import Path

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


#: what is given as the moment of a release
MOMENT = 1_700_000_000


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A preview, by the end of each file's name; the builder itself refuses two builds that differ."""
    into = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOURCE_DATE_EPOCH", str(MOMENT))
        files: list[Path] = script("release").release(into, preview=True)
    return {file.name.removeprefix("ml-connector").removeprefix("ml_connector"): file for file in files}


def test_wheel_and_sdist_are_of_the_version_of_the_project(released: dict[str, Path]) -> None:
    assert {f"-{VERSION}-py3-none-any.whl", f"-{VERSION}.tar.gz", f"-{VERSION}.cdx.json"} < set(released)
    with tarfile.open(released[f"-{VERSION}.tar.gz"]) as archive:
        members = archive.getmembers()
    assert {(one.uid, one.gid, one.uname) for one in members} == {(0, 0, "")}
    assert {one.mtime for one in members} == {MOMENT}, "the moment that was given stands on everything"
    with zipfile.ZipFile(released[f"-{VERSION}-py3-none-any.whl"]) as wheel:
        names = wheel.namelist()
    assert "workers/command.py" in names
    assert any(name.endswith("console.css") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "tools/"))]


def test_the_version_stands_in_one_place() -> None:
    said = re.compile(rf"\bversion\W{{1,5}}{re.escape(VERSION)}\b")
    files = [*ROOT.glob("*.toml"), *(ROOT / "connector").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    assert [file.name for file in files if said.search(file.read_text())] == ["pyproject.toml"]


def test_the_bill_of_materials_is_of_its_format_and_has_all_that_is_locked(released: dict[str, Path]) -> None:
    text = released[f"-{VERSION}.cdx.json"].read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill: dict[str, Any] = json.loads(text)
    locked = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    named = {(one["name"], one["version"]) for one in bill["components"]}
    plain = script("bill_of_materials").plain
    assert named == {(plain(name), version) for name, version in locked}
    assert bill["metadata"]["component"]["version"] == VERSION
    (ours, *_) = bill["dependencies"]
    assert any(purl.startswith("pkg:pypi/celery@") for purl in ours["dependsOn"])


def test_what_nobody_may_be_given_is_named(tmp_path: Path) -> None:
    bills = script("bill_of_materials")
    made = [
        bills.Component(name=name, version="1", hashes=[], licence=licence, spdx=True)
        for name, licence in (
            ("fine", "MIT OR Apache-2.0"),
            ("lesser", "LGPL-3.0-only"),
            ("spreads", "GPL-3.0-only"),
            ("network", "AGPL-3.0-or-later"),
            ("silent", ""),
        )
    ]
    assert [sentence.split(" 1 ")[0].rpartition(" ")[2] for sentence in bills.objections(made)] == [
        "silent",
        "spreads",
        "network",
    ]
    assert "**unknown**" in bills.licences(made)


def test_nothing_is_released_that_the_changelog_does_not_tell_of(tmp_path: Path) -> None:
    release = script("release")
    assert release.noted("1.2.0", "## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n")
    assert not release.noted("1.2.0", "## [Unreleased]\n\nWill be 1.2.0\n")
    if not release.noted(VERSION, (ROOT / "CHANGELOG.md").read_text()):
        with pytest.raises(release.Refused, match="has no heading"):
            release.release(tmp_path)


def test_what_is_unreleased_gets_the_heading_of_the_version_once(tmp_path: Path) -> None:
    release, file, day = script("release"), tmp_path / "CHANGELOG.md", dt.date(2026, 12, 1)
    news = "### Added\n\n- Something.\n\n## [1.1.0] - 2026-01-01\n\n- Older.\n"
    file.write_text(f"# Changelog\n\n## [Unreleased]\n\nWill be 1.2.0, the second release.\n\n{news}")
    assert "commit it" in release.cut(file, "1.2.0", day)
    assert file.read_text() == f"# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n{news}"
    for version, why in (("1.2.0", "has 1.2.0 already"), ("1.3.0", "nothing under")):
        with pytest.raises(release.Refused, match=why):
            release.cut(file, version, day)


@pytest.mark.parametrize("kind", [".whl", ".tar.gz"])
def test_each_installs_into_an_empty_environment_and_says_its_version(
    released: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    """What it needs is lent by this environment; ``make release TRY=1`` takes it from the index and runs the demo."""
    (file,) = [one for name, one in released.items() if name.endswith(kind)]
    place = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, f"--target={place}", str(file)], check=True, capture_output=True, cwd=tmp_path)
    said = subprocess.run(
        [sys.executable, str(place / "bin" / "ml-connector"), "--version"],
        env={**os.environ, "PYTHONPATH": str(place)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == f"ml-connector {VERSION}"
