"""What documents ask of the ledger, asked together: one question for all, and what each of them then becomes."""

from __future__ import annotations

import logging
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from connector.domain.errors import ConnectorError
from connector.domain.flow import Mapped
from connector.domain.outcome import Advance, Outcome
from connector.domain.record import State
from connector.pipeline.asking_many import ask_together, decide_all
from connector.pipeline.deciding import outcome_of, unexpected

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from uuid import UUID

    from connector.domain.gate import Known, Needs
    from connector.pipeline.step import Working
    from connector.ports import UnitOfWork

    #: asks what it needs, is sent what is known, and ends with the outcome
    Deciding: TypeAlias = Generator[Needs, Known, Outcome]

_log = logging.getLogger(__name__)


def decide(unit: UnitOfWork, workings: Iterable[Working]) -> dict[Working, Outcome]:
    """What becomes of each: mapped, or why not. What one of them asks in vain keeps nothing from the others."""
    return decide_all({working: _deciding(working) for working in workings}, partial(_known, unit), _failed)


def _failed(working: Working, error: Exception) -> Outcome:
    if isinstance(error, ConnectorError):
        return outcome_of(error)
    # It is logged, and kept as a dead letter.
    _log.error("map.failed", extra={"record": str(working.claim.record_id)}, exc_info=error)
    return unexpected(error)


def _deciding(working: Working) -> Deciding:
    claim = working.claim
    flow = working.world.flow(claim.flow)
    working.world.whole(claim)
    document = flow.parse(working.source_payload())
    known = yield from flow.questions(document, claim.options)
    decided: Mapped | Outcome = flow.map(document, known, claim.options)
    if not isinstance(decided, Mapped):
        return decided
    return Advance(
        to=State.MAPPED,
        why=f"mapped to {flow.target.entity} {decided.key}",
        target={"key": decided.key, "body": decided.body, "facts": decided.facts},
    )


def _known(unit: UnitOfWork, asked: Mapping[Working, Needs]) -> dict[Working, Known | ConnectorError]:
    """Ask for all of one integration at once."""
    together: dict[tuple[UUID, bool], dict[Working, Needs]] = defaultdict(dict)
    for working, needs in asked.items():
        together[working.claim.integration_id, needs.in_any_case][working] = needs
    known: dict[Working, Known | ConnectorError] = {}
    for (integration_id, _), questions in together.items():
        known |= ask_together(questions, partial(unit.links.known, integration_id))
    return known
