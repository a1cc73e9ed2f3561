"""``python -m tests.fire.zygote``: for each line ``task subject number`` a worker process is born, works, and dies.

It dies by SIGKILL at the point of this number, and says at which: before or after a commit, a request, a message. One
that comes to its end says nothing. Born by fork from a process that has imported everything, as Celery's are.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from connector.points import watch
from tasks.process_state import PROCESS
from tests.fire.mortals import BEAT, DIED, ENDED
from workers.app import app
from workers.lifecycle import LIFECYCLE, _load_everything
from workers.schedule import Beat

if TYPE_CHECKING:
    from typing import NoReturn


class Executioner:
    """Implements connector.points.Watcher: kills this process at the point of this number."""

    def __init__(self, number: int) -> None:
        self._left = number

    def before(self, what: str) -> None:
        self._reached(f"before {what}")

    def after(self, what: str) -> None:
        self._reached(f"after {what}")

    def _reached(self, point: str) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # the heartbeat
        self._left -= 1
        if self._left == 0:
            os.write(1, f"{point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def _live(task: str, subject: str, number: int) -> NoReturn:
    if task == BEAT:
        beat = Beat(app)
        watch(Executioner(number))
        beat.send()
        beat.caring.do_due()
    else:
        LIFECYCLE.work(app, queues=())
        watch(Executioner(number))
        app.tasks[task].apply(args=[subject])
    PROCESS.busy_with = None
    os._exit(0)


def main() -> None:
    """Answer each line with the point, if any, and with whether the process died or came to its end."""
    app.loader.import_default_modules()
    app.finalize()
    _load_everything()
    for line in sys.stdin:
        task, subject, number = line.split()
        child = os.fork()
        if child == 0:
            _live(task, subject, int(number))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{DIED if os.WIFSIGNALED(status) else ENDED}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
