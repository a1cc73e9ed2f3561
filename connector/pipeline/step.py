"""How any step ends: an outcome becomes a change, the change is written, what follows is dispatched."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.domain import canonical, payload
from connector.domain.journey import STEP_OF, settle
from connector.domain.outcome import Advance
from connector.domain.record import Hold, State
from connector.observability import working_for

if TYPE_CHECKING:
    from connector.domain.journey import Change
    from connector.domain.outcome import Outcome
    from connector.domain.record import Claim
    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

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
        plain = self.world.vault.open(sealed or b"", payload_identity(self.claim.record_id, which))
        return payload.of(canonical.loads(plain), flow_id=self.claim.flow_id, key=self.claim.source_key)

    def settle(self, unit: UnitOfWork, outcome: Outcome) -> Change | None:
        """Write what the outcome does; None when another worker owns the record by now."""
        flow = self.world.flow(self.claim.flow)
        change = settle(
            self.claim,
            outcome,
            now=self.now,
            chance=self.world.clock.chance(),
            longest_wait=self.world.longest_wait,
            tells_source=flow.confirms,
        )
        if self.claim.state is State.EXTRACTED and isinstance(outcome, Advance):
            change = replace(change, mapping=flow.version)
        change = self._in_its_turn(change)
        sealed = None
        if change.target is not None:
            identity = payload_identity(self.claim.record_id, "target")
            target = payload.labelled(change.target, flow_id=self.claim.flow_id, key=self.claim.source_key)
            sealed = self.world.vault.seal(canonical.dumps(target), identity)
        if not unit.outcomes.settle(self.claim, change, actor=self.world.actor, at=self.now, target=sealed):
            return None
        if change.fetch:
            unit.runs.demand(self.claim.integration_id, change.fetch, actor=self.world.actor)
        return change

    def _in_its_turn(self, change: Change) -> Change:
        """What was mapped for a connection that is closed or slowed down waits there; beat sends it in its turn."""
        claim = self.claim
        if change.state is not State.MAPPED or change.hold is not None or not (claim.paused_for or claim.slowed):
            return change
        why = f"{change.why}; {claim.paused_why or SLOWED}"
        return replace(change, hold=Hold.CONNECTION, due_in=claim.paused_for or dt.timedelta(0), why=why)

    def follow(self, change: Change | None) -> Change | None:
        """After commit: ask for the next step at once; the ledger would ask within seconds anyway."""
        if change is not None and change.hold is None and not change.ends:
            self.world.dispatcher.step(STEP_OF[change.state], [self.claim.record_id])
        return change


def payload_identity(record_id: object, which: str) -> str:
    """The place a payload is sealed for."""
    return f"records:{record_id}:{which}"
