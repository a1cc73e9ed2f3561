"""``python -m tests.scale``: what the product's own questions cost in a small ledger and in a large one."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from rich.console import Console

from connector.bootstrap import application
from connector.config import load_settings
from connector.embedded import roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.store import migrate
from connector.vault import new_key
from tests.privileged import url_of
from tests.scale.costs import counted
from tests.scale.filling import fill
from tests.scale.operations import MOST_ROWS, OPERATIONS, World
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SMALL = 10_000
#: what takes longer is measured once, and its rows are not counted unless there is a limit to them
_LONG_SECONDS = 2.0
_TIMES = 3


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What an operation took."""

    seconds: float
    #: that it looked at; None where they were not counted
    rows: int | None

    def __str__(self) -> str:
        return f"{self.seconds:.3f} | {'-' if self.rows is None else f'{self.rows:,}'}"


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
    complaints = [complaint for size, of in zip(sizes, found, strict=True) for complaint in _complaints(size, of)]
    for complaint in complaints:
        console.print(complaint, soft_wrap=True)
    return 1 if complaints else 0


def _complaints(size: int, of: Mapping[str, Measured]) -> Iterator[str]:
    for name, most in MOST_ROWS.items():
        rows = of[name].rows
        if rows is not None and rows > most:
            yield (
                f"In a ledger of {size:,} records {name!r} looks at {rows:,} rows, and may look at {most:,}: one of "
                "its statements reads what has been done. tests/store/beat/test_plans.py names statements."
            )


def _create(server: EmbeddedPostgres, name: str) -> None:
    engine = sa.create_engine(server.url("postgres", user=roles.SUPERUSER), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} OWNER {roles.OWNER}")
    engine.dispose()


def _measured(url: str, records: int, directory: str, console: Console) -> Iterator[tuple[str, Measured]]:
    """Each operation with its seconds, and the rows that it looked at."""
    os.environ |= {
        "ML_CONNECTOR_DATABASE_URL": url,
        "ML_CONNECTOR_BROKER_URL": "redis://127.0.0.1:9",
        "ML_CONNECTOR_MASTER_KEYS": new_key(),
        "ML_CONNECTOR_DATA_DIR": directory,
    }
    migrate.upgrade(url_of(url, roles.OWNER), login_url=url)
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
        rows = None
        if max(seconds) < _LONG_SECONDS or name in MOST_ROWS:
            with counted() as costs:
                does(world)
            rows = sum(cost.looked for cost in costs)
        measured = Measured(seconds=statistics.median(seconds), rows=rows)
        console.print(f"{name}: s | rows looked at: {measured}", soft_wrap=True)
        yield name, measured
    built.store.close()


def _table(sizes: tuple[int, int], found: list[dict[str, Measured]]) -> Iterator[str]:
    yield f"| | {' | '.join(f'{size:,} records: s | rows looked at' for size in sizes)} |"
    yield f"|---{'|---:' * 4}|"
    for name in OPERATIONS:
        yield f"| {name} | {' | '.join(str(of[name]) for of in found)} |"


if __name__ == "__main__":
    sys.exit(main())
