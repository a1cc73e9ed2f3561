"""This machine as the doctor sees it: what processes need of it to start at all, and to go on."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.operations.check import Health, ok, warning, wrong
from connector.store.postgres.address import address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.config.settings import Settings
    from connector.operations.check import Check

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
GIGABYTE = 1_000_000_000
_SCARCE = 2 * GIGABYTE
_TOO_LITTLE = GIGABYTE // 4
#: files and connections that one process of ours may come to have open, and with how few none starts
_FILES, _FEWEST_FILES = 1024, 256


def require(folder: Path) -> None:
    """Raise ConfigurationError for the first thing that nothing could be started without; data goes to ``folder``."""
    for found in (disk(folder), shared_memory(), open_files()):
        if found.health is Health.WRONG:
            raise ConfigurationError(f"Nothing was started: {found.what}: {found.found}. {found.advice}")


def require_shared_memory() -> None:
    """Raise ConfigurationError where no worker could start."""
    found = shared_memory()
    if found.health is Health.WRONG:
        raise ConfigurationError(f"This worker was not started: {found.found}. {found.advice}")


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


def _there(path: Path) -> bool:
    """Whether it exists, as far as this user may see."""
    try:
        return path.exists()
    except PermissionError:
        return False


def disk(folder: Path, *, free_at: Callable[[Path], int] = _free, scarce: int = _SCARCE) -> Check:
    """Room on this machine; the servers' disks are their own."""
    place = next(path for path in (folder, *folder.parents, Path("/")) if _there(path))
    free = free_at(place)
    found = f"{free / GIGABYTE:.1f} GB free at {place}"
    if free < _TOO_LITTLE:
        return wrong("disk", found, "Make room now: PostgreSQL stops when its disk is full.")
    return warning("disk", found, "Make room soon.") if free < scarce else ok("disk", found)


def watched(settings: Settings) -> Path:
    """The directory whose disk matters here."""
    return Path(settings.watched_disk) if settings.watched_disk else settings.data_dir


def database_disk(settings: Settings) -> Iterator[Check]:
    """Say so where nobody looks at PostgreSQL's disk; it tells none of it to a role like ours."""
    hosts = str(address(settings.database_url).parameters.get("host", "")).split(",")
    elsewhere = [host for host in hosts if host and not host.startswith("/") and host not in _HERE]
    if elsewhere and not settings.watched_disk:
        yield ok(
            "postgres disk",
            f"it is that of {', '.join(elsewhere)} and not seen from here: watch it there, or name a directory on it "
            "in ML_CONNECTOR_WATCHED_DISK",
        )


def shared_memory(make: Callable[[], object] = multiprocessing.Lock) -> Check:
    """Whether a lock that processes share can be made; workers make some in /dev/shm before anything else."""
    try:
        make()
    except (OSError, ImportError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return wrong(
            "shared memory",
            f"no lock can be made in /dev/shm ({why}): no worker starts here",
            "Mount a tmpfs at /dev/shm that this user may write to (in containers --tmpfs /dev/shm or shm_size).",
        )
    return ok("shared memory", "locks can be made in /dev/shm")


def open_files(limit: int | None = None) -> Check:
    """How many files and connections a process may have open."""
    found = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    if found == resource.RLIM_INFINITY or found >= _FILES:
        return ok("open files", f"{'any number' if found == resource.RLIM_INFINITY else found} for each process")
    judge = wrong if found < _FEWEST_FILES else warning
    return judge(
        "open files",
        f"{found} for each process",
        f"Raise the limit to {_FILES} at least: `ulimit -n {_FILES}`, LimitNOFILE= of systemd, or ulimits of Compose.",
    )
