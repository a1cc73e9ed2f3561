"""Dead letters over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.operations.work import dead_letters, settling
from connector.operations.work.dead_letters import Requeued
from connector.store.operator.dead_letters import DeadLetter
from connector.store.operator.records import Record
from workers.cli.reaching.calls import call, one
from workers.cli.reaching.revived import revived
from workers.cli.reaching.spelled import sought

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.store.audit.recomputing import Report
    from connector.store.operator.dead_letters import Filter
    from workers.cli.reaching.http import Server


def _listed(server: Server, wanted: Filter, *, most: int, resolved: bool) -> tuple[list[DeadLetter], int | None]:
    query = {"flow": wanted.flow, "reason": wanted.code, **sought(wanted.sought)}
    return server.listed(DeadLetter, "/dead-letters", most, **query, resolved=resolved)


def _select(server: Server, wanted: Filter) -> tuple[Filter, int]:
    return wanted, server.change("POST", "/requeues/preview", _chosen_by(wanted))["meant"]


def _requeue(server: Server, fixed: Filter, *, why: str = "", total: int, report: Report) -> Requeued:
    del total  # counted there
    came = server.work("/requeues", {**_chosen_by(fixed), "why": why or None}, report=report)
    refused = [(UUID(stays["id"]), str(stays["why"])) for stays in came["refused"]]
    return Requeued(letters=came["requeued"], refused=refused)


def _settle(server: Server, letter_id: UUID, *, attempt: int, there: str | None) -> settling.Settled:
    body = {"attempt": attempt, **({"not_there": True} if there is None else {"there": there})}
    letter = revived(DeadLetter, server.change("POST", f"/dead-letters/{letter_id}/settle", body))
    record = revived(Record, server.get(f"/records/{letter.record_id}")["record"])
    return settling.Settled(letter=letter, newest=record.newest_version)


def _chosen_by(wanted: Filter) -> dict[str, Any]:
    if wanted.ids:
        return {"ids": [str(one) for one in wanted.ids], "discarded": wanted.discarded}
    chosen_by = {"flow": wanted.flow, "reason": wanted.code}
    return {name: value for name, value in chosen_by.items() if value} or {"all": True}


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    dead_letters.listed: _listed,
    dead_letters.get: call("GET", "/dead-letters/{letter_id}", one(DeadLetter)),
    dead_letters.select: _select,
    dead_letters.requeue_all: _requeue,
    dead_letters.discard: call("POST", "/dead-letters/{letter_id}/discard", one(DeadLetter)),
    settling.settle: _settle,
}
