"""Who of this machine has died: a worker process holds the lock of a file for as long as it lives.

The kernel gives the lock back when the process dies, however it dies. So the worker that starts in its place knows at
once, and need not wait until nothing was heard of the dead one for long. A process that others cannot see from here, in
another container or on another machine, is known by its heartbeat alone.
"""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from uuid import UUID

from connector import files
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)

#: in the data directory
DIRECTORY = "living"
#: a file whose lock is not held yet
_BEING_MADE = ".made-"


class Living:
    """The worker processes that share a directory."""

    def __init__(self, data_dir: Path) -> None:
        self._directory = data_dir / DIRECTORY
        self._mine: tuple[Path, int] | None = None

    def begin(self, worker: UUID) -> None:
        """Hold a lock from now on; a directory that cannot be written leaves it to the heartbeat."""
        try:
            files.directory(self._directory)
            draft = self._directory / f"{_BEING_MADE}{worker}"
            opened = files.append(draft)
            fcntl.flock(opened, fcntl.LOCK_EX)
            path = draft.rename(self._directory / str(worker))
        except (OSError, ConfigurationError) as error:
            _log.info("worker.not_seen", extra={"worker": str(worker), "error": type(error).__name__})
            return
        self._mine = path, opened

    def end(self) -> None:
        """Be gone, in good order."""
        if self._mine is not None:
            path, opened = self._mine
            path.unlink(missing_ok=True)
            os.close(opened)
            self._mine = None

    @contextmanager
    def dead(self) -> Iterator[list[UUID]]:
        """Those that died; left without an error they are forgotten. Nobody else is told of the same meanwhile."""
        found = dict(self._dead())
        try:
            yield list(found)
            for worker in found:
                (self._directory / str(worker)).unlink(missing_ok=True)
        finally:
            for opened in found.values():
                os.close(opened)

    def _dead(self) -> Iterator[tuple[UUID, int]]:
        try:
            paths = sorted(self._directory.iterdir())
        except OSError:
            return
        for path in paths:
            with suppress(ValueError, OSError, ConfigurationError):  # no name of a worker, gone by now, not ours
                worker, opened = UUID(path.name), files.handle(path, os.O_RDWR)
                try:
                    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(opened)
                else:
                    yield worker, opened
