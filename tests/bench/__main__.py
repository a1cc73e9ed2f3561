"""``python -m tests.bench``: how fast the product is and what a record costs, beside what they must be.

A benchmark, no test: it fails when something does not arrive, never because it took long.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from tests.bench import moments, reads, sizes, transfers
from tests.bench.beside import VARIABLE
from tests.bench.figures import Figure, table
from tests.bench.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: in this order; those that need the product as ``up`` starts it come first and share it
SCENARIOS: Mapping[str, Callable[[Session], Iterator[Figure]]] = {
    "at-once": transfers.at_once,
    "at-a-distance": transfers.at_a_distance,
    "one-by-one": reads.one_by_one,
    "urgent": moments.urgent,
    "beside": moments.beside,
    "memory": sizes.memory,
    "large-ledger": sizes.large_ledger,
    "killed": moments.killed,
    "sixteen": transfers.sixteen,
    "second": transfers.second,
    "polled": reads.polled,
    "broker": sizes.broker,
}


def main() -> int:
    """Print the table, and write the JSON."""
    arguments = argparse.ArgumentParser(prog="make bench", description=__doc__)
    arguments.add_argument("--only", default="", help=f"scenarios, separated by commas: {', '.join(SCENARIOS)}")
    arguments.add_argument("--records", type=int, default=2000, help="documents of a backlog")
    arguments.add_argument("--ledger", type=int, default=20_000, help="finished records in the large ledger")
    arguments.add_argument("--audit", type=int, default=200_000, help="audit events in the large ledger")
    arguments.add_argument("--due", type=int, default=50_000, help="records that are due while nobody works")
    arguments.add_argument("--json", type=Path, default=Path("bench.json"), help="where the JSON goes")
    asked = arguments.parse_args()
    wanted = [name.strip() for name in asked.only.split(",") if name.strip()] or list(SCENARIOS)
    if unknown := set(wanted) - SCENARIOS.keys():
        arguments.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    console = Console(stderr=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each process would compile everything anew
    if VARIABLE not in os.environ:
        console.print(f"Without dlt beside: {VARIABLE} names the Python of an environment that has it.")
    session = Session(records=asked.records, ledger=asked.ledger, audit=asked.audit, due=asked.due)
    figures: list[Figure] = []
    failed = False
    try:
        for name, scenario in SCENARIOS.items():
            if name not in wanted:
                continue
            try:
                figures += _measured(name, scenario, session, console)
            except Exception:  # noqa: BLE001 what the others measure is worth having
                console.print_exception()
                failed = True
                session.leave()
            asked.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=2))
    finally:
        session.leave()
    sys.stdout.write("".join(f"{line}\n" for line in table(figures)))
    return 1 if failed else 0


def _measured(
    name: str, scenario: Callable[[Session], Iterator[Figure]], session: Session, console: Console
) -> list[Figure]:
    load, began = os.getloadavg()[0], time.monotonic()
    found = list(scenario(session))
    console.print(f"{name}: {time.monotonic() - began:.0f} s, begun at a load of {load:.1f}")
    return found


if __name__ == "__main__":
    sys.exit(main())
