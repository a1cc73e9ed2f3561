"""The same transfer by dlt, where there is one: the yardstick, measured in the same session."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.deployment import Bench

#: the Python that has it
VARIABLE = "BENCH_DLT"
_SCRIPT = Path(__file__).with_name("by_dlt.py")


def by_dlt(bench: Bench, documents: int, **behaviour: object) -> float | None:
    """Move so many documents with dlt; returns documents a second, from its run to the last, None without dlt."""
    python = os.environ.get(VARIABLE)
    if not python:
        return None
    company = bench.stranger()
    company.tell(invoices=documents, **behaviour)
    with tempfile.TemporaryDirectory(prefix="mlc-dlt-") as directory:
        done = subprocess.run(
            [python, str(_SCRIPT), f"{bench.place}/{company.name}", str(documents), directory],
            env={"PATH": os.environ["PATH"], "HOME": directory},
            capture_output=True,
            text=True,
            check=False,
        )
    taken = company.taken()
    assert len(taken) == documents, done.stderr[-2000:]
    began = float(done.stdout.split()[0])
    return documents / (max(taken.values()) - began)
