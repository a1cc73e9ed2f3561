"""The journey as data: which step works on which state, and what each outcome does to a record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

from connector.domain import outcome as decided
from connector.domain.backoff import delay
from connector.domain.record import Hold, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import LinkNeed
    from connector.domain.record import Claim


class Step(StrEnum):
    """A kind of work on records; each has its own queue."""

    MAP = "map"
    LOAD = "load"
    CONFIRM = "confirm"


STEP_OF = {State.EXTRACTED: Step.MAP, State.MAPPED: Step.LOAD, State.LOADED: Step.CONFIRM}
STATE_FOR = {step: state for state, step in STEP_OF.items()}

MOST_TRIES = 12
MOST_CRASHES = 3
#: the share of its wait by which a document may be read again sooner
EARLIER = 0.1
#: the code of a letter that asks a person whether a write happened
IN_DOUBT = "in_doubt"
#: what a letter of any other code adds where a write of its document has no answer
STILL_IN_DOUBT = (
    "An earlier write of it has no answer: look in the target, too, and say what you found with `dead settle`, before "
    "you discard this."
)
#: a parked record looks again by itself this often; the crosswalk row normally releases it at once
PARK_RECHECK = dt.timedelta(hours=1)
_ENDS_AS: Mapping[type[decided.Outcome], State] = {
    decided.Skip: State.SKIPPED,
    decided.Cancel: State.CANCELLED,
    decided.GiveWay: State.SUPERSEDED,
}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a dead letter says."""

    code: str
    reason: str
    suggestion: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an outcome does to the record's row. One outcome, one change, one audit event."""

    state: State
    #: name of the audit event
    event: str
    why: str
    #: how long until the record is due again; None when the next step may start at once
    due_in: dt.timedelta | None = None
    hold: Hold | None = None
    #: what a person reads as the thing waited for
    gate: str | None = None
    #: subjects whose arrival releases the record
    waits_for: tuple[str, ...] = ()
    #: documents to read on demand
    fetch: tuple[LinkNeed, ...] = ()
    #: the document is read anew when it is due
    reread: bool = False
    counts_as_try: bool = False
    target: Mapping[str, Any] | None = None
    #: which version of the flow's mapping made ``target``, or found nothing to send
    mapping: int | None = None
    target_id: str | None = None
    #: whether it is there as it was: what the target took last is the version before
    stands: bool = False
    #: the natural key it has there
    target_key: str | None = None
    #: how it ended in the target, kept until the source has been told
    result: Mapping[str, Any] | None = None
    letter: Letter | None = None

    @property
    def ends(self) -> bool:
        """True when the record is not under way any more."""
        return self.state not in STEP_OF


def settle(
    claim: Claim,
    outcome: decided.Outcome,
    *,
    now: dt.datetime,
    chance: float,
    longest_wait: dt.timedelta,
    tells_source: bool = False,
    in_doubt: bool = False,
) -> Change:
    """Turn an outcome into the change it makes. ``chance`` in [0, 1) jitters retries; ``longest_wait`` ends waiting.

    ``in_doubt``: a write of the document has no answer, whatever this step found; a dead letter then says so.
    """
    change = _changed(claim, outcome, now=now, chance=chance, longest_wait=longest_wait, tells_source=tells_source)
    if not in_doubt or change.letter is None or change.letter.code == IN_DOUBT:
        return change
    suggestion = f"{change.letter.suggestion} {STILL_IN_DOUBT}"
    return replace(change, letter=replace(change.letter, suggestion=suggestion))


