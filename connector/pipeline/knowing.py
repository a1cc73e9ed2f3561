"""What documents ask of the ledger, asked together: one question for all, and what each of them then becomes."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.flow import Mapped
from connector.domain.gate import Needs
from connector.domain.outcome import Advance, Outcome
from connector.domain.record import State
from connector.pipeline.deciding import outcome_of, unexpected

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from uuid import UUID

    from connector.domain.gate import Known
    from connector.pipeline.step import Working
    from connector.ports import UnitOfWork

    #: asks what it needs, is sent what is known, and ends with the outcome
    Deciding: TypeAlias = Generator[Needs, Known, Outcome]

_log = logging.getLogger(__name__)


def decide(unit: UnitOfWork, workings: Iterable[Working]) -> dict[Working, Outcome]:
    """What becomes of each: mapped, or why not. What one of them asks in vain keeps nothing from the others."""
    decided: dict[Working, Outcome] = {}
    asking: dict[Working, tuple[Deciding, Needs]] = {}
    for working in workings:
        _go_on(working, _deciding(working), None, asking, decided)
    while asking:
        now, asking = asking, {}
        known = _known(unit, {working: needs for working, (_, needs) in now.items()})
        for working, (deciding, _) in now.items():
            answer = known[working]
            if isinstance(answer, ConnectorError):
                decided[working] = outcome_of(answer)
            else:
                _go_on(working, deciding, answer, asking, decided)
    return decided


def _go_on(
    working: Working,
    deciding: Deciding,
    answer: Known | None,
    asking: dict[Working, tuple[Deciding, Needs]],
    decided: dict[Working, Outcome],
) -> None:
    """Go on to the next question, or to the end."""
    try:
        asking[working] = deciding, next(deciding) if answer is None else deciding.send(answer)
    except StopIteration as end:
        decided[working] = end.value
    except StoreUnavailable:
        raise
    except ConnectorError as error:
        decided[working] = outcome_of(error)
    except Exception as error:  # noqa: BLE001 - it is logged, and kept as a dead letter
        _log.exception("map.failed", extra={"record": str(working.claim.record_id)})
        decided[working] = unexpected(error)


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


def _known(unit: UnitOfWork, asked: dict[Working, Needs]) -> dict[Working, Known | ConnectorError]:
    """Ask for all of one integration at once; where that is refused, for each, to find whose question it was."""
    together: dict[tuple[UUID, bool], list[Working]] = defaultdict(list)
    for working, needs in asked.items():
        together[working.claim.integration_id, needs.in_any_case].append(working)
    known: dict[Working, Known | ConnectorError] = {}
    for (integration_id, _), workings in together.items():
        try:
            answer = unit.links.known(integration_id, _union([asked[working] for working in workings]))
        except StoreUnavailable:
            raise
        except ConnectorError as error:
            if len(workings) == 1:
                known[workings[0]] = error
            else:
                for working in workings:
                    known |= _known(unit, {working: asked[working]})
        else:
            known |= dict.fromkeys(workings, answer)
    return known


def _union(asked: Sequence[Needs]) -> Needs:
    if len(asked) == 1:
        return asked[0]
    return Needs(
        links=tuple(dict.fromkeys(need for needs in asked for need in needs.links)),
        codes=tuple(dict.fromkeys(need for needs in asked for need in needs.codes)),
        postings=tuple(dict.fromkeys(need for needs in asked for need in needs.postings)),
        in_any_case=asked[0].in_any_case,
    )
