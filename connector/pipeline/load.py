"""Load: bring mapped documents into their target.

A write that may have happened is never sent again blindly. The attempt is committed before the request leaves; when
its answer is missing, the next try first asks the target by natural key and adopts what it finds. Only a target that
answers "not there" is sent the document again.

Records that are loaded together are each claimed, asked about, written down, sent and settled as if they were alone;
only the ledger is told of several at once, and their requests are on their way at the same time.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError, NotYet
from connector.domain.exchange import Safety
from connector.domain.journey import Step
from connector.domain.outcome import Advance, Outcome, Pause
from connector.domain.record import AttemptAnswer
from connector.domain.together import Answered
from connector.pipeline import together
from connector.pipeline.asking import answer_of, for_a_person, unheard_of
from connector.pipeline.connections import Call, record_connection_results
from connector.pipeline.crew import Crew
from connector.pipeline.deciding import outcome_of
from connector.pipeline.loading import Loading, open_attempts
from connector.pipeline.sending import MOVED, Said, Sending, ahead
from connector.pipeline.step import end_together, write_down
from connector.pipeline.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.journey import Change
    from connector.domain.record import OpenedAttempt
    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

#: targets to which what they had before can be sent once more: one that refused a change may have taken part of it
_TAKES_AGAIN = (Safety.NATIVE_KEY, Safety.UNASKED)
#: records that a step takes besides those it was given, at a time, and for how long it goes on doing so
MOST_MORE = 50
GOES_ON = dt.timedelta(seconds=10)


def load_records(world: World, record_ids: Sequence[UUID]) -> Tally:
    """Run the load step on those of the records that are due for it; what their target takes with them goes, too."""
    loadings, early = _start(world, record_ids)
    others = together.others([loading for loading in loadings if loading not in early])
    if others:
        more, early_too = _start(world, others)
        loadings, early = [*loadings, *more], early | early_too
    early |= dict.fromkeys(_moved([loading for loading in loadings if loading not in early]), MOVED)
    tally, given, troubled = Tally(), frozenset(record_ids), set[str]()

    def ended(said: Sequence[Said]) -> None:
        changes = _end(world, said, troubled)
        tally.add(changes.values())
        world.done_with(changes.keys() - given)

    ended([Said(*one) for one in early.items()])
    under_way = [loading for loading in loadings if loading not in early]
    if not under_way:
        return tally
    most = world.writes_at_once(under_way[0].claim.target_connection)
    goes_on = len(record_ids) > 1 < most
    with Crew["Sequence[Said]"](most if goes_on else min(len(under_way), most)) as crew:
        sending = Sending(crew, most)
        to_send = sending.set_out(under_way)
        while crew.busy or to_send:
            said = sending.heard(crew.come_back()) if crew.busy else []
            to_send += [one.loading for one in said if one.outcome is None]
            unsent = _send_next(world, sending, to_send)
            ended([*(one for one in said if one.outcome is not None), *(Said(*one) for one in unsent.items())])
            world.getting_on()
            if goes_on and crew.runs_short and not to_send:
                more, early = _take_more(world, under_way[0], sending)
                goes_on = bool(more)
                ended([Said(*one) for one in early.items()])
                to_send += sending.set_out([loading for loading in more if loading not in early])
    return tally


def _send_next(world: World, sending: Sending, to_send: list[Loading]) -> dict[Loading, Outcome]:
    """Write down the tries of those that may leave now, and send them; those whose step ends here, and how."""
    going = sending.next_of(to_send)
    unsent = {loading: why for loading in going if (why := sending.held_up(loading)) is not None}
    opened = [loading for loading in going if loading not in unsent]
    unsent |= {loading: unheard_of(loading) for loading in opened if loading.unheard} | _open(world, opened)
    sending.send([loading for loading in opened if loading not in unsent])
    return unsent


def _take_more(world: World, first: Loading, sending: Sending) -> tuple[list[Loading], dict[Loading, Outcome]]:
    """What waits on the queue behind these, so that as many requests as may be are on their way all the time.

    Not when somebody else's message waits, nor for long, nor from a target that is not well.
    """
    if world.takes_more is None or sending.halted or first.elapsed > GOES_ON or first.claim.in_trouble:
        return [], {}

    def begin(unit: UnitOfWork) -> tuple[list[Loading], dict[Loading, Outcome], dict[Loading, OpenedAttempt | Outcome]]:
        more = unit.claims.beside(first.claim, MOST_MORE, queued=True)
        return _begin(world, unit, more, room=sending.room) if len(more) > 1 else ([], {}, {})

    begun, early, opened = world.store.transact(begin)
    if begun:
        world.takes_more([loading.claim.record_id for loading in begun])
    early |= _opened(opened)
    return begun, early | dict.fromkeys(_moved([loading for loading in begun if loading not in early]), MOVED)


def _start(world: World, record_ids: Sequence[UUID]) -> tuple[list[Loading], dict[Loading, Outcome]]:
    """Claim the records, and write down the first tries where nothing is asked; with what ends steps before that."""
    begun, early, opened = world.store.transact(lambda unit: _begin(world, unit, record_ids))
    return begun, early | _opened(opened)


def _begin(
    world: World, unit: UnitOfWork, record_ids: Sequence[UUID], *, room: int | None = None
) -> tuple[list[Loading], dict[Loading, Outcome], dict[Loading, OpenedAttempt | Outcome]]:
    loadings = [Loading(world, claim) for claim in unit.claims.claim(record_ids, Step.LOAD, world.worker)]
    early = {loading: outcome for loading in loadings if (outcome := _before_anything(loading, unit)) is not None}
    ready = [one for one in loadings if one not in early and not one.asks_first and not one.unheard]
    if ready and room is None:  # nothing is on its way yet
        room = ahead(world.writes_at_once(ready[0].claim.target_connection))
    return loadings, early, open_attempts(unit, together.first(ready, room or 0))


def _moved(loadings: Sequence[Loading]) -> list[Loading]:
    """Those whose connection was changed while the others were claimed: they would go where it led before."""
    newest = {loading.claim.target_connection: loading.target for loading in loadings}
    return [loading for loading in loadings if loading.target is not newest[loading.claim.target_connection]]


def _open(world: World, loadings: Sequence[Loading]) -> dict[Loading, Outcome]:
    """Write down the tries of those that the target was asked about; those that must not be made, and why."""
    return _opened(world.store.transact(lambda unit: open_attempts(unit, loadings))) if loadings else {}


def _opened(opened: dict[Loading, OpenedAttempt | Outcome]) -> dict[Loading, Outcome]:
    """Go on with tries that are committed by now."""
    return {loading: why for loading, one in opened.items() if (why := loading.is_opened(one)) is not None}


def _end(world: World, said: Sequence[Said], troubled: set[str]) -> dict[UUID, Change]:
    changes = end_together(world, said, partial(_write, world, troubled), of=attrgetter("loading"))
    for loading in (one.loading for one in said):
        if loading.answer is not None and loading.claim.record_id in changes:
            world.meter.attempted(loading.claim.flow, loading.answer)
    return changes


def _write(world: World, troubled: set[str], unit: UnitOfWork, said: Sequence[Said]) -> dict[UUID, Change]:
    """Write down how they ended. Only an answer, or proof that nothing left, ends the doubt about a try."""
    ended = [(one.loading, one.outcome) for one in said if one.outcome is not None]
    answered = [_answered(one) for one in said if one.loading.attempt is not None]
    if answered:
        unit.attempts.answer(answered)
    changes = write_down(world, unit, ended)
    record_connection_results(unit, map(_call, said), troubled)
    return changes


def _answered(one: Said) -> Answered:
    loading, outcome = one.loading, one.outcome
    assert loading.attempt is not None  # noqa: S101 - the caller looked
    assert outcome is not None  # noqa: S101 - likewise
    there = outcome if isinstance(outcome, Advance) else None
    # However it ended when it was sent again, what was sent before may have arrived where nobody can be asked.
    unasked = loading.claim.in_doubt and not loading.safety.is_asked
    unknown = loading.unheard or ((loading.doubted or unasked) and there is None)
    loading.answer = AttemptAnswer.UNKNOWN if unknown else answer_of(outcome, one.error, refused=loading.refused)
    return Answered(
        attempt_id=loading.attempt,
        answer=loading.answer,
        at=loading.now,
        target_id=there.target_id if there else None,
        loaded=loading.fingerprint if there else None,
        unsure=there is None and loading.answer is AttemptAnswer.REFUSED and loading.safety in _TAKES_AGAIN,
        warning=loading.warning,
        first_read=loading.claim.first_read,
    )


def _call(one: Said) -> Call:
    claim = one.loading.claim
    return Call(
        connection=claim.target_connection,
        error=one.error,
        worked=isinstance(one.outcome, Advance) or isinstance(one.error, NotYet),
        news=claim.in_trouble,
        opened=one.loading.opened,
    )


def _before_anything(loading: Loading, unit: UnitOfWork) -> Outcome | None:
    """What ends the step before anything is asked or sent."""
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
        return for_a_person(loading, "this target cannot be asked whether it happened")
    resent = claim.in_doubt and loading.safety is Safety.RESENT
    if resent and not unit.attempts.is_the_doubtful(claim, loading.fingerprint):
        return for_a_person(loading, "the document has changed since, so that it would be another message")
    return None