def _changed(
    claim: Claim,
    outcome: decided.Outcome,
    *,
    now: dt.datetime,
    chance: float,
    longest_wait: dt.timedelta,
    tells_source: bool,
) -> Change:
    match outcome:
        case decided.Advance():
            return Change(
                state=outcome.to,
                event=f"record.{outcome.to.value}",
                why=outcome.why,
                target=outcome.target,
                target_id=outcome.target_id,
                target_key=outcome.target_key,
                result=None if outcome.facts is None else {"facts": dict(outcome.facts)},
            )
        case decided.Retry():
            return _retry(claim, outcome, chance)
        case decided.Wait():
            return _wait(claim, outcome, now=now, chance=chance, longest=longest_wait)
        case decided.Park():
            return _park(claim, outcome, now=now, longest=longest_wait)
        case decided.Pause():
            return Change(
                state=claim.state, event="record.paused", why=outcome.why, due_in=outcome.due, hold=Hold.CONNECTION
            )
        case decided.Reject():
            if tells_source:
                refused = {"refused": outcome.reason}
                return Change(state=State.LOADED, event="record.refused", why=outcome.reason, result=refused)
            return _bury(
                "refused",
                outcome.reason,
                "Correct the document in its source or the set-up in the target, then requeue.",
            )
        case decided.Bury():
            return _bury(outcome.code, outcome.reason, outcome.suggestion)
        case decided.Stands():
            return Change(state=State.DONE, event="record.done", why=outcome.reason, stands=True)
        case decided.Skip() | decided.Cancel() | decided.GiveWay():
            state = _ENDS_AS[type(outcome)]
            return Change(state=state, event=f"record.{state.value}", why=outcome.reason)
        case _ as never:
            assert_never(never)


def _retry(claim: Claim, outcome: decided.Retry, chance: float) -> Change:
    tries = claim.tries + 1
    if outcome.counts and not outcome.for_ever and tries >= MOST_TRIES:
        return _bury(
            "retries_exhausted",
            f"Failed {tries} times, last: {outcome.why}",
            "Repair the cause, then requeue; nothing is sent twice.",
        )
    wait = delay(claim.tries, chance=chance, at_least=outcome.at_least.total_seconds())
    return Change(
        state=claim.state,
        event="record.retry",
        why=outcome.why,
        due_in=wait,
        hold=Hold.RETRY,
        counts_as_try=outcome.counts,
    )


def _wait(claim: Claim, outcome: decided.Wait, *, now: dt.datetime, chance: float, longest: dt.timedelta) -> Change:
    if _too_long(claim, now, longest):
        return _bury(
            "waited_too_long",
            f"Waited since {claim.waiting_since:%Y-%m-%d %H:%M} UTC for {outcome.gate}: {outcome.why}",
            "Make the condition true, then requeue this dead letter.",
        )
    return Change(
        state=claim.state,
        event="record.waits",
        why=outcome.why,
        # Many wait for the same thing; they do not read it all at the same moment, and none later than was said.
        due_in=outcome.due * (1 - EARLIER * chance) if outcome.reread else outcome.due,
        hold=Hold.GATE,
        gate=outcome.gate,
        waits_for=tuple(need.subject for need in outcome.needs),
        fetch=outcome.needs,
        reread=outcome.reread,
    )


def _park(claim: Claim, outcome: decided.Park, *, now: dt.datetime, longest: dt.timedelta) -> Change:
    missing = ", ".join(f"{need.table} {need.code!r}" for need in outcome.missing)
    said = outcome.why if isinstance(outcome, decided.Incomplete) else ""
    if _too_long(claim, now, longest):
        since = f"{claim.waiting_since:%Y-%m-%d %H:%M} UTC"
        return _bury(
            "unmapped_code",
            f"Waited since {since}: {said}" if said else f"No crosswalk row for {missing} since {since}.",
            f"{'Correct' if said else 'Add'} the rows with `crosswalk set`, then requeue this dead letter.",
        )
    flows = " or ".join(sorted({link.flow for link in outcome.links}))
    otherwise = f", or have {flows} read what has that code," if flows else ""
    absent = f"No crosswalk row for {missing}; add it with `crosswalk set`{otherwise} and the record goes on by itself."
    return Change(
        state=claim.state,
        event="record.parked",
        why=said or absent,
        due_in=PARK_RECHECK,
        hold=Hold.PARK,
        gate=f"crosswalk {missing}",
        waits_for=(*(code.subject for code in outcome.missing), *(link.subject for link in outcome.links)),
    )


def _too_long(claim: Claim, now: dt.datetime, longest: dt.timedelta) -> bool:
    return claim.waiting_since is not None and now - claim.waiting_since > longest


def _bury(code: str, reason: str, suggestion: str) -> Change:
    return Change(
        state=State.DEAD,
        event="record.dead",
        why=reason,
        letter=Letter(code=code, reason=reason, suggestion=suggestion),
    )
