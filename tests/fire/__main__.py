"""``python -m tests.fire``: chaos at length, and one table of what was done and what became of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tests.fire.brokers import RABBITMQ, SENTINEL
from tests.fire.chaos import MOST_UNDER_FIRE, chaos

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.fire.chaos import Report


def main() -> int:
    """Returns 0 when nothing is missing, twice, wrong or left over."""
    arguments = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    arguments.add_argument("--seed", type=int, default=2611)
    arguments.add_argument("--documents", type=int, default=5000)
    arguments.add_argument("--pause", type=float, default=10.0, help="the longest time between two strikes, in seconds")
    arguments.add_argument("--broker", default="", choices=("", SENTINEL, RABBITMQ), help="in the place of one Redis")
    asked = arguments.parse_args()
    console = Console()
    directory = Path(tempfile.mkdtemp(prefix="mlc-"))
    directory.chmod(0o711)
    console.print(f"Data and logs: {directory}")
    report = chaos(
        directory,
        seed=asked.seed,
        documents=asked.documents,
        longest_pause=asked.pause,
        until=MOST_UNDER_FIRE,
        patient=True,
        network=True,
        broker=asked.broker,
        announce=console.print,
    )
    console.print(_table(report))
    if report.clean:
        return 0
    console.print(f"Not clean: {_kinds(+report.left)}. Repeat it with --seed {report.seed}.")
    return 1


def _table(report: Report) -> Table:
    table = Table(title=f"Chaos: {report.documents} documents, seed {report.seed}", show_header=False)
    for name, value in _lines(report):
        table.add_row(name, value)
    for line in report.compared:
        figures = f"{line.expected} expected, {line.found} found"
        wrong = {"missing": line.missing, "twice": line.twice, "wrong": line.wrong, "uncalled for": line.uncalled}
        table.add_row(line.flow, f"{figures}, {_kinds({name: len(keys) for name, keys in wrong.items()})}")
    return table


def _lines(report: Report) -> Iterator[tuple[str, str]]:
    yield "killed", f"{report.strikes.total()} times: {_kinds(report.strikes)}"
    yield "faults", f"{report.faults.total()}: {_kinds(report.faults)}"
    yield "records", _kinds(report.happened)
    doubtful = {
        "found in the target and adopted": report.answers["adopted"],
        "asked for, not there, sent again": report.answers["not there"],
        "still open": report.left["writes still in doubt"],
    }
    yield "in doubt", _kinds(doubtful)
    yield "writes", _kinds(report.answers)
    yield "given up after three crashes", _kinds(report.dead) or "none"
    yield "under fire", f"{report.seconds_under_fire:.0f} s"
    yield "to drain", f"{report.seconds_to_drain:.0f} s"
    yield "left over", _kinds(report.left)


def _kinds(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
