"""Worker processes that die, and whoever starts in their place."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from connector.domain.identity import new_id
from workers import alive
from workers.living import Living

if TYPE_CHECKING:
    from pathlib import Path

_LIVES = """
import sys
from pathlib import Path
from uuid import UUID
from workers.living import Living
living = Living(Path(sys.argv[1]))
living.begin(UUID(sys.argv[2]))
print("lives", flush=True)
sys.stdin.read()
"""


def seen_dead(directory: Path) -> list[str]:
    with Living(directory).dead() as dead:
        return [str(worker) for worker in dead]


def test_who_was_killed_is_seen_at_once_and_once(tmp_path: Path) -> None:
    worker = str(new_id())
    command = [sys.executable, "-c", _LIVES, str(tmp_path), worker]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "lives\n"
        assert seen_dead(tmp_path) == [], "it lives"
        process.kill()
        process.wait()
        assert seen_dead(tmp_path) == [worker]
        assert seen_dead(tmp_path) == []


def test_who_could_not_tell_of_the_dead_sees_them_again(tmp_path: Path) -> None:
    worker, dead = new_id(), Living(tmp_path)
    dead.begin(worker)
    with pytest.raises(LookupError), _died(dead).dead():
        raise LookupError("the ledger is away")
    with dead.dead() as seen:
        assert seen == [worker]
        assert seen_dead(tmp_path) == [], "nobody else is told meanwhile"


def test_who_stops_in_good_order_leaves_nothing(tmp_path: Path) -> None:
    living = Living(tmp_path)
    living.begin(new_id())
    living.end()
    assert list((tmp_path / "living").iterdir()) == []
    assert seen_dead(tmp_path) == []


def test_where_nothing_can_be_written_heartbeats_are_all_there_is(tmp_path: Path) -> None:
    (tmp_path / "living").write_text("no directory")
    living = Living(tmp_path)
    living.begin(new_id())
    assert seen_dead(tmp_path) == []
    living.end()


def _died(living: Living) -> Living:
    """The kernel gives its lock back."""
    mine = living._mine
    assert mine is not None
    os.close(mine[1])
    return living


def test_what_hangs_in_a_container_is_killed_but_nothing_that_has_just_begun() -> None:
    command = ["sh", "-c", "sleep 600 & echo $!; kill -STOP $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as container:
        assert container.stdout is not None
        hangs = int(container.stdout.readline())
        young, old = alive.end(container.pid, 600), alive.end(container.pid, -1)
    assert (young, old, container.returncode) == ([], [hangs], 0)
