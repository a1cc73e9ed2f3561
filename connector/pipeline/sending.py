"""What goes to a target and comes back, for records that are loaded at the same time: questions first, then documents.

Calls may run on threads. They change nothing in the ledger but their own record's try; whoever asked for them writes
down how they ended.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from connector.domain.errors import (
    IF_THERE,
    AlreadyThere,
    ConnectorError,
    NotYet,
    RateLimited,
    Refused,
    StopConnection,
    StoreUnavailable,
    Transient,
    Unanswered,
    Unavailable,
)
from connector.domain.exchange import Safety, Written
from connector.domain.outcome import Outcome, Pause, Retry
from connector.observability import working_for
from connector.pipeline import together
from connector.pipeline.asking import adopt, ask, ask_together, asked_again, for_a_person
from connector.pipeline.deciding import outcome_of, unexpected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from connector.domain.exchange import Found
    from connector.pipeline.crew import Crew
    from connector.pipeline.loading import Loading

_log = logging.getLogger(__name__)
_Reply = TypeVar("_Reply")

#: a worker that was asleep longer than this between its claim and its request may have been given up for dead
STALE_CLAIM = dt.timedelta(seconds=15)
#: whoever has not had its turn by then is given back: the task has to end in its time
TURN = dt.timedelta(seconds=60)
#: failures in a row after which the rest is not tried: the target is not well
MOST_FAILURES = 5
SLEPT = Retry(why="This worker was stopped for too long between claim and request", counts=False)
MOVED = Retry(why="The target's connection was changed between claim and request", counts=False)
ITS_TURN = Retry(why="Its target is slow, and its turn did not come", counts=False)


def ahead(most: int) -> int:
    """How many requests are written down where so many may be on their way: a few more, so that none is waited for."""
    return most + most // 2


@dataclass(frozen=True)
class Said:
    """What came of a call about a record: how its step ends, or None where it is now to be sent."""

    loading: Loading
    outcome: Outcome | None
    #: the error that was the reason, if one was
    error: Exception | None = None


class Sending:
    """The calls of one batch. When its target asks for a rest, or fails again and again, the rest is not tried.

    A try is written down when its request is about to leave, and no sooner: should this process be killed, all that
    was written down is in doubt.
    """

    def __init__(self, crew: Crew[Sequence[Said]], most: int) -> None:
        """``most``: so many requests are on their way at a time."""
        self._crew, self._ahead = crew, ahead(most)
        #: requests that are on their way, or about to leave
        self._out = 0
        self._failures = 0
        self._halted: Pause | None = None
        self._lock = threading.Lock()

    @property
    def halted(self) -> bool:
        """Whether what has not left yet is not tried."""
        return self._halted is not None

    @property
    def room(self) -> int:
        """How many more requests may be written down now."""
        return max(0, self._ahead - self._out)

    def set_out(self, loadings: Sequence[Loading]) -> list[Loading]:
        """Ask about those whose target is asked first, and send what is written down; returns what is to be sent."""
        self.ask([loading for loading in loadings if loading.asks_first])
        self.send([loading for loading in loadings if loading.attempt is not None])
        return [loading for loading in loadings if loading.attempt is None and not loading.asks_first]

    def heard(self, back: Iterable[Sequence[Said]]) -> list[Said]:
        """What came back."""
        told: list[Said] = []
        for several in back:
            self._out -= several[0].loading.attempt is not None
            told += several
        return told

    def next_of(self, to_send: list[Loading]) -> list[Loading]:
        """Take those out that may leave now; all, where none of them will."""
        going = list(to_send) if self.halted else together.first(to_send, self.room)
        taken = set(going)
        to_send[:] = [loading for loading in to_send if loading not in taken]
        return going

    def held_up(self, loading: Loading) -> Outcome | None:
        """Why it does not leave any more, where it does not."""
        return self._halted or _too_late(loading)

    def ask(self, loadings: Sequence[Loading]) -> None:
        """Ask what the target has of them."""
        for several in together.questions(loadings):
            if len(several) > 1:
                self._crew.start(partial(self._several, several, ask_together, _understood))
            else:
                self._crew.start(partial(self._one, several[0], _asked))

    def send(self, loadings: Sequence[Loading]) -> None:
        """Send them, each with a try that is committed; those that their target takes together go together."""
        for several in together.parts(loadings):
            self._out += 1
            if len(several) > 1:
                self._crew.start(partial(self._several, several, together.write, _answered))
            else:
                self._crew.start(partial(self._one, several[0], _sent))

    def _one(self, loading: Loading, act: Callable[[Loading], Outcome | None]) -> Sequence[Said]:
        working_for(flow=loading.claim.flow, connection=loading.claim.works_on, record=str(loading.claim.record_id))
        held_up = self.held_up(loading)
        if held_up is not None:
            return [Said(loading, held_up)]
        return [self._noted(_tried(loading, act))]

    def _several(
        self,
        loadings: Sequence[Loading],
        call: Callable[[Sequence[Loading]], Sequence[_Reply]],
        understand: Callable[[Loading, _Reply], Outcome | None],
    ) -> Sequence[Said]:
        """Make one call about several; each is told what the reply means for it."""
        held_up = {loading: why for loading in loadings if (why := self.held_up(loading)) is not None}
        ours = [loading for loading in loadings if loading not in held_up]
        said = [
            _tried(loading, partial(understand, reply=reply))  # type: ignore[call-arg]  # both call it so
            for loading, reply in zip(ours, call(ours) if ours else (), strict=True)
        ]
        if said:
            said = [*said[:-1], self._noted(said[-1])]
        return [*said, *(Said(loading, why) for loading, why in held_up.items())]

    def _noted(self, said: Said) -> Said:
        """Learn from it how the target is. What was on its way when it was found unwell costs no try."""
        with self._lock:
            failed = isinstance(said.error, Unavailable | Unanswered) and not isinstance(said.error, NotYet)
            if self._halted is not None and failed and isinstance(said.outcome, Retry):
                return replace(said, outcome=Pause(why=said.outcome.why, due=said.outcome.at_least))
            self._note(said.error)
        return said

    def _note(self, error: Exception | None) -> None:
        match error:
            case RateLimited() | StopConnection():
                self._halted = Pause(why=f"Not tried: {error.message}", due=dt.timedelta(0))
            case NotYet():
                self._failures = 0
            case Transient() | Unanswered():
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    self._halted = Pause(why=f"Not tried, as others failed: {error.message}", due=dt.timedelta(0))
            case _:
                self._failures = 0


def _too_late(loading: Loading) -> Retry | None:
    """Why nothing may be asked or sent any more by this claim."""
    if loading.opened != loading.world.opened(loading.claim.target_connection):
        return MOVED
    if loading.elapsed > TURN:
        return ITS_TURN
    return SLEPT if loading.elapsed > STALE_CLAIM and not _still_ours(loading) else None


def _still_ours(loading: Loading) -> bool:
    return loading.world.store.transact(lambda unit: unit.claims.owns(loading.claim))


def _tried(loading: Loading, act: Callable[[Loading], Outcome | None]) -> Said:
    """What came of it, and the error that was the reason, if one was."""
    try:
        return Said(loading, act(loading))
    except StoreUnavailable:
        raise
    except ConnectorError as error:
        if isinstance(error, Unanswered):
            loading.warning = _if_there(error)
        return Said(loading, outcome_of(error, ask_after=loading.waits[0]), error)
    except Exception as error:  # noqa: BLE001 - it is logged, and decides about this record alone
        _log.exception("load.failed", extra={"record": str(loading.claim.record_id)})
        if loading.attempt is not None:
            return Said(
                loading, Retry(why=f"In doubt: the connector failed after sending ({type(error).__name__})"), error
            )
        return Said(loading, unexpected(error), error)


def _asked(loading: Loading) -> Outcome | None:
    """Ask the target; None where it has nothing of it and it is to be sent."""
    return _understood(loading, ask(loading))


def _understood(loading: Loading, reply: Found | Exception | None) -> Outcome | None:
    """What it means that this was found, or nothing, or that nobody knows."""
    if isinstance(reply, Exception):
        raise reply
    if reply is not None:
        loading.shows_older = (decided := adopt(loading, reply)) is None
        return decided
    if (later := asked_again(loading)) is not None:
        return later
    if loading.safety is Safety.TOLD and loading.claim.in_doubt:
        return for_a_person(loading, "nothing was heard of it, which in this target does not mean that it is not there")
    loading.unheard = loading.safety is Safety.TOLD and loading.was_loaded
    return None


def _sent(loading: Loading) -> Outcome:
    try:
        reply: Written | ConnectorError = loading.target.write(loading.document)
    except Refused as refusal:
        reply = refusal
    return _answered(loading, reply)


def _answered(loading: Loading, reply: Written | Exception) -> Outcome:
    """What the target's answer means. One that has the document already is asked what it has."""
    if isinstance(reply, Written):
        loading.warning = reply.warning
        warned = f"accepted with warnings: {reply.warning}" if reply.warning else ""
        return loading.loaded(warned or reply.answer or "created or updated", reply.target_id, reply.facts)
    if isinstance(reply, AlreadyThere) or (isinstance(reply, Refused) and loading.claim.in_doubt):
        return _refused(loading, reply)
    raise reply


def _refused(loading: Loading, refusal: Refused) -> Outcome:
    """What a refusal means of what the target may have: one of what is sent again says nothing about the first time.

    It is believed only where the target, asked once more, shows nothing, and does not say itself that it has it.
    """
    again = loading.claim.in_doubt
    loading.refused, loading.warning = True, _if_there(refusal)
    # Until it has been asked, it may have what it refused, where it is known to do that.
    loading.doubted = again or IF_THERE in refusal.evidence
    found = ask(loading) if loading.safety.is_asked else None
    if found is not None and (decided := adopt(loading, found)) is not None:
        return decided
    loading.doubted = again and (found is not None or isinstance(refusal, AlreadyThere) or not loading.safety.is_asked)
    if not loading.doubted:
        raise refusal
    there = f"; the target has it as {found.target_id}: {found.difference.rstrip('.')}" if found is not None else ""
    return for_a_person(
        loading, f'sent again it was refused ("{refusal}"), which says nothing about the first time{there}'
    )


def _if_there(error: ConnectorError) -> str:
    """What a person should know of the document, should the target turn out to have it."""
    return str(error.evidence.get(IF_THERE, ""))
