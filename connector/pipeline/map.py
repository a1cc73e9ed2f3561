"""Map: turn source documents into target documents, or say why not yet, or why never."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError
from connector.domain.journey import Change, Step
from connector.domain.outcome import Bury, Cancel, GiveWay, Outcome, Reject, Skip, Stands
from connector.pipeline.asking import ANSWER_THE_DOUBT
from connector.pipeline.crew import Crew
from connector.pipeline.deciding import outcome_of
from connector.pipeline.knowing import decide
from connector.pipeline.step import Working, end_together, write_down
from connector.pipeline.tally import Tally
from connector.ports import Acknowledging, Confirming

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.pipeline.world import World
    from connector.ports import UnitOfWork


def map_records(world: World, record_ids: Sequence[UUID]) -> Tally:
    """Run the map step on those of the records that are due for it."""
    claims = world.store.transact(lambda unit: unit.claims.claim(record_ids, Step.MAP, world.worker))
    workings = [Working(world, claim) for claim in claims]
    if not workings:
        return Tally()
    early = _ask_sources(workings)
    changes = end_together(world, workings, partial(_decide_together, world, early), of=lambda working: working)
    return Tally.of(changes.values())


def _ask_sources(workings: Sequence[Working]) -> Mapping[Working, Outcome]:
    """What sources say that ends the step before anything is mapped."""
    asking = [working for working in workings if _is_asked(working)]
    if not asking:
        return {}
    early: dict[Working, Outcome] = {}
    world, connection = asking[0].world, asking[0].claim.source_connection
    with Crew["tuple[Working, Outcome | None]"](min(len(asking), world.writes_at_once(connection))) as crew:
        for working in asking:
            crew.start(partial(_said, working))
        while crew.busy:
            early |= {working: said for working, said in crew.come_back() if said is not None}
            world.getting_on()
    return early


def _said(working: Working) -> tuple[Working, Outcome | None]:
    return working, _ask_source(working)


def _decide_together(
    world: World, early: Mapping[Working, Outcome], unit: UnitOfWork, workings: Sequence[Working]
) -> dict[UUID, Change]:
    known = {**early, **_giving_way(unit, workings)}
    decided = known | decide(unit, [working for working in workings if working not in known])
    return write_down(world, unit, [(working, _while_in_doubt(working, decided[working])) for working in workings])


def _giving_way(unit: UnitOfWork, workings: Sequence[Working]) -> dict[Working, Outcome]:
    """Those of which a newer version was read while somebody had them: what surely did not arrive keeps it waiting."""
    overtaken = [working for working in workings if working.claim.is_overtaken]
    arrived = unit.attempts.may_have_arrived([working.claim for working in overtaken]) if overtaken else ()
    return {working: GiveWay() for working in overtaken if working.claim.record_id not in arrived}


def _while_in_doubt(working: Working, decided: Outcome) -> Outcome:
    """Leave no lost answer behind: what is not sent now may have been sent before, and the target may hold that.

    There is no document to ask the target about, so a person looks; settled, it is mapped anew with what is known then.
    """
    if not working.claim.in_doubt or not isinstance(decided, Skip | Stands | Cancel | Reject):
        return decided
    key = working.claim.source_key
    return Bury(
        code="in_doubt",
        reason=f"The answer to the last write of {key} was lost, and nothing more is to be sent of it: "
        f"{decided.reason}",
        suggestion=f"Look in the target whether it has {key}. {ANSWER_THE_DOUBT}",
    )


def _is_asked(working: Working) -> bool:
    """Whether the source has something to say first: it does not know of us, or its document waited meanwhile."""
    return _is_untold(working) or working.claim.waiting_since is not None


def _is_untold(working: Working) -> bool:
    return working.world.flow(working.claim.flow).confirms and not working.claim.acknowledged


def _ask_source(working: Working) -> Outcome | None:
    """What the source has to say before its document is mapped; None when it leaves the document to us.

    What it does not know to be ours may still be taken back, so nothing is mapped before it knows. And a document that
    waited may have been taken back meanwhile.
    """
    claim, flow = working.claim, working.world.flow(working.claim.flow)
    try:
        source, entity = working.world.source(claim.source_connection), flow.source.entity
        if _is_untold(working) and isinstance(source, Acknowledging):
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
