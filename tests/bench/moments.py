"""What one document takes: an urgent one, and the last one after everything was killed."""

from __future__ import annotations

import os
import signal
import statistics
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.bench.figures import Figure
from tests.bench.transfers import SLOW
from tests.e2e.plant import INVOICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.deployment import Bench, Company
    from tests.bench.session import Session

_TIMES = 3
_GLANCE = 0.02
#: of the records, before everything is killed
_BEFORE = 0.2


def killed(session: Session) -> Iterator[Figure]:
    """All workers die by SIGKILL in the middle of a small backlog, and are started again at once."""
    bench, records = session.bench, session.slow_records
    company = bench.company(invoices=records)
    company.run()
    while company.count() < _BEFORE * records:
        bench.stack.tend()
    died = time.monotonic()
    for worker in (status for status in bench.status() if status.name.startswith("worker-") and status.pid):
        with suppress(ProcessLookupError):
            os.killpg(worker.pid or 0, signal.SIGKILL)
    taken = company.wait_for(records)
    left = sum(moment > died for moment in taken)
    yield Figure(
        what="after SIGKILL of all workers and restart: last document",
        value=taken[-1] - died,
        unit="s",
        must=8,
        moonshot=3,
        detail={"left": left, "first": next(moment for moment in taken if moment > died) - died},
    )
    session.leave()  # its processes are others by now


def urgent(session: Session) -> Iterator[Figure]:
    """Somebody types `flow run` for one invoice, while nothing else is to be done."""
    waits, cpu = _urgent(session.bench)
    yield Figure(what="one urgent invoice, idle: `flow run` to accepted", value=waits, unit="s", must=0.5)
    yield Figure(what="... CPU of the command", value=cpu, unit="s", must=0.4)
    company = session.bench.company(invoices=0)
    lists = statistics.median(company.command("flow", "list")[1] for _ in range(_TIMES))
    helps = statistics.median(company.command("--help")[1] for _ in range(_TIMES))
    yield Figure(what="CPU of `flow list`", value=lists, unit="s", must=0.4)
    yield Figure(what="CPU of `--help`", value=helps, unit="s", must=0.4)


def beside(session: Session) -> Iterator[Figure]:
    """The same while another customer drains a backlog, each of whose requests takes 100 ms."""
    bench, records = session.bench, session.records // 2
    other = bench.company(invoices=records, seconds=SLOW)
    mine = bench.company(invoices=0)
    other.run()
    while other.count() < _TIMES:
        bench.stack.tend()
    waits, _ = _urgent(bench, mine, times=1)
    left = records - other.count()
    other.tell(seconds=0.0)
    yield Figure(
        what="one urgent invoice while another customer drains a backlog",
        value=waits,
        unit="s",
        must=10,
        moonshot=3,
        detail={"backlog": records, "left": left},
    )
    other.wait_for(records)


def _urgent(bench: Bench, company: Company | None = None, *, times: int = _TIMES) -> tuple[float, float]:
    """Return the seconds from the command's start until JAGGAER has the invoice, and the command's CPU seconds."""
    mine = company or bench.company(invoices=0)
    waits: list[float] = []
    cpus: list[float] = []
    for number in range(1, times + 1):
        mine.tell(invoices=number)
        began = time.monotonic()
        _, cpu = mine.command("flow", "run", f"{mine.name}/{INVOICES}")
        while mine.count() < number:
            bench.stack.tend()
            time.sleep(_GLANCE)  # the stand-in knows when it came; whoever asks without a rest takes a core from it
        waits.append(max(mine.taken().values()) - began)
        cpus.append(cpu)
        mine.wait_for(number)
    return statistics.median(waits), statistics.median(cpus)
