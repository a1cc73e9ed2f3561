"""Whether keys, secrets and the data directory are closed to the other users of this machine."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from connector.config import PREFIX, secret_settings
from connector.operations.check import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.operations.check import Check

#: what `up` and commands keep in the data directory
_KEPT = ("master.keys", "flower.password", "stack.json", "redis", "logs", "ml-connector-errors.log")
#: a container's own: who else could read it is nobody
_MOUNTED = Path("/run/secrets")


def examine(data_dir: Path, environment: Mapping[str, str] | None = None) -> Iterator[Check]:
    """Look at the modes of what must be read and written by nobody else."""
    given = os.environ if environment is None else environment
    variables = [*(f"{PREFIX}{name.upper()}_FILE" for name in sorted(secret_settings())), f"{PREFIX}BROKER_KEY"]
    named = [given.get(variable, "") for variable in variables]
    secrets = [path for name in named if name and _MOUNTED not in (path := Path(name).expanduser()).parents]
    found = [check for path in [*secrets, *(data_dir / name for name in _KEPT)] for check in _open_to_others(path)]
    yield from found
    yield from (changeable := list(_changeable(data_dir)))
    if not found and not changeable:
        yield ok("files", "keys, secrets and logs are read by nobody else")


def _open_to_others(path: Path) -> Iterator[Check]:
    try:
        mode = path.stat().st_mode
    except OSError:  # what cannot be read says so elsewhere
        return
    if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        right = "700" if stat.S_ISDIR(mode) else "600"
        yield warning(
            "files",
            f"{path} is open to other users of this machine (mode {stat.S_IMODE(mode):o})",
            f"`chmod {right} {path}`; a key that others may have read must be changed (docs/security.md).",
        )


def _changeable(data_dir: Path) -> Iterator[Check]:
    try:
        found = data_dir.stat()
    except OSError:
        return
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield wrong(
            "files",
            f"Others can write to {data_dir} (mode {stat.S_IMODE(found.st_mode):o})",
            f"`chmod go-w {data_dir}`, and look into it for what is not yours.",
        )
    if found.st_uid not in {os.geteuid(), 0}:
        yield warning(
            "files",
            f"{data_dir} belongs to another user (number {found.st_uid})",
            f"Start ml-connector as that user, or set {PREFIX}DATA_DIR to another directory.",
        )
