"""Whether every locked package has a wheel for each processor and Python the product runs on; asks the package index.

    python tools/audit_wheels.py

What has none would be compiled where somebody installs it, which needs a compiler there. Nothing is downloaded or
installed: pip resolves the locks as another machine would.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROCESSORS = ("x86_64", "aarch64")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
#: what pip calls Linux with glibc 2.17 and 2.28, which Debian 11 and later are
_GLIBC = ("manylinux2014", "manylinux_2_17", "manylinux_2_28")


def main() -> int:
    """Returns 0 when each lock can be installed everywhere."""
    failed = 0
    for lock, processor, python in itertools.product(LOCKS, PROCESSORS, PYTHONS):
        why = missing(lock, processor, python)
        failed += bool(why)
        where = f"{lock} for Python {python} on {processor}"
        sys.stdout.write(f"{where}: {why or 'a wheel for everything'}.\n")
    return 1 if failed else 0


def command(lock: str, processor: str, python: str, target: str) -> list[str]:
    """How pip is asked."""
    options = ["--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    platforms = [word for glibc in _GLIBC for word in ("--platform", f"{glibc}_{processor}")]
    place = ["--target", target, "--python-version", python, "-r", str(ROOT / lock)]
    return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options, *platforms, *place]


def missing(lock: str, processor: str, python: str) -> str:
    """What pip says it does not find; empty when it finds everything."""
    with tempfile.TemporaryDirectory() as target:
        done = subprocess.run(  # noqa: S603 - our own command line
            command(lock, processor, python, target), capture_output=True, text=True, check=False
        )
    if not done.returncode:
        return ""
    said = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    return (said[-1] if said else "pip failed").rstrip(".")


if __name__ == "__main__":
    sys.exit(main())
