"""Load: bring a mapped document into its target.

A write that may have happened is never sent again blindly. The attempt is committed before the request leaves; when
its answer is missing, the next try first asks the target by natural key and adopts what it finds. Only a target that
answers "not there" is sent the document again.
"""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from connector.domain.errors import AlreadyThere, ConnectorError, NotYet, StoreUnavailable, Unanswered
from connector.domain.exchange import Safety, Written
from connector.domain.journey import Step
from connector.domain.outcome import Advance, Bury, Outcome, Pause, Retry
from connector.domain.record import AttemptAnswer
from connector.pipeline import together
from connector.pipeline.asking import ANSWER_THE_DOUBT, adopt, answer_of, ask, asked_again
from connector.pipeline.connections import record_connection_result
from connector.pipeline.deciding import outcome_of, unexpected
from connector.pipeline.loading import Loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from connector.domain.journey import Change
    from connector.domain.record import OpenedAttempt
    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

_log = logging.getLogger(__name__)

#: a worker that was asleep longer than this between its claim and its request may have been given up for dead
STALE_CLAIM = dt.timedelta(seconds=15)
SLEPT = Retry(why="This worker was stopped for too long between claim and request", counts=False)
MOVED = Retry(why="The target's connection was changed between claim and request", counts=False)


def load_record(world: World, record_id: UUID) -> Change | None:
    """Run the load step; None when there was nothing to do. What its target takes together goes with it."""
    begun = _start(world, record_id)
    if begun is None:
        return None
    loading, early = begun
    if early is None and (others := together.others(loading)):
        return _load_together(loading, others)
    outcome, error = (early, None) if early is not None else _tried(loading, _ask_and_write)
    return _finish(loading, outcome, error)


def _load_together(first: Loading, others: Iterable[UUID]) -> Change | None:
    """Send several documents in one request; each is claimed, written down and settled as if it were alone."""
    world, loadings = first.world, [first]
    for record_id in others:
        world.getting_on()
        begun = _start(world, record_id)
        if begun is None:
            continue
        loading, early = begun
        if early is None and not loading.asks_first:
            loadings.append(loading)
            continue
        _finish(loading, *((early, None) if early is not None else _tried(loading, _ask_and_write)))
    newest = loadings[-1].target  # the connection may have been changed between two of them
    alike = [loading for loading in loadings if loading.target is newest]
    ours = [loading for loading in alike if loading.elapsed <= STALE_CLAIM or _still_ours(loading)]
    answers = dict(zip(ours, together.write(ours), strict=True))
    change: Change | None = None
    heard: list[Exception] = []
    for loading in reversed(loadings):  # the first one last: as long as it is held, the others are not given up
        world.getting_on()
        reply = answers.get(loading)
        unsent = SLEPT if loading.target is newest else MOVED
        outcome, error = (unsent, None) if reply is None else _tried(loading, partial(_answered, reply=reply))
        change = _finish(loading, outcome, error, news=not any(error is one for one in heard))
        heard += [error] if error is not None else []
    return change


def _start(world: World, record_id: UUID) -> tuple[Loading, Outcome | None] | None:
    """Claim the record and write its try down; what ends the step before anything is asked or sent."""
    begun = world.store.transact(lambda unit: _begin(world, unit, record_id))
    if begun is None:
        return None
    loading, early, opened = begun
    return loading, early if opened is None else loading.is_opened(opened)


def _finish(loading: Loading, outcome: Outcome, error: Exception | None, *, news: bool = True) -> Change | None:
    """Write down how it ended; ``news`` is False for an error that came with several records and was told before."""

    def settle(unit: UnitOfWork) -> Change | None:
        if loading.attempt is not None:
            _book(unit, loading, outcome, error)
        change = loading.settle(unit, outcome)
        worked = (isinstance(outcome, Advance) or isinstance(error, NotYet)) and loading.claim.in_trouble
        if news:
            name, opened = loading.claim.target_connection, loading.opened
            record_connection_result(unit, name, error, worked=worked, opened=opened)
        return change

    return loading.follow(loading.world.store.transact(settle))


def _begin(
    world: World, unit: UnitOfWork, record_id: UUID
) -> tuple[Loading, Outcome | None, OpenedAttempt | Outcome | None] | None:
    """Claim the record; what ends the step before anything is asked; and the try, where nothing is asked first."""
    claim = unit.claims.claim(record_id, Step.LOAD, world.worker)
    if claim is None:
        return None
    loading = Loading(world, claim)
    early = _before_anything(loading, unit)
    if early is not None or loading.asks_first:
        return loading, early, None
    return loading, None, loading.open_attempt(unit)


