"""Build what is released into dist/: wheel and sdist, twice, bit by bit alike; bill of materials, licences, digests.

The version is that of pyproject.toml, the moment that of the commit (or SOURCE_DATE_EPOCH). ``--try`` installs the
wheel into an empty environment, with the locked dependencies, and runs the demonstration there. ``--preview`` builds
what the changelog does not release yet. ``--cut`` builds nothing: it gives what is under Unreleased in the changelog
the heading of the version and the day, to be committed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

from bill_of_materials import bill, components, licences, objections

ROOT = Path(__file__).resolve().parent.parent
#: 1980: the first year that a zip file knows
_EARLIEST = 315_532_800


class Refused(Exception):
    """Why nothing is released."""


def main() -> int:
    """Say what was built; returns the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--into", type=Path, default=ROOT / "dist")
    asked.add_argument("--preview", action="store_true")
    asked.add_argument("--try", dest="tried", action="store_true")
    asked.add_argument("--cut", action="store_true")
    given = asked.parse_args()
    try:
        if given.cut:
            sys.stdout.write(cut(ROOT / "CHANGELOG.md", of_project()["version"], dt.datetime.now(dt.UTC).date()))
            return 0
        files = release(given.into, preview=given.preview)
        for file in files:
            sys.stdout.write(f"{digest(file)}  {file.name}\n")
        if given.tried:
            try_out(next(file for file in files if file.suffix == ".whl"))
    except (Refused, subprocess.CalledProcessError) as why:
        sys.stderr.write(f"{why}\n{getattr(why, 'stderr', '') or ''}")
        return 1
    return 0


def release(into: Path, *, preview: bool = False) -> list[Path]:
    """Build everything into a directory; raises Refused where two builds differ, or a licence forbids it."""
    project = of_project()
    version, epoch = project["version"], moment()
    if not preview and not noted(version, (ROOT / "CHANGELOG.md").read_text()):
        raise Refused(
            f"CHANGELOG.md has no heading `## [{version}] - <day>`: `make release CUT=1` gives it one, commit that; "
            "PREVIEW=1 builds without."
        )
    made_of = components(ROOT / "requirements.lock")
    if against := objections(made_of):
        raise Refused("\n".join(against))
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (build(Path(scratch) / name, epoch) for name in ("first", "second"))
        differing = [one.name for one, other in zip(first, second, strict=True) if digest(one) != digest(other)]
        if differing:
            raise Refused(
                f"Two builds of {', '.join(differing)} differ: something in it depends on when or where it was built."
            )
        into.mkdir(parents=True, exist_ok=True)
        files = [Path(shutil.copy(file, into / file.name)) for file in first]
    files.append(into / f"ml-connector-{version}.cdx.json")
    files[-1].write_text(bill(version, made_of, epoch=epoch, asked=project["dependencies"]))
    files.append(into / f"ml-connector-{version}-licences.md")
    files[-1].write_text(licences(made_of))
    (into / "SHA256SUMS").write_text("".join(f"{digest(file)}  {file.name}\n" for file in files))
    return [*files, into / "SHA256SUMS"]


def of_project() -> dict[str, Any]:
    """What pyproject.toml says of it."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def cut(changelog: Path, version: str, day: dt.date) -> str:
    """Put what is under Unreleased under the heading of a version; returns what to do next. Raises Refused."""
    text = changelog.read_text()
    if noted(version, text):
        raise Refused(f"{changelog.name} has {version} already: raise the version in pyproject.toml.")
    head, unreleased, rest = text.partition("## [Unreleased]\n")
    rest = re.sub(rf"\A\nWill be {re.escape(version)}\b.*\n", "", rest)
    if not unreleased or not rest.partition("\n## ")[0].strip():
        raise Refused(f"{changelog.name} has nothing under `## [Unreleased]`.")
    changelog.write_text(f"{head}{unreleased}\n## [{version}] - {day}\n{rest}")
    return f"{changelog.name} has a heading for {version} now: read it, commit it, then `make release`.\n"


def noted(version: str, changelog: str) -> bool:
    """Whether the changelog says what is in a version, and of which day it is."""
    return re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE) is not None


def moment() -> int:
    """Seconds since 1970 that stand on everything."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return max(_EARLIEST, int(given))
    said = subprocess.run(
        ["git", "show", "-s", "--format=%ct", "HEAD"],  # noqa: S607 - as a person types it
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return int(said.stdout) if said.returncode == 0 else _EARLIEST


def build(place: Path, epoch: int) -> list[Path]:
    """Build sdist and wheel from a copy of what is committed, or of the tree where there is no history."""
    tree = place / "tree"
    tree.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607 - likewise
    if packed.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            # our own archive; Python 3.11.2 of Debian 12 knows no filter
            archive.extractall(tree)  # noqa: S202 - likewise
    else:
        left = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "secrets")
        shutil.copytree(ROOT, tree, dirs_exist_ok=True, ignore=left)
    for file in tree.rglob("*"):
        file.chmod(0o755 if file.is_dir() or file.stat().st_mode & 0o100 else 0o644)
        os.utime(file, (epoch, epoch))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--sdist",
        "--wheel",
        "--outdir",
        str(place / "out"),
        str(tree),
    ]
    subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own command line
    files = sorted((place / "out").iterdir())
    for file in files:
        if file.name.endswith(".tar.gz"):
            repack(file, epoch)
    return files


def repack(sdist: Path, epoch: int) -> None:
    """Let nothing in an sdist say who built it, where, or when."""
    with tarfile.open(sdist) as archive:
        held = [(one, _content(archive, one)) for one in archive.getmembers()]
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for one, content in sorted(held, key=lambda each: each[0].name):
            one.uid = one.gid = 0
            one.uname = one.gname = ""
            one.mtime, one.pax_headers = epoch, {}
            one.mode = 0o755 if one.isdir() or one.mode & 0o100 else 0o644
            archive.addfile(one, io.BytesIO(content) if one.isfile() else None)
    with sdist.open("wb") as out, gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=epoch) as packed:
        packed.write(plain.getvalue())


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member) if member.isfile() else None
    return file.read() if file is not None else b""


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def try_out(wheel: Path) -> None:
    """Install a wheel into an empty environment, with what is locked, and run the demonstration; needs the index."""
    with tempfile.TemporaryDirectory(prefix="mlc-release-") as place:
        venv.create(place, with_pip=True)
        programs, quiet = Path(place) / "bin", ["--quiet", "--disable-pip-version-check"]
        lock = ["--require-hashes", "--requirement", str(ROOT / "requirements.lock")]
        for command in (
            [programs / "pip", "install", *quiet, *lock],
            [programs / "pip", "install", *quiet, "--no-deps", str(wheel)],
            [programs / "ml-connector", "--version"],
            [programs / "ml-connector", "demo"],
        ):
            _run([str(word) for word in command], Path(place))


def _run(command: list[str], place: Path) -> None:
    environment: dict[str, Any] = {**os.environ, "ML_CONNECTOR_DATA_DIR": str(place / "data")}
    subprocess.run(command, cwd=place, env=environment, check=True)  # noqa: S603 - our own command line


if __name__ == "__main__":
    sys.exit(main())
