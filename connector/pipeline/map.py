"""Map: turn a source document into a target document, or say why not yet, or why never."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError
from connector.domain.flow import Mapped
from connector.domain.journey import Change, Step
from connector.domain.outcome import Advance, Bury, Cancel, Outcome, Skip
from connector.domain.record import State
from connector.pipeline.asking import ANSWER_THE_DOUBT
from connector.pipeline.deciding import outcome_of, unexpected
from connector.pipeline.step import Working
from connector.ports import Acknowledging, Confirming

if TYPE_CHECKING:
    from uuid import UUID

    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

_log = logging.getLogger(__name__)


def map_record(world: World, record_id: UUID) -> Change | None:
    """Run the map step; None when there was nothing to do."""
    claim = world.store.transact(lambda unit: unit.claims.claim(record_id, Step.MAP, world.worker))
    if claim is None:
        return None
    working = Working(world, claim)
    early = _ask_source(working)

    def settle(unit: UnitOfWork) -> Change | None:
        return working.settle(unit, _while_in_doubt(working, early or _decide(working, unit)))

    return working.follow(world.store.transact(settle))


def _ask_source(working: Working) -> Outcome | None:
    """What the source has to say before its document is mapped; None when it leaves the document to us.

    What it does not know to be ours may still be taken back, so nothing is mapped before it knows. And a document that
    waited may have been taken back meanwhile.
    """
    claim, flow = working.claim, working.world.flow(working.claim.flow)
    untold = flow.confirms and not claim.acknowledged
    if not untold and claim.waiting_since is None:
        return None
    try:
        source, entity = working.world.source(claim.source_connection), flow.source.entity
        if untold and isinstance(source, Acknowledging):
            said = source.acknowledge(entity, [working.source_payload()])
            if said:
                return said[0]
            working.is_acknowledged()
        if claim.waiting_since is not None and isinstance(source, Confirming):
            withdrawn = source.withdrawn(entity, working.source_payload())
            return Cancel(reason=withdrawn) if withdrawn else None
    except ConnectorError as error:
        return outcome_of(error)
    return None


def _decide(working: Working, unit: UnitOfWork) -> Outcome:
    claim = working.claim
    flow = working.world.flow(claim.flow)
    try:
        working.world.whole(claim)
        document = flow.parse(working.source_payload())
        known = flow.known(document, claim.options, partial(unit.links.known, claim.integration_id))
        decided = flow.map(document, known, claim.options)
    except ConnectorError as error:
        return outcome_of(error)
    except Exception as error:
        _log.exception("map.failed")
        return unexpected(error)
    if isinstance(decided, Mapped):
        return Advance(
            to=State.MAPPED,
            why=f"mapped to {flow.target.entity} {decided.key}",
            target={"key": decided.key, "body": decided.body, "facts": decided.facts},
        )
    return decided


def _while_in_doubt(working: Working, decided: Outcome) -> Outcome:
    """Leave no lost answer behind: what is not sent now may have been sent before, and the target may hold that.

    There is no document to ask the target about, so a person looks; settled, it is mapped anew with what is known then.
    """
    if not working.claim.in_doubt or not isinstance(decided, Skip | Cancel):
        return decided
    key = working.claim.source_key
    return Bury(
        code="in_doubt",
        reason=f"The answer to the last write of {key} was lost, and nothing more is to be sent of it: "
        f"{decided.reason}",
        suggestion=f"Look in the target whether it has {key}. {ANSWER_THE_DOUBT}",
    )
