"""Worker processes that die on purpose, one after the other, beside the works of a test."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.config import PREFIX
from connector.embedded.places import free_port
from tasks.names import EXTRACT, POLL, TASK_OF_STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from connector.config.settings import Settings
    from connector.domain.journey import Step

#: what the zygote is asked for beside tasks, and what it answers
BEAT = "beat"
WEB = "web"
DIED, ENDED = "died", "ended"
#: what the web process says when it can be sent something
LISTENING = "listening"


@dataclass(frozen=True, kw_only=True)
class Mortals:
    """Each does one task and dies at one point of it, if it passes so many."""

    zygote: subprocess.Popen[str]

    def poll(self, run: UUID, number: int) -> str | None:
        """Execute a run; returns the point of death, None for a process that came to its end."""
        return self._life(POLL, str(run), number)

    def extract(self, piece: UUID, number: int) -> str | None:
        """Read a piece of a run; returns as ``poll`` does."""
        return self._life(EXTRACT, str(piece), number)

    def step(self, step: Step, record: UUID, number: int) -> str | None:
        """Take the step of a record; returns as ``poll`` does."""
        return self._life(TASK_OF_STEP[step], str(record), number)

    def beat(self, number: int) -> str | None:
        """Tick once; returns as ``poll`` does."""
        return self._life(BEAT, "-", number)

    def web(self, number: int, post: Callable[[str], object]) -> str | None:
        """Take one request, which ``post`` sends to the address it is given; returns as ``poll`` does."""
        port = free_port()
        return self._life(WEB, str(port), number, lambda: post(f"http://127.0.0.1:{port}"))

    def _life(self, task: str, subject: str, number: int, listening: Callable[[], object] = lambda: None) -> str | None:
        asked, answers = self.zygote.stdin, self.zygote.stdout
        assert asked is not None
        assert answers is not None
        asked.write(f"{task} {subject} {number}\n")
        asked.flush()
        point: str | None = None
        while (said := answers.readline().strip()) not in {DIED, ENDED}:
            assert said, "the zygote itself has died"
            if said == LISTENING:
                listening()
            else:
                point = said
        assert (point is None) == (said == ENDED)
        return point


@contextmanager
def mortals(settings: Settings) -> Iterator[Mortals]:
    """Workers of the deployment with these settings."""
    told = {
        "DATABASE_URL": settings.database_url,
        "BROKER_URL": settings.broker_url,
        "MASTER_KEYS": settings.master_keys_text(),
        "DATA_DIR": str(settings.data_dir),
        "RECEIVE_DOCUMENTS": "true",
        "ALLOW_PRIVATE_ADDRESSES": str(settings.allow_private_addresses).lower(),
    }
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.fire.zygote"],
        env={**os.environ, **{f"{PREFIX}{name}": value for name, value in told.items()}},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with zygote:  # it ends when nobody can ask it any more
        yield Mortals(zygote=zygote)