def _before_anything(loading: Loading, unit: UnitOfWork) -> Outcome | None:
    claim = loading.claim
    if claim.paused_for is not None:
        return Pause(why=claim.paused_why, due=claim.paused_for)
    try:
        loading.prepare()
    except ConnectorError as error:
        return outcome_of(error)
    if loading.unchanged and not claim.in_doubt and (not loading.asks_first or unit.attempts.own_answer(claim)):
        return loading.loaded("nothing changed for the target since it was last loaded", claim.target_id, {})
    if claim.in_doubt and loading.safety is Safety.NONE:
        return _for_a_person(loading, "this target cannot be asked whether it happened")
    return None


def _for_a_person(loading: Loading, why: str) -> Bury:
    return Bury(
        code="in_doubt",
        reason=f"The answer to the last write was lost and {why}.",
        suggestion=f"{loading.target.where_to_look(loading.document)} {ANSWER_THE_DOUBT}",
    )


def _tried(loading: Loading, act: Callable[[Loading], Outcome]) -> tuple[Outcome, Exception | None]:
    """What came of it, and the error that was the reason, if one was."""
    try:
        return act(loading), None
    except StoreUnavailable:
        raise
    except ConnectorError as error:
        return outcome_of(error, ask_after=loading.waits[0]), error
    except Exception as error:
        _log.exception("load.failed")
        if loading.attempt is not None:
            return Retry(why=f"In doubt: the connector failed after sending ({type(error).__name__})"), error
        return unexpected(error), error


def _ask_and_write(loading: Loading) -> Outcome:
    if loading.asks_first and (decided := _ask_first(loading)) is not None:
        return decided
    if loading.elapsed > STALE_CLAIM and not _still_ours(loading):
        return SLEPT
    try:
        reply: Written | ConnectorError = loading.target.write(loading.document)
    except AlreadyThere as refusal:
        reply = refusal
    return _answered(loading, reply)


def _ask_first(loading: Loading) -> Outcome | None:
    """What the target's answer decides; None, with the try written down, when the document is to be sent."""
    found = ask(loading)
    if found is not None and (decided := adopt(loading, found)) is not None:
        return decided
    if found is None and (later := asked_again(loading)) is not None:
        return later
    told = found is None and loading.safety is Safety.TOLD
    if told and loading.claim.in_doubt:
        return _for_a_person(
            loading, "nothing was heard of it, which in this target does not mean that it is not there"
        )
    if (refused := loading.write_down()) is not None:
        return refused
    return _unheard_of(loading) if told and loading.unchanged else None


def _unheard_of(loading: Loading) -> Outcome:
    """What was loaded before does not show now: the try that is open asks whether it is there, and nothing is sent."""
    loading.unheard = True
    doubt = Unanswered(f"{loading.document.key} was loaded before, and nothing is heard of it now.")
    return outcome_of(doubt, ask_after=loading.waits[0])


def _answered(loading: Loading, reply: Written | Exception) -> Outcome:
    """What the target's answer means. One that has the document already is asked what it has."""
    if isinstance(reply, Written):
        loading.warning = reply.warning
        warned = f"accepted with warnings: {reply.warning}" if reply.warning else ""
        return loading.loaded(warned or reply.answer or "created or updated", reply.target_id, reply.facts)
    if isinstance(reply, AlreadyThere):
        loading.refused = True
        found = ask(loading)
        if found is not None and (decided := adopt(loading, found)) is not None:
            return decided
    raise reply


def _still_ours(loading: Loading) -> bool:
    return loading.world.store.transact(lambda unit: unit.claims.owns(loading.claim))


def _book(unit: UnitOfWork, loading: Loading, outcome: Outcome, error: Exception | None) -> None:
    """Write down how the try ended. Only an answer, or proof that nothing left, ends the doubt."""
    assert loading.attempt is not None  # noqa: S101 - the caller looked
    answer = AttemptAnswer.UNKNOWN if loading.unheard else answer_of(outcome, error, refused=loading.refused)
    target_id = outcome.target_id if isinstance(outcome, Advance) else None
    fingerprint = loading.fingerprint if isinstance(outcome, Advance) else None
    unit.attempts.answer(
        loading.attempt,
        answer=answer,
        target_id=target_id,
        loaded=fingerprint,
        at=loading.now,
        warning=loading.warning,
    )
