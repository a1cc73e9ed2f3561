"""``python -m tests.scale``: what the product's own questions cost in a small ledger and in a large one."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from rich.console import Console

from connector.bootstrap import application
from connector.config import load_settings
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.store import migrate
from connector.vault import new_key
from tests.scale.costs import counted
from tests.scale.filling import fill
from tests.scale.operations import OPERATIONS, World
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = 10_000
#: what takes longer is measured once, and its rows are not counted
_LONG_SECONDS = 2.0
_TIMES = 3


def main() -> int:
    """Print a table for a page of the documentation."""
    arguments = argparse.ArgumentParser(prog="make scale", description=__doc__)
    arguments.add_argument("--records", type=int, default=1_000_000)
    asked = arguments.parse_args()
    console = Console(stderr=True)
    sizes = (_SMALL, asked.records)
    with tempfile.TemporaryDirectory(prefix="mlc-") as directory:
        Path(directory).chmod(0o711)
        with EmbeddedPostgres(Path(directory) / "postgres", settings=UNSAFE_AND_FAST) as server:
            for size in sizes:
                _create(server, f"of_{size}")
            found = [dict(_measured(server.url(f"of_{size}"), size, directory, console)) for size in sizes]
    sys.stdout.write("".join(f"{line}\n" for line in _table(sizes, found)))
    return 0


def _create(server: EmbeddedPostgres, name: str) -> None:
    engine = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()


def _measured(url: str, records: int, directory: str, console: Console) -> Iterator[tuple[str, str]]:
    """Each operation with its seconds, and the rows that it looked at."""
    os.environ |= {
        "ML_CONNECTOR_DATABASE_URL": url,
        "ML_CONNECTOR_BROKER_URL": "redis://127.0.0.1:9",
        "ML_CONNECTOR_MASTER_KEYS": new_key(),
        "ML_CONNECTOR_DATA_DIR": directory,
    }
    migrate.upgrade(url)
    built = application(load_settings())
    scene = Scene.set_up(built.store, built.vault)
    console.print(f"Filling {records:,} records ...")
    began = time.perf_counter()
    fill(scene, records=records, sealed=built.vault.seal(b"x" * 600, "filling"))
    console.print(f"... took {time.perf_counter() - began:.0f} s.")
    world = World(scene=scene, built=built)
    for name, does in OPERATIONS.items():
        seconds: list[float] = []
        while len(seconds) < _TIMES and max(seconds, default=0) < _LONG_SECONDS:
            began = time.perf_counter()
            does(world)
            seconds.append(time.perf_counter() - began)
        rows = "-"
        if max(seconds) < _LONG_SECONDS:
            with counted() as costs:
                does(world)
            rows = f"{sum(cost.looked for cost in costs):,}"
        console.print(f"{name}: {statistics.median(seconds):.3f} s, {rows} rows")
        yield name, f"{statistics.median(seconds):.3f} | {rows}"
    built.store.close()


def _table(sizes: tuple[int, int], found: list[dict[str, str]]) -> Iterator[str]:
    yield f"| | {' | '.join(f'{size:,} records: s | rows looked at' for size in sizes)} |"
    yield f"|---{'|---:' * 4}|"
    for name in OPERATIONS:
        yield f"| {name} | {' | '.join(of[name] for of in found)} |"


if __name__ == "__main__":
    sys.exit(main())
