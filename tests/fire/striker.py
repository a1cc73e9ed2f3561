"""Kills its own process with SIGKILL at every point of every flow, once."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from connector.pipeline.crew import CALLS
from tasks.process_state import PROCESS
from tests.fire.where import WEB, Place, Whereabouts, asked_by, ledger

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID


REQUESTS = ("GET ", "POST ", "PUT ", "PATCH ", "DELETE ")


class Striker:
    """Implements connector.points.Watcher. Processes agree through files which points have been struck."""

    def __init__(self, plan: Path) -> None:
        self._plan = Plan(plan)
        self._whereabouts = Whereabouts()

    def before(self, what: str) -> None:
        self._reached("before", what)

    def after(self, what: str) -> None:
        self._reached("after", what)

    def _reached(self, side: str, what: str) -> None:
        thread = threading.current_thread()
        if thread is not threading.main_thread() and not thread.name.startswith(CALLS):
            return  # the heartbeat
        busy = PROCESS.busy_with
        subject = next(iter(busy)) if len(busy) == 1 else None
        place = self._whereabouts.place(side, what, next(iter(busy), None))
        if place.flow == "-" and place.step != "beat":
            return  # housekeeping
        again = self._plan.seen(place)
        if self._plan.strikes(place, subject, again=again, together=len(busy) > 1):
            _look_dead()
            os.kill(os.getpid(), signal.SIGKILL)


class Porter:
    """Implements connector.points.Watcher in the web process, whose requests are looked at by any of its threads."""

    def __init__(self, plan: Path) -> None:
        self._plan = Plan(plan)

    def before(self, what: str) -> None:
        self._reached("before", what)

    def after(self, what: str) -> None:
        self._reached("after", what)

    def _reached(self, side: str, what: str) -> None:
        if asker := asked_by(WEB):
            place = Place(flow="-", step="web", point=f"{side} {what} of {asker}")
            self._plan.seen(place)
            if self._plan.strikes(place, None, again=True):
                os.kill(os.getpid(), signal.SIGKILL)


class Plan:
    """Which points were seen and which struck: a directory that all processes share."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name in ("seen", "struck", "subjects"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        self._nobody_spared = directory / "nobody-spared"

    def seen(self, place: Place) -> bool:
        """Write down that somebody is here now; whether somebody was before."""
        path = self.directory / "seen" / _file(place)
        if _mine(path):
            return False
        path.touch()
        return True

    def strikes(self, place: Place, subject: UUID | None, *, again: bool, together: bool = False) -> bool:
        """Whether this process must die here: the first one to come, unless its subject had enough.

        A death among others counts against nobody.
        """
        struck = self.directory / "struck" / _file(place)
        if struck.exists():
            return False
        spared = place.step not in {"beat", "poll", "web"} and not together
        if spared and not self._may_strike(subject, place, again):
            return False
        return _mine(struck)

    def spare_nobody(self) -> None:
        """What is left now is passed too seldom for anybody to be saved for later points."""
        self._nobody_spared.touch()

    def _may_strike(self, subject: UUID | None, place: Place, again: bool) -> bool:  # noqa: FBT001 - private
        """Half of the documents are struck at requests, the others elsewhere; anybody where one was spared before.

        None is struck three times, or it would be dead.
        """
        if subject is None:
            return False
        asks = place.point.partition(" ")[2].startswith(REQUESTS)
        if asks != subject.int % 2 and not again and not self._nobody_spared.exists():
            return False
        return any(_mine(self.directory / "subjects" / f"{subject}-{number}") for number in (1, 2))

    def places(self, which: str, *, since: float = 0.0) -> set[str]:
        """Everything that was seen or struck, at this moment or later (Unix time)."""
        files = (self.directory / which).iterdir()
        return {path.name.replace("|", "/") for path in files if path.stat().st_mtime >= since}


def _file(place: Place) -> str:
    return str(place).replace("/", "|")


def _mine(path: Path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _look_dead() -> None:
    """Age the heartbeat: the process is found dead at once, as it would be in some seconds."""
    ledger().execute("UPDATE workers SET heartbeat_at = heartbeat_at - interval '1 hour' WHERE pid = %s", [os.getpid()])
