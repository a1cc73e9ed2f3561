"""Dead letters of one flow and one reason together: looked at, sent again, discarded, all or some of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.operations.giving_reasons import reason
from connector.operations.setup.flows import require_flow
from connector.operations.work import dead_letters
from connector.operations.work.dead_letters import BATCH, Filter
from connector.store import operator as ledger
from connector.store.operator.audit import Chained
from connector.store.operator.dead_letters import DISCARDED
from connector.store.operator.needs import by_cause, figures

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Generator
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.needs import Figures
    from connector.store.operator.transaction import OperatorTransaction

#: letters of a page
PAGE = 50
#: what the audit trail calls all discarding by filter
SUBJECT = "dead:discard"
#: letters that stay are named as far as this
_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Group:
    """A page of it, and what all of it comes to."""

    letters: list[DeadLetter]
    held: Figures
    #: where the next page begins; None on the last
    behind: tuple[dt.datetime, UUID] | None
    #: until when letters are in it: none that is written later is meant by whoever looks at this
    until: dt.datetime


@dataclass(kw_only=True)
class Came:
    """What came of sending or discarding many."""

    done: int = 0
    #: letters that stay; the first of them with the reason
    stayed: int = 0
    why: list[tuple[str, str]] = field(default_factory=list)

    def add(self, done: int, refused: list[tuple[UUID, str]]) -> None:
        """Count a batch."""
        self.done += done
        self.stayed += len(refused)
        self.why += [(str(letter), why) for letter, why in refused][: _NAMED - len(self.why)]

    @property
    def told(self) -> dict[str, Any]:
        """As the result of a job."""
        return {"done": self.done, "stayed": self.stayed, "why": [list(one) for one in self.why]}


def look(operator: Operator, flow: str, code: str, *, after: tuple[dt.datetime, UUID] | None = None) -> Group:
    """The letters of a flow with this code, the newest first; raises UnknownName for a flow that does not exist."""
    with operator.transaction() as tx:
        row = require_flow(tx, flow)
        found = ledger.dead_letters.of_cause(tx, row.id, code, after=after, most=PAGE + 1)
        shown = found[:PAGE]
        held = by_cause(ledger.needs.dead(tx)).get((flow, code), [])
        return Group(
            letters=shown,
            held=figures(held),
            behind=(shown[-1].created_at, shown[-1].id) if len(found) > len(shown) else None,
            until=tx.now,
        )


def is_long(operator: Operator, wanted: Filter) -> bool:
    """Whether these are more than somebody waits for."""
    return not wanted.ids and dead_letters.count(operator, replace(wanted, until=None), resolved=False) > BATCH


def requeue(operator: Operator, wanted: Filter, why: str, report: Callable[[int, int, str], None]) -> Came:
    """Send them on their way again, and say why; ``report`` is told after each batch, and may stop it there."""
    because = reason(why)
    fixed, total, came = _fixed(operator, wanted)
    with closing(dead_letters.requeue(operator, fixed, why=because)) as batches:
        for batch in batches:
            came.add(batch.letters, batch.refused)
            report(came.done + came.stayed, total, _told(came, "on their way again"))
    return came


def discard(operator: Operator, wanted: Filter, why: str, report: Callable[[int, int, str], None]) -> Came:
    """Close them without doing anything about their documents, and say why; ``report`` as above."""
    because = reason(why)
    fixed, total, came = _fixed(operator, wanted)
    with closing(_discard(operator, fixed, because, total)) as batches:
        for done in batches:
            came.add(done, [])
            report(came.done, total, _told(came, "discarded"))
    return came


def _fixed(operator: Operator, wanted: Filter) -> tuple[Filter, int, Came]:
    """The letters that are meant and open, how many, and those that somebody has dealt with meanwhile."""
    if not wanted.ids:
        return *dead_letters.select(operator, wanted), Came()
    with operator.transaction() as tx:
        there = ledger.dead_letters.open_ids(tx, wanted, after=None, most=len(wanted.ids))
    if not there:
        raise ConfigurationError("Somebody has dealt with all of them meanwhile: nothing was changed.")
    came = Came()
    came.add(0, [(letter, "somebody has dealt with it meanwhile.") for letter in wanted.ids if letter not in there])
    return replace(wanted, ids=tuple(there)), len(there), came


def _told(came: Came, how: str) -> str:
    return f"{came.done:,} {how}" + (f", {came.stayed:,} stay" if came.stayed else "")


def _discard(operator: Operator, fixed: Filter, why: str, total: int) -> Generator[int]:
    """Batch by batch; stopping in between loses nothing, asking again does the rest."""
    about = {"discard": str(new_id()), "flow": fixed.flow, "reason": fixed.code, "why": why}
    done, after = 0, None

    def note(tx: OperatorTransaction, what: str, **counts: int) -> None:
        if not fixed.ids:
            ledger.audit.note(tx, SUBJECT, f"operator.discard_{what}", {**about, **counts})

    with operator.transaction() as tx:
        note(tx, "began", meant=total)
    how = "stopped"
    try:
        while True:
            with operator.transaction() as tx:
                chosen = ledger.dead_letters.open_ids(tx, fixed, after=after, most=BATCH)
            if not chosen:
                how = "ended"
                return
            closed = operator.transact(partial(_closed, chosen=chosen, why=why))
            done, after = done + closed, chosen[-1]
            yield closed
    finally:
        with operator.transaction() as tx:
            note(tx, how, discarded=done)


def _closed(tx: OperatorTransaction, *, chosen: list[UUID], why: str) -> int:
    opened = ledger.dead_letters.lock(tx, chosen)
    chained = [Chained(record_id=one.record.record_id, audit_head=one.record.audit_head) for one in opened]
    ledger.dead_letters.set_heads(tx, ledger.audit.note_records(tx, chained, "operator.discarded", {"why": why}))
    ledger.dead_letters.resolve(tx, [one.letter_id for one in opened], f"{DISCARDED}{why}")
    return len(opened)
