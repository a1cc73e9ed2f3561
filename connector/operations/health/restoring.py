"""After a restore: the ledger is older than the systems it writes to, and must not believe what it knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.store import identity
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.operations.operator import Operator

SUBJECT = "db:restored"
EVENT = "operator.restored"
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was made ready, and what a person has to do."""

    #: the newest thing this ledger knows of; what happened since, it does not
    ends_at: dt.datetime
    #: records that begin anew, and runs that read their source from the beginning
    records: int
    runs: int
    #: full names of flows whose source lists no more what it was told we have
    told_sources: list[str]
    #: connections whose systems post documents to us: they believe that we have what they posted since
    posted_to: list[str]


def restored(operator: Operator) -> Restored:
    """Make a restored ledger fit to go on; doing it twice, or going on after a crash midway, is harmless.

    Whatever it takes for unsent may have been sent since the backup. So no record keeps its place: each is mapped anew,
    its source is asked whether it still wants it, and its target before it is posted, or it is overwritten there by its
    key. And nothing is left out any more for being what a target was last sent.
    """
    with operator.transaction() as tx:
        ends_at = ledger.restoring.newest_event(tx, but=EVENT)
        if ends_at is None:
            raise ConfigurationError("This ledger is empty: restore a backup into it first.")
        runs = ledger.restoring.forget_processes(tx)
        ledger.restoring.forget_targets(tx)
        known, posting = registry.flows(), registry.handing_over()
        confirming = [
            flow.full_name
            for flow in ledger.flows.list_(tx)
            if flow.name in known and known[flow.name].confirms and known[flow.name].source.system not in posting
        ]
        posted_to = [
            one.name
            for one in ledger.connections.list_(tx)
            if one.system in posting or ledger.messages.held(tx, one.id)
        ]
        identity.move_in(tx, actor=tx.actor)
        ledger.audit.note(tx, SUBJECT, EVENT, {"ends_at": ends_at, "runs": runs})
        seals = ledger.audit.newest_seals(tx, 1)
        until = tx.now
    if operator.application.anchor is not None:
        operator.application.anchor.restored(seals[0].number if seals else 0)
    records, after = 0, None
    while chosen := _some(operator, after=after, until=until):
        records, after = records + len(chosen), chosen[-1]
    return Restored(ends_at=ends_at, records=records, runs=runs, told_sources=confirming, posted_to=posted_to)


def _some(operator: Operator, *, after: UUID | None, until: dt.datetime) -> list[UUID]:
    with operator.transaction() as tx:
        chosen = ledger.restoring.unsent(tx, after=after, until=until, most=BATCH)
        if chosen:
            ledger.restoring.begin_anew(tx, ledger.audit.note_records(tx, chosen, EVENT, {"to": "extracted"}))
        return [one.record_id for one in chosen]
