"""How any step ends: outcomes become changes, the changes are written, what follows is dispatched."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from connector.domain import canonical, payload
from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.journey import STEP_OF, settle
from connector.domain.outcome import Advance
from connector.domain.payload import payload_identity
from connector.domain.record import Hold, State
from connector.domain.together import Settlement
from connector.observability import working_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from connector.domain.journey import Change, Step
    from connector.domain.outcome import Outcome
    from connector.domain.record import Claim
    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

_log = logging.getLogger(__name__)
_Ended = TypeVar("_Ended")

#: why a record waits that beat will send in its turn
SLOWED = "its target asked us to slow down, so it waits for its turn"


class Working:
    """A claimed record and the time that passed since: database time without asking the database again."""

    def __init__(self, world: World, claim: Claim) -> None:
        self.world = world
        self.claim = claim
        self._started = world.clock.monotonic()
        working_for(flow=claim.flow, connection=claim.works_on)

    @property
    def elapsed(self) -> dt.timedelta:
        """Since the claim."""
        return dt.timedelta(seconds=self.world.clock.monotonic() - self._started)

    @property
    def now(self) -> dt.datetime:
        """The database's time."""
        return self.claim.claimed_at + self.elapsed

    @property
    def in_doubt(self) -> bool:
        """Whether a write of the document has no answer when the step ends."""
        return self.claim.in_doubt

    def source_payload(self) -> dict[str, object]:
        """The source document in clear."""
        return self._open(self.claim.source_payload, "source")

    def target_payload(self) -> dict[str, object]:
        """The mapped document in clear."""
        return self._open(self.claim.target_payload, "target")

    def is_acknowledged(self) -> None:
        """The source knows that we have the document: written down with whatever the step decides."""
        self.claim = replace(self.claim, acknowledged=True)

    def _open(self, sealed: bytes | None, which: str) -> dict[str, object]:
        if not sealed:
            raise payload.removed(which)
        plain = self.world.vault.open(sealed, payload_identity(self.claim.record_id, which))
        return payload.of(canonical.loads(plain), flow_id=self.claim.flow_id, key=self.claim.source_key)

    def settlement(self, outcome: Outcome) -> Settlement:
        """What the outcome does to the record, ready to be written down."""
        flow = self.world.flow(self.claim.flow)
        change = settle(
            self.claim,
            outcome,
            now=self.now,
            chance=self.world.clock.chance(),
            longest_wait=self.world.longest_wait,
            tells_source=flow.confirms,
            in_doubt=self.in_doubt,
        )
        if self.claim.state is State.EXTRACTED and isinstance(outcome, Advance):
            change = replace(change, mapping=flow.version)
        change = self._in_its_turn(change)
        sealed = None
        if change.target is not None:
            identity = payload_identity(self.claim.record_id, "target")
            target = payload.labelled(change.target, flow_id=self.claim.flow_id, key=self.claim.source_key)
            sealed = self.world.vault.seal(canonical.dumps(target), identity)
        return Settlement(claim=self.claim, change=change, at=self.now, target=sealed)

    def _in_its_turn(self, change: Change) -> Change:
        """What was mapped for a connection that is closed or slowed down waits there; beat sends it in its turn."""
        claim = self.claim
        if change.state is not State.MAPPED or change.hold is not None or not (claim.paused_for or claim.slowed):
            return change
        why = f"{change.why}; {claim.paused_why or SLOWED}"
        return replace(change, hold=Hold.CONNECTION, due_in=claim.paused_for or dt.timedelta(0), why=why)


def write_down(world: World, unit: UnitOfWork, ended: Sequence[tuple[Working, Outcome]]) -> dict[UUID, Change]:
    """Write what the outcomes do; not in the answer are records that another worker owns by now."""
    settlements = [working.settlement(outcome) for working, outcome in ended]
    settled = unit.outcomes.settle(settlements, actor=world.actor)
    changes = {one.claim.record_id: one.change for one in settlements if one.claim.record_id in settled}
    for one in settlements:
        if one.change.fetch and one.claim.record_id in changes:
            unit.runs.demand(one.claim.integration_id, one.change.fetch, actor=world.actor)
    return changes


def end_together(
    world: World,
    ended: Sequence[_Ended],
    write: Callable[[UnitOfWork, Sequence[_Ended]], dict[UUID, Change]],
    *,
    of: Callable[[_Ended], Working],
) -> dict[UUID, Change]:
    """Write down how records ended, in one transaction; where that fails, each in its own, so that none spoils another.

    After that the next steps are asked for at once; the ledger would ask within seconds anyway. ``of`` says what was
    worked on.
    """
    if not ended:
        return {}
    try:
        changes = world.store.transact(lambda unit: write(unit, ended))
    except StoreUnavailable:
        raise
    except Exception:
        if len(ended) == 1:
            raise
        _log.exception("step.not_written")
        return _end_one_by_one(world, ended, write, of)
    for working in map(of, ended):
        if working.claim.record_id in changes:
            world.meter.settled(working.claim, changes[working.claim.record_id], working.elapsed)
    _ask_for_the_next(world, changes)
    return changes


def _end_one_by_one(
    world: World,
    ended: Sequence[_Ended],
    write: Callable[[UnitOfWork, Sequence[_Ended]], dict[UUID, Change]],
    of: Callable[[_Ended], Working],
) -> dict[UUID, Change]:
    changes: dict[UUID, Change] = {}
    for one in ended:
        try:
            changes |= end_together(world, [one], write, of=of)
        except StoreUnavailable:
            raise
        except ConnectorError:
            continue  # it comes back by itself
    return changes


def _ask_for_the_next(world: World, changes: Mapping[UUID, Change]) -> None:
    steps: dict[Step, list[UUID]] = defaultdict(list)
    for record_id, change in changes.items():
        if change.hold is None and not change.ends:
            steps[STEP_OF[change.state]].append(record_id)
    for step, record_ids in steps.items():
        world.dispatcher.step(step, record_ids)
