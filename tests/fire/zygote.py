"""``python -m tests.fire.zygote``: for each line ``task subject number`` a worker process is born, works, and dies.

It dies by SIGKILL at the point of this number, and says at which: between which two commits, requests, messages. After
one and before the next of them is one point, because nothing that could be found afterwards happens in between. One
that comes to its end before says nothing. Born by fork from a process that has imported everything, as Celery's are.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn

from connector.config import load_settings
from connector.inbound.deadlines import Deadlined
from connector.points import watch
from tasks.process_state import PROCESS
from tests.fire.mortals import BEAT, DIED, ENDED, LISTENING, WEB
from workers import loading
from workers.app import app
from workers.console import create
from workers.lifecycle import LIFECYCLE, _load_everything
from workers.schedule import Beat

if TYPE_CHECKING:
    from typing import NoReturn


class Executioner:
    """Implements connector.points.Watcher: kills this process at the point of this number."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._passed = ""

    def before(self, what: str) -> None:
        self._reached(f"before {what}")

    def after(self, what: str) -> None:
        if not self._is_the_heartbeat():
            self._passed = f"after {what}"

    def end(self) -> None:
        """The work is done, and nobody has been told."""
        self._reached("")

    def _reached(self, coming: str) -> None:
        if self._is_the_heartbeat():
            return
        self._left -= 1
        if self._left == 0:
            os.write(1, f"{', '.join(filter(None, (self._passed, coming)))}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_the_heartbeat(self) -> bool:
        return threading.current_thread() is not threading.main_thread()


class Doorkeeper(Executioner):
    """Kills the web process, at work on any of its threads. Between its last effect and its answer is a point, too."""

    def after(self, what: str) -> None:
        self._reached(f"after {what}")

    def end(self) -> None:
        """It has answered."""

    def _is_the_heartbeat(self) -> bool:
        return False


def _live(task: str, subject: str, number: int) -> NoReturn:
    executioner = (Doorkeeper if task == WEB else Executioner)(number)
    if task == WEB:
        watch(executioner)
        _take_one(int(subject))
    elif task == BEAT:
        beat = Beat(app)
        watch(executioner)
        beat.send()
        beat.caring.do_due()
    else:
        LIFECYCLE.work(app, queues=())
        watch(executioner)
        app.tasks[task].apply(args=[subject])
    executioner.end()
    PROCESS.busy_with = frozenset()
    os._exit(0)


def _take_one(port: int) -> None:
    """Answer one request as the web process does."""
    app = create(load_settings())
    with socket.create_server(("127.0.0.1", port)) as listening:
        os.write(1, f"{LISTENING}\n".encode())
        config = uvicorn.Config(app, log_config=None, access_log=False, http=Deadlined, limit_max_requests=1)
        uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Answer each line with the point, if any, and with whether the process died or came to its end."""
    loading.begin()
    app.loader.import_default_modules()
    app.finalize()
    _load_everything()
    assert gc.isenabled(), "a worker process would never give back what it forgot"
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
