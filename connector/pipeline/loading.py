"""One load of one record: what it works on, what it has found out so far, and its try."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from connector.domain import canonical
from connector.domain.exchange import Outgoing, Safety
from connector.domain.outcome import Advance, Bury, GiveWay, Outcome, Retry
from connector.domain.record import AttemptAnswer, OpenedAttempt, State
from connector.domain.together import Try
from connector.pipeline.step import Working

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.doubt import Waits
    from connector.domain.record import KeyOwner
    from connector.ports import Target, UnitOfWork


class Loading(Working):
    """One load of one record."""

    target: Target
    document: Outgoing
    safety: Safety
    waits: Waits
    confirms: bool
    facts: Mapping[str, str]
    #: which version of the target's connection this goes to: a later one has nothing to do with how it ends
    opened: dt.datetime | None = None
    attempt: UUID | None = None
    #: how that try ended
    answer: AttemptAnswer | None = None
    #: whether the target has said no to what was sent, whatever was found out afterwards
    refused: bool = False
    #: whether the try asks only, because nothing is, or can be, heard of what was loaded before
    unheard: bool = False
    #: whether an earlier send may have arrived, however this one ended
    doubted: bool = False
    #: whether the target shows an older state of it
    shows_older: bool = False
    #: why a person should look at what the target took
    warning: str = ""

    def prepare(self) -> None:
        """Open the target and the payload."""
        self.world.whole(self.claim)
        flow = self.world.flow(self.claim.flow)
        payload = self.target_payload()
        self.target = self.world.target(self.claim.target_connection)
        self.opened = self.world.opened(self.claim.target_connection)
        self.document = Outgoing(
            entity=flow.target.entity,
            key=str(payload["key"]),
            body=cast("Mapping[str, Any]", payload["body"]),
            correlation_id=self.claim.correlation_id,
            in_doubt=self.claim.in_doubt,
        )
        self.facts = cast("Mapping[str, str]", payload.get("facts", {}))
        self.confirms = flow.confirms
        self.safety = self.target.safety(self.document.entity)
        self.waits = self.target.waits(self.document.entity)
        self.unheard = self.safety is Safety.NONE and self.was_loaded and not self.unchanged and not flow.updates

    @property
    def in_doubt(self) -> bool:
        """Whether a write has no answer when the step ends: this try's, or one before it where none was made."""
        return self.claim.in_doubt if self.answer is None else self.answer is AttemptAnswer.UNKNOWN

    @property
    def asks_first(self) -> bool:
        """Whether the target is asked before anything is sent."""
        return self.claim.in_doubt or self.safety in (Safety.ASK_FIRST, Safety.TOLD)

    @cached_property
    def fingerprint(self) -> str:
        """What the target would be told."""
        return canonical.fingerprint(self.document.body)

    @property
    def was_loaded(self) -> bool:
        """Whether the target was last known to have it, as it is now or otherwise."""
        return self.claim.loaded_fingerprint is not None

    @property
    def unchanged(self) -> bool:
        """Whether this is what was loaded last. Somebody may have reversed it since: a target that is asked knows."""
        return self.claim.loaded_fingerprint == self.fingerprint

    def loaded(
        self, why: str, target_id: str | None, facts: Mapping[str, str], kind: type[Advance] = Advance
    ) -> Advance:
        """The target has it: the end, or the source is to be told."""
        there = partial(kind, why=why, target_id=target_id, target_key=self.document.key)
        if self.confirms:
            return there(to=State.LOADED, facts={**self.facts, **facts})
        return there(to=State.DONE, facts=self.facts or None)

    @property
    def may_be_there(self) -> bool:
        """Whether it may have arrived before, or may still, whatever its target was asked."""
        return self.claim.in_doubt and (self.shows_older or not self.safety.is_asked)

    def a_try(self, *, there: bool) -> Try:
        """The try that is about to be made, or to say what is there."""
        return Try(
            claim=self.claim,
            key=self.document.key,
            fingerprint=self.fingerprint,
            at=self.now,
            comes_first=there or self.may_be_there,
        )

    def is_opened(self, opened: OpenedAttempt | Outcome) -> Outcome | None:
        """Go on with a try that is committed by now; an outcome when it must not be made."""
        if not isinstance(opened, OpenedAttempt):
            if isinstance(opened, GiveWay):  # asked, the target has nothing of the try that was in doubt
                self.attempt = self.claim.doubtful
            return opened
        self.attempt, self.claim = opened.attempt_id, opened.claim
        return None

    def taken(self, owner: KeyOwner | None) -> Outcome:
        """Why nothing may be sent under this key."""
        if owner is None or owner.source_key == self.claim.source_key:
            return Bury(
                code="key_changed",
                reason=f"The target has, or may have, this document under another key than {self.document.key}.",
                suggestion="Correct the number back in the source; or correct the target by hand, then discard this.",
            )
        if not owner.certain:
            return Retry(
                why=f"{owner.source_key}, another document of this flow, may be {self.document.key} in the target: "
                "its last try has no answer yet"
            )
        return Bury(
            code="duplicate_key",
            reason=f"{owner.source_key}, another document of this flow, already became {self.document.key} in the "
            "target.",
            suggestion="Decide which of the two is right; correct the number of the other in the source.",
        )

    def write_down(self) -> Outcome | None:
        """Open the attempt, about what is there, in a transaction of its own."""
        opened = self.world.store.transact(lambda unit: open_attempts(unit, [self], there=True))
        return self.is_opened(opened[self])


def open_attempts(
    unit: UnitOfWork, loadings: Sequence[Loading], *, there: bool = False
) -> dict[Loading, OpenedAttempt | Outcome]:
    """Write the tries down; for those that must not be made, why not."""
    if not loadings:
        return {}
    tries = {loading: loading.a_try(there=there) for loading in loadings}
    opened = unit.attempts.open(list(tries.values()), actor=loadings[0].world.actor)
    return {
        loading: opened.get(loading.claim.record_id) or _why_not(unit, loading, one) for loading, one in tries.items()
    }


def _why_not(unit: UnitOfWork, loading: Loading, one: Try) -> Outcome:
    if not one.comes_first and not unit.attempts.is_newest(loading.claim):
        return GiveWay()
    return loading.taken(unit.attempts.owner_of(loading.claim.flow_id, loading.document.key))
