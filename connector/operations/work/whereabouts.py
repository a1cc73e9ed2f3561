"""Where a document is, in words: how it stands, what it waits for and since when, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.record import Hold, State

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.records import Record

MOVES, WAITS, NEEDS, DONE = "moves", "waits", "needs you", "done"
TRIED, REJECTED, LEFT_OUT, REPLACED, CLOSED = "tried again", "rejected", "left out", "replaced", "closed"

_STEPS = {
    State.EXTRACTED: "it is mapped",
    State.MAPPED: "it is sent to {target}",
    State.LOADED: "{source} is told how it ended",
}
#: the word, what for, and what happens next
_HOLDS = {
    Hold.GATE: (WAITS, "{gate}", "it looks again"),
    Hold.RETRY: (TRIED, "{why}", "{step}, try {next_try}"),
    Hold.VERSION: (WAITS, "an older version, which comes to its end first", ""),
    Hold.CONNECTION: (WAITS, "{why}", "{step}"),
    Hold.SOURCE: (WAITS, "{source} to be told that we have it", "it is told"),
}
_ENDS = {
    State.DONE: DONE,
    State.REJECTED: REJECTED,
    State.SKIPPED: LEFT_OUT,
    State.CANCELLED: LEFT_OUT,
    State.SUPERSEDED: REPLACED,
}


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """How one version of a document stands."""

    #: its state in a word or two
    word: str
    #: what it waits for, what is wrong, or how it ended; may be empty
    what: str
    since: dt.datetime | None
    #: when something happens by itself, and what; None where nothing does
    next_at: dt.datetime | None = None
    next_step: str = ""
    #: what a person should do; empty where nobody is needed
    advice: str = ""


def of(record: Record, letter: DeadLetter | None, *, source: str, target: str) -> Whereabouts:
    """How a record stands; ``letter`` is its newest, the other two are what people call the systems."""
    state = State(record.state)
    if state is State.DEAD:
        return _dead(record, letter)
    if state in _ENDS:
        return Whereabouts(word=_ENDS[state], what=_ended(record, state, source, target), since=record.finished_at)
    step = _STEPS[state].format(source=source, target=target)
    if record.hold is None:
        return _held(record, MOVES, "", step)
    hold = Hold(record.hold)
    if hold is Hold.PARK:
        return _parked(record, target)
    word, what, following = _HOLDS[hold]
    what = {"{gate}": record.gate or record.why, "{why}": record.why}.get(what) or what.replace("{source}", source)
    return _held(record, word, what, following.format(step=step, next_try=record.tries + 1))


def _parked(record: Record, target: str) -> Whereabouts:
    """Without a code: there is no row, or what it says is not enough."""
    codes = (record.gate or "").removeprefix("crosswalk ") or "a code"
    absent = record.why.startswith("No crosswalk row")
    what = f"no row says what {target} calls {codes}" if absent else record.why
    advice = f"Say what {target} calls it, or correct the field. All that waits for the code goes on by itself then."
    return _held(record, NEEDS, what, "it looks again", advice=advice)


def _held(record: Record, word: str, what: str, next_step: str, *, advice: str = "") -> Whereabouts:
    since = record.waiting_since or record.updated_at
    return Whereabouts(word=word, what=what, since=since, next_at=record.due_at, next_step=next_step, advice=advice)


def _dead(record: Record, letter: DeadLetter | None) -> Whereabouts:
    if letter is None:
        return Whereabouts(word=NEEDS, what=record.why, since=record.finished_at)
    if letter.resolved_at is not None:
        return Whereabouts(word=CLOSED, what=letter.resolution or "", since=letter.resolved_at)
    return Whereabouts(word=NEEDS, what=letter.reason, since=letter.created_at, advice=letter.suggestion)


def _ended(record: Record, state: State, source: str, target: str) -> str:
    if state is State.DONE:
        return f"{target} has it as {record.target_id}" if record.target_id else record.why
    if state is State.REJECTED:
        return f"{target} refused it, and {source} was told: {record.why}"
    return record.why
