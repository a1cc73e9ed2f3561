"""A command ends at once when it is done: what was to be done at the end is done, and nobody's work is cut off."""

from __future__ import annotations

import subprocess
import sys

import pytest

ENDS = """
import atexit, sys, threading
from workers.leaving import leave
atexit.register(lambda: print("closed"))
print("said")
"""
#: what is told when Python takes everything apart
TAKEN_APART = """
class Told:
    def __del__(self):
        print("taken apart")
sys.told = Told()
"""


def ended(*lines: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", "".join((ENDS, *lines))], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("given", "code"), [("None", 0), ("0", 0), ("2", 2)])
def test_what_was_said_and_what_was_to_be_closed_is_there_and_nothing_is_taken_apart(given: str, code: int) -> None:
    assert ended(TAKEN_APART, f"leave({given})") == (code, "said\nclosed\n")


def test_what_still_works_is_waited_for() -> None:
    works = "ready = threading.Event()\nthreading.Thread(target=lambda: (ready.wait(), print('worked'))).start()\n"
    assert ended(works, "leave(0)\nready.set()") == (0, "said\nworked\nclosed\n")


def test_a_last_word_is_left_to_python() -> None:
    assert ended("leave('last word')\nraise SystemExit('last word')") == (1, "said\nclosed\n")


def test_output_that_nobody_takes_is_left_to_python() -> None:
    lines = (ENDS, "sys.stdout = open('/dev/full', 'w')\nprint('lost')\nleave(0)\nsys.stdout = sys.__stdout__\n")
    done = subprocess.run([sys.executable, "-c", "".join((*lines, "print('left')"))], capture_output=True, check=False)
    assert b"left" in done.stdout
