"""Dead letters, on the ledger itself or over the API."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.operations.giving_reasons import reason
from connector.operations.work import dead_letters, meant, settling
from connector.operations.work.meant import exactly
from connector.store.operator.dead_letters import DeadLetter
from connector.store.operator.records import Record
from workers.cli.reaching.choosing import chosen
from workers.cli.reaching.spelled import sought

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.dead_letters import Filter
    from workers.cli.reaching.http import Server


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def listed(self, wanted: Filter, *, most: int, resolved: bool) -> tuple[list[DeadLetter], int | None]:
        """Dead letters, and how many there are; None where nobody counted."""
        found = dead_letters.list_(self._operator, wanted, most=most, resolved=resolved)
        there = dead_letters.count(self._operator, wanted, resolved=resolved) if len(found) >= most else None
        return found, there

    def meant(self, text: str) -> UUID:
        """The dead letter, or the record, that is meant."""
        return meant.letter(self._operator, text)

    def one(self, letter: UUID) -> DeadLetter:
        """One dead letter, by its own id or its record's."""
        return dead_letters.get(self._operator, letter)

    def select(self, wanted: Filter) -> tuple[Filter, int]:
        """Which are meant, and how many."""
        return dead_letters.select(self._operator, wanted)

    def requeue(self, fixed: Filter, why: str, *, total: int, report: Report) -> dead_letters.Requeued:
        """Send them on their way again."""
        done, refused = 0, list[tuple[UUID, str]]()
        with closing(dead_letters.requeue(self._operator, fixed, why=why)) as batches:
            for batch in batches:
                done += batch.letters
                refused += batch.refused
                report("", done + len(refused), total)
        return dead_letters.Requeued(letters=done, refused=refused)

    def discard(self, letter: UUID, why: str) -> DeadLetter:
        """Close one."""
        return dead_letters.discard(self._operator, letter, why)

    def settle(self, letter: UUID, *, attempt: int, there: str | None) -> settling.Settled:
        """Say whether a write in doubt happened."""
        return settling.settle(self._operator, letter, attempt=attempt, there=there)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def listed(self, wanted: Filter, *, most: int, resolved: bool) -> tuple[list[DeadLetter], int | None]:
        """Dead letters, and whether there are more."""
        query = {"flow": wanted.flow, "reason": wanted.code, **sought(wanted.sought)}
        return self._server.listed(DeadLetter, "/dead-letters", most, **query, resolved=resolved)

    def meant(self, text: str) -> UUID:
        """The dead letter, or the record, that is meant."""
        return exactly(text) or self._server.meant("/lookups/dead-letters", text)

    def one(self, letter: UUID) -> DeadLetter:
        """One dead letter, by its own id or its record's."""
        return self._server.revived(DeadLetter, self._server.get(f"/dead-letters/{letter}"))

    def select(self, wanted: Filter) -> tuple[Filter, int]:
        """Which are meant, and how many."""
        return wanted, self._server.change("POST", "/requeues/preview", _chosen_by(wanted))["meant"]

    def requeue(self, fixed: Filter, why: str, *, total: int, report: Report) -> dead_letters.Requeued:  # noqa: ARG002 - counted there
        """Send them on their way again."""
        because = {"why": reason(why)} if why else {}
        came = self._server.work("/requeues", _chosen_by(fixed) | because, report=report)
        refused = [(UUID(one["id"]), str(one["why"])) for one in came["refused"]]
        return dead_letters.Requeued(letters=came["requeued"], refused=refused)

    def discard(self, letter: UUID, why: str) -> DeadLetter:
        """Close one."""
        told = self._server.change("POST", f"/dead-letters/{letter}/discard", {"why": reason(why)})
        return self._server.revived(DeadLetter, told)

    def settle(self, letter: UUID, *, attempt: int, there: str | None) -> settling.Settled:
        """Say whether a write in doubt happened."""
        body = {"attempt": attempt, **({"not_there": True} if there is None else {"there": there})}
        told = self._server.change("POST", f"/dead-letters/{letter}/settle", body)
        letter_of = self._server.revived(DeadLetter, told)
        record = self._server.get(f"/records/{letter_of.record_id}")["record"]
        return settling.Settled(letter=letter_of, newest=self._server.revived(Record, record).newest_version)


def _chosen_by(wanted: Filter) -> dict[str, Any]:
    if wanted.ids:
        return {"ids": [str(one) for one in wanted.ids], "discarded": wanted.discarded}
    chosen_by = {"flow": wanted.flow, "reason": wanted.code}
    return {name: value for name, value in chosen_by.items() if value} or {"all": True}
