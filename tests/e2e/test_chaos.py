"""Everything that runs is killed, and both sides misbehave, while documents are on their way: the short form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.plant import worker
from tests.fire.chaos import chaos

if TYPE_CHECKING:
    from pathlib import Path

SEED = 2611


def test_whatever_is_killed_and_goes_wrong_nothing_is_lost_nothing_arrives_twice_and_nothing_is_stuck(
    server_directory: Path,
) -> None:
    # in `make chaos` each kind of work has a worker of its own; here starting them would be most of the work
    workers = [worker("all", processes=4)]
    report = chaos(server_directory / "chaos", seed=SEED, documents=30, workers=workers, longest_pause=0.5, until=0.2)

    assert report.clean, report
