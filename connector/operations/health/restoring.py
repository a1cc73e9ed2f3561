"""After a restore: the ledger is older than the systems it writes to, and must not believe what it knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.exchange import Safety
from connector.operations.setup import flows as setup
from connector.store import identity
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow

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
    #: full names of flows that are held, because nobody can ask their target what it was sent since
    held: list[str]


def restored(operator: Operator) -> Restored:
    """Make a restored ledger fit to go on; doing it twice, or going on after a crash midway, is harmless.

    Whatever it takes for unsent may have been sent since the backup. So no record keeps its place: each is mapped anew,
    its source is asked whether it still wants it, and its target before it is posted, or it is overwritten there by its
    key. And nothing is left out any more for being what a target was last sent. A flow whose target cannot be asked is
    held until a person has looked there.
    """
    with operator.transaction() as tx:
        ends_at = ledger.restoring.newest_event(tx, but=EVENT)
        if ends_at is None:
            raise ConfigurationError("This ledger is empty: restore a backup into it first.")
        flows = ledger.flows.list_(tx)
        runs = ledger.restoring.forget_processes(tx)
        ledger.restoring.forget_targets(tx)
        known, posting = registry.flows(), registry.handing_over()
        confirming = [
            flow.full_name
            for flow in flows
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
    held = _hold(operator, [flow for flow in flows if flow.name in known], ends_at)
    if operator.application.anchor is not None:
        operator.application.anchor.restored(seals[0].number if seals else 0)
    records, after = 0, None
    while chosen := _some(operator, after=after, until=until):
        records, after = records + len(chosen), chosen[-1]
    return Restored(
        ends_at=ends_at, records=records, runs=runs, told_sources=confirming, posted_to=posted_to, held=held
    )


def _hold(operator: Operator, flows: list[Flow], ends_at: dt.datetime) -> list[str]:
    """Hold those whose target nobody can ask, and that a person does not hold already."""
    until = f"{ends_at:%Y-%m-%d %H:%M} UTC"
    why = f"the ledger was restored and ends at {until}; its target cannot be asked what it got since"
    held = [flow for flow in flows if not flow.held_why and not _bears_a_repetition(operator, flow)]
    with operator.transaction() as tx:
        for flow in held:
            setup.held(tx, flow, who=operator.name, why=why)
    return [flow.full_name for flow in held]


def _bears_a_repetition(operator: Operator, flow: Flow) -> bool:
    """Whether its target is none the worse for what it got already; not where that cannot be known now."""
    try:
        target = operator.application.target(flow.target)
    except ConnectorError:
        return False
    try:
        safety = target.safety(registry.flow(flow.name).target.entity)
    except ConnectorError:  # it posts nothing
        return True
    return safety not in (Safety.NONE, Safety.TOLD)


def _some(operator: Operator, *, after: UUID | None, until: dt.datetime) -> list[UUID]:
    with operator.transaction() as tx:
        chosen = ledger.restoring.unsent(tx, after=after, until=until, most=BATCH)
        if chosen:
            ledger.restoring.begin_anew(tx, ledger.audit.note_records(tx, chosen, EVENT, {"to": "extracted"}))
        return [one.record_id for one in chosen]
