"""What an operator may do with runs: start one, look at it, follow it to its end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.identity import can_name, new_id
from connector.operations.setup.flows import require_flow
from connector.store import operator as ledger
from connector.store.operator.runs import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.records import Record
    from connector.store.operator.runs import Run, Tally
    from connector.store.operator.transaction import OperatorTransaction

__all__ = ("Filter", "Progress", "Started")

_UNDER_WAY = ("extracted", "mapped", "loaded")
#: records that wait for something outside count as ended when nothing has changed for so long
QUIET_SECONDS = 5.0
_LOOK_SECONDS = 0.5
_ALIVE = dt.timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run and its records are."""

    run: Run
    tallies: list[Tally]
    #: kinds of processes that are alive: worker, beat
    alive: list[str]

    @property
    def ended(self) -> bool:
        """The run itself has ended."""
        return self.run.status in ("done", "failed")

    @property
    def moving(self) -> int:
        """Records that are on their way or will be tried again."""
        return sum(t.records for t in self.tallies if t.state in _UNDER_WAY and t.hold in (None, "retry"))

    @property
    def waiting(self) -> int:
        """Records that wait for something outside of themselves."""
        return sum(t.records for t in self.tallies if t.state in _UNDER_WAY and t.hold not in (None, "retry"))

    @property
    def failed(self) -> int:
        """Records that ended as dead letters or were rejected."""
        return sum(t.records for t in self.tallies if t.state in ("dead", "rejected"))

    @property
    def counts(self) -> dict[str, int]:
        """Records by what a person calls their condition: their end, or what holds them."""
        counts: dict[str, int] = {}
        for tally in self.tallies:
            name = tally.state if tally.state not in _UNDER_WAY else (tally.hold or "moving")
            counts[name] = counts.get(name, 0) + tally.records
        return counts


@dataclass(frozen=True, kw_only=True)
class Started:
    """A queued run; ``again`` when the same one was queued already."""

    run: Run
    again: bool


def start(operator: Operator, flow_name: str, *, since: dt.datetime | None = None, limit: int | None = None) -> Started:
    """Queue a run now. The same request that still waits to be started is not queued twice."""
    with operator.transaction() as tx:
        flow = require_flow(tx, flow_name)
        if flow.held_why:
            raise ConfigurationError(
                f"{flow_name} does not run: {flow.held_why}. `ml-connector flow enable {flow_name}`."
            )
        waiting = ledger.runs.waiting_same(tx, flow.id, since, limit)
        run_id = waiting or new_id()
        if waiting is None:
            ledger.runs.insert(tx, run_id=run_id, flow_id=flow.id, since=since, limit=limit)
            detail = {"run": str(run_id), "since": since, "limit": limit}
            ledger.audit.note(tx, f"flow:{flow.full_name}", "operator.ran", detail)
        return Started(run=ledger.runs.by_id(tx, run_id), again=waiting is not None)


def cancel(operator: Operator, run_id: UUID) -> Run:
    """Read no further for a run; its records go on, and the next run reads from where the last one ended."""
    with operator.transaction() as tx:
        run = ledger.runs.by_id(tx, run_id)
        if not ledger.runs.cancel(tx, run_id, f"{operator.name} cancelled it."):
            raise ConfigurationError(f"Run {run_id} has ended already: {run.status}.")
        ledger.audit.note(tx, f"flow:{run.flow}", "operator.cancelled_run", {"run": str(run_id)})
        return ledger.runs.by_id(tx, run_id)


def reread(operator: Operator, flow_name: str, keys: Sequence[str]) -> int:
    """Queue a read of single documents, by key or by the source's own id, whatever became of them; returns how many.

    What is known and unchanged makes no record: doing it once too often is harmless. Raises ConfigurationError when no
    document is named, and for what cannot name one.
    """
    wanted = list(dict.fromkeys(key.strip() for key in keys if key.strip()))
    if not wanted:
        raise ConfigurationError("Name the documents to read again: by ID, or one a line with --from FILE.")
    for key in wanted:
        if not can_name(key):
            raise ConfigurationError(f"{key[:40]!r} cannot name a document.")
    with operator.transaction() as tx:
        flow = require_flow(tx, flow_name)
        queued = ledger.runs.insert_single(tx, flow_id=flow.id, keys={new_id(): key for key in wanted})
        ledger.audit.note(tx, f"flow:{flow.full_name}", "operator.reread", {"documents": wanted})
        return queued


def list_(operator: Operator, wanted: Filter, *, flow: str | None, most: int) -> list[Run]:
    """The newest runs first, of a flow by its full name."""
    with operator.transaction() as tx:
        return ledger.runs.list_(tx, _of_flow(tx, wanted, flow), most=most)


def listed(operator: Operator, wanted: Filter, *, flow: str | None, most: int) -> tuple[list[Run], int | None]:
    """The newest runs, and how many there are where these may not be all."""
    found = list_(operator, wanted, flow=flow, most=most)
    return found, count(operator, wanted, flow=flow) if len(found) >= most else None


def newest(operator: Operator, flow: str, *, most: int) -> list[Run]:
    """The newest runs of a flow, but for reads of single documents."""
    return list_(operator, ledger.runs.Filter(), flow=flow, most=most)


def count(operator: Operator, wanted: Filter, *, flow: str | None) -> int:
    """How many these are; one more than is counted where there are more (``seeking.cut``)."""
    with operator.transaction() as tx:
        return ledger.runs.count(tx, _of_flow(tx, wanted, flow), most=ledger.listing.COUNTED + 1)


def _of_flow(tx: OperatorTransaction, wanted: Filter, flow: str | None) -> Filter:
    return wanted if flow is None else replace(wanted, flow_id=require_flow(tx, flow).id)


def progress(operator: Operator, run_id: UUID) -> Progress:
    """How far a run is at this moment."""
    with operator.transaction() as tx:
        return Progress(
            run=ledger.runs.by_id(tx, run_id),
            tallies=ledger.runs.tallies(tx, run_id),
            alive=sorted({process.kind for process in ledger.server.alive(tx, within=_ALIVE)}),
        )


def needing_somebody(operator: Operator, run_id: UUID, *, most: int) -> list[Record]:
    """Records of a run that are not where they should be, the failed ones first."""
    with operator.transaction() as tx:
        return ledger.choosing.needing_somebody(tx, run_id, most=most)


def follow(
    operator: Operator,
    run_id: UUID,
    *,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
    most_seconds: float,
) -> Iterator[Progress]:
    """Look again and again until the run and its records have ended, or ``most_seconds`` have passed (0: never).

    Records that wait for something outside (a gate, a code, a stopped connection) may do so for weeks: when only those
    are left and nothing changes any more, that is an end too.
    """
    look = partial(progress, operator, run_id)
    return followed(look, monotonic=monotonic, sleep=sleep, most_seconds=most_seconds)


def followed(
    look: Callable[[], Progress], *, monotonic: Callable[[], float], sleep: Callable[[float], None], most_seconds: float
) -> Iterator[Progress]:
    """The same, by whatever tells how far it is."""
    began = monotonic()
    seen: tuple[object, ...] = ()
    since = began
    while True:
        now = look()
        yield now
        state = (now.run.status, now.run.read, now.run.unread, tuple(sorted(now.counts.items())))
        if state != seen:
            seen, since = state, monotonic()
        quiet = monotonic() - since
        if now.ended and now.moving == 0 and (now.waiting == 0 or quiet >= QUIET_SECONDS):
            return
        if most_seconds and monotonic() - began > most_seconds:
            return
        sleep(_LOOK_SECONDS)
