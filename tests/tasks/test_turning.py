"""A worker whose main process stands still, while its children give signs of life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from workers.turning import MOST_LOOKS, Turning, Watch

if TYPE_CHECKING:
    from celery import Celery

#: a parent that turns once, and stops itself; its child says how often it looked before it ends it
_STOPS = """
import os, signal
from workers.turning import MOST_LOOKS, Turning, Watch
turning, parent = Turning(), os.getpid()
turning.turn()
if os.fork() == 0:
    watch = Watch(turning, parent)
    print([watch.stands_still() for _ in range(MOST_LOOKS + 1)].index(True), flush=True)
    watch.end()
    os._exit(0)
os.kill(parent, signal.SIGSTOP)
"""


def looks(watch: Watch, times: int) -> list[bool]:
    return [watch.stands_still() for _ in range(times)]


def test_a_stopped_main_process_is_ended_by_its_child() -> None:
    with subprocess.Popen([sys.executable, "-c", _STOPS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{MOST_LOOKS}\n"
        assert process.wait() == -signal.SIGKILL


def test_one_that_turns_is_left_alone_however_seldom() -> None:
    turning = Turning()
    watch = Watch(turning, parent=os.getppid())
    for _ in range(3):
        turning.turn()
        assert looks(watch, MOST_LOOKS) == [False] * MOST_LOOKS
    assert looks(watch, 1) == [True]


def test_nothing_is_expected_before_it_begins_or_after_it_was_told_to_stop() -> None:
    turning = Turning()
    watch = Watch(turning, parent=os.getppid())
    assert not any(looks(watch, 2 * MOST_LOOKS))
    turning.turn()
    looks(watch, MOST_LOOKS)
    turning.rest()
    turning.turn()  # a timer that is still there
    assert not any(looks(watch, 2 * MOST_LOOKS))


def test_whoever_took_over_its_children_is_not_ended_in_its_place() -> None:
    turning = Turning()
    turning.turn()
    assert not any(looks(Watch(turning, parent=os.getpid()), 2 * MOST_LOOKS))


def test_how_long_ago_is_told_where_it_turns() -> None:
    now = [5.0]
    turning = Turning(clock=lambda: now[0])
    assert turning.turned_ago is None
    turning.turn()
    now[0] = 7.5
    assert turning.turned_ago == 2.5
    turning.rest()
    assert turning.turned_ago is None


def test_the_worker_is_set_up_with_the_consumer_that_turns(app: Celery) -> None:
    assert app.conf.worker_consumer == "workers.consuming:Consumer"
