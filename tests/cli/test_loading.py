"""What a process loads at its start is not searched for garbage; what comes later is."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITH_A_BLOCK = """
from workers.loading import loading
with loading():
    print(gc.isenabled())
    import decimal
"""
#: as in a process that `workers.start` begins
AS_BEAT = """
from celery import signals
from workers import loading
loading.begin()
from workers import lifecycle
print(gc.isenabled())
signals.beat_init.send(sender=None)
"""


@pytest.mark.parametrize("way", [WITH_A_BLOCK, AS_BEAT], ids=["a command", "beat"])
def test_nothing_is_searched_for_garbage_until_everything_is_loaded(way: str) -> None:
    lines = ["import gc", way, "print(gc.isenabled(), gc.get_freeze_count() > 0)"]
    said = subprocess.check_output([sys.executable, "-c", "\n".join(lines)], text=True)
    assert said.split() == ["False", "True", "True"]
