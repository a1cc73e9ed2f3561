"""Map: turn a source document into a target document, or say why not yet, or why never."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError
from connector.domain.flow import Mapped
from connector.domain.journey import Change, Step
from connector.domain.outcome import Advance, Outcome
from connector.domain.record import State
from connector.pipeline.deciding import outcome_of, unexpected
from connector.pipeline.step import Working

if TYPE_CHECKING:
    from uuid import UUID

    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

_log = logging.getLogger(__name__)


def map_record(world: World, record_id: UUID) -> Change | None:
    """Run the map step; None when there was nothing to do."""
    with world.store.unit() as unit:
        claim = unit.records.claim(record_id, Step.MAP, world.worker)
        unit.commit()
    if claim is None:
        return None
    working = Working(world, claim)
    with world.store.unit() as unit:
        change = working.settle(unit, _decide(working, unit))
        unit.commit()
    return working.follow(change)


def _decide(working: Working, unit: UnitOfWork) -> Outcome:
    claim = working.claim
    flow = working.world.flow(claim.flow)
    try:
        document = flow.parse(working.source_payload())
        known = unit.records.known(claim.integration_id, flow.needs(document, claim.options))
        decided = flow.map(document, known, claim.options)
    except ConnectorError as error:
        return outcome_of(error)
    except Exception as error:
        _log.exception("map.failed", extra={"record": str(claim.record_id), "flow": claim.flow})
        return unexpected(error)
    if isinstance(decided, Mapped):
        return Advance(
            to=State.MAPPED,
            why=f"mapped to {flow.target.entity} {decided.key}",
            target={"key": decided.key, "body": decided.body},
        )
    return decided
