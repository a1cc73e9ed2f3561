"""One document as a person looks at it: how it stands, its way so far, all that happened, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.journey import IN_DOUBT, STILL_IN_DOUBT
from connector.domain.record import ENDED, LISTED_AFTER_DISCARD, UNDER_WAY, AttemptAnswer, Hold, State
from connector.operations.work import event_details, records, whereabouts
from connector.operations.work.documents import ends
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.work.records import Shown
    from connector.operations.work.whereabouts import Whereabouts
    from connector.store.operator.audit import AuditEvent
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.records import Record

#: what is shown of its history, the newest of it
HAPPENED: Final = 100
#: a person sent it again: its way begins anew
_ANEW: Final = frozenset({"operator.replayed", "operator.requeued", "operator.settled", "operator.reapplied"})
_TAKEN: Final = frozenset({AttemptAnswer.ACCEPTED.value, AttemptAnswer.ADOPTED.value})
#: attempts tell of it
_TOLD_BY_ATTEMPTS: Final = frozenset({"attempt.sent"})
#: what an event says that is on the page already, or of use to nobody who reads it
_UNTOLD: Final = frozenset({"key", "run", "flow", "to", "from", "target_id", "hold", "gate", "due_in_seconds"})
#: of several that happened at once
_AFTERWARDS: Final = frozenset({"record.done", "record.loaded", "record.dead", "record.rejected"})
#: what became of a try, behind the system's name
_ANSWERS: Final = {
    AttemptAnswer.ACCEPTED: "took it",
    AttemptAnswer.ADOPTED: "had it already",
    AttemptAnswer.REFUSED: "refused it",
    AttemptAnswer.NOT_SENT: "was not reached",
    AttemptAnswer.UNKNOWN: "gave no answer",
    AttemptAnswer.NOT_THERE: "has nothing of it",
}
_WORDS: Final = {
    "record.extracted": "read",
    "record.waits": "began to wait",
    "record.parked": "began to wait for a code",
    "record.retry": "to be tried again",
    "record.dead": "became a dead letter",
    "record.done": "came to its end",
    "record.skipped": "left out",
    "record.cancelled": "taken back",
    "record.superseded": "replaced by a newer version",
    "operator.replayed": "sent on its way again",
    "operator.requeued": "requeued",
    "operator.discarded": "dead letter discarded",
    "operator.reopened": "dead letter opened again",
    "operator.settled": "doubt settled",
    "operator.corrected": "corrected",
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step of its way: when it was done, or how it stands there."""

    called: str
    at: dt.datetime | None
    #: done, here, stuck, or ahead
    how: str


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened."""

    at: dt.datetime
    what: str
    #: who did it: a person's name, or the part of the product
    by: str
    detail: str
    #: whether it went to the other system, or came from there
    outside: bool = False
    #: its place among those of the same moment
    after: int = 0


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person may do with it."""

    replay: bool
    requeue: bool
    discard: bool
    #: a write of it has no answer, and only a person can say what became of it
    settle: bool
    correct: bool


@dataclass(frozen=True, kw_only=True)
class Looked:
    """All of it."""

    shown: Shown
    #: the newest; None where it never was one
    letter: DeadLetter | None
    at: Whereabouts
    stages: Sequence[Stage]
    #: the newest first
    happened: Sequence[Happening]
    #: how much more there was
    earlier: int
    may: Choices
    #: what people call the flow and the systems
    flow_title: str
    source_title: str
    target_title: str

    @property
    def search(self) -> str:
        """Where to look whether the target has it, in words; of a command only the page says it otherwise."""
        return self.letter.suggestion.partition(" Then say what you found")[0] if self.letter else ""

    @property
    def record(self) -> Record:
        """The version that is looked at."""
        return self.shown.record


def look(operator: Operator, record_id: UUID) -> Looked:
    """Everything about a version but its content; raises UnknownName where there is none."""
    shown = records.get(operator, record_id)
    with operator.transaction() as tx:
        letters = ledger.dead_letters.of_records(tx, [record_id])
    record, letter = shown.record, letters[0] if letters else None
    source, target = ends(record.flow)
    title, confirms = _flow(record.flow)
    may = _choices(record, letter)
    happened = sorted(_happened(shown, target), key=lambda one: (one.at, one.after), reverse=True)
    return Looked(
        shown=shown,
        letter=letter,
        at=whereabouts.of(record, letter, source=source, target=target),
        stages=_stages(shown, source, target, confirms=confirms, doubted=may.settle),
        happened=happened[:HAPPENED],
        earlier=max(len(happened) - HAPPENED, 0),
        may=may,
        flow_title=title,
        source_title=source,
        target_title=target,
    )


def _flow(full_name: str) -> tuple[str, bool]:
    try:
        known = registry.flow(full_name.rpartition("/")[2])
    except ConnectorError:
        return full_name, False
    return known.title, known.confirms


def _choices(record: Record, letter: DeadLetter | None) -> Choices:
    newest = record.version == record.newest_version
    opened = letter is not None and letter.resolved_at is None
    code = letter.code if letter is not None else ""
    doubted = opened and letter is not None and (code == IN_DOUBT or STILL_IN_DOUBT in letter.suggestion)
    waits = record.state == State.EXTRACTED and (
        record.hold == Hold.PARK or (record.hold == Hold.GATE and bool(record.waits_for))
    )
    return Choices(
        replay=newest and record.state in ENDED and record.state != State.SUPERSEDED and not opened,
        requeue=opened and newest and code != IN_DOUBT,
        discard=opened,
        settle=doubted,
        correct=newest and (waits or (opened and not doubted and code != LISTED_AFTER_DISCARD)),
    )


def _stages(shown: Shown, source: str, target: str, *, confirms: bool, doubted: bool) -> list[Stage]:
    record = shown.record
    since = max((event.at for event in shown.events if event.name in _ANEW), default=record.created_at)
    named = {event.name: event.at for event in shown.events if event.at >= since}
    taken = [one.answered_at for one in shown.attempts if one.answer in _TAKEN and one.answered_at]
    sent = max((at for at in taken if at >= since), default=None)
    over = record.finished_at if record.state in (State.DONE, State.REJECTED) else None
    moments = [
        (f"Read from {source}", record.created_at),
        ("Mapped", named.get("record.mapped") or sent or over),
        (f"Sent to {target}", sent or named.get("record.loaded") or over),
    ]
    if confirms:
        moments.append((f"{source} told", over))
    unsent = f"No answer from {target}" if doubted else ""
    return _placed(moments, record, unsent)


def _placed(moments: list[tuple[str, dt.datetime | None]], record: Record, doubt: str) -> list[Stage]:
    """Each done or ahead, and the first that is not done is where it is, stuck, or where its way ended."""
    found, here = [], True
    for called, at in moments:
        if at is not None:
            found.append(Stage(called=called, at=at, how="done"))
        elif here and record.state not in UNDER_WAY:
            ended = {State.DEAD: "stuck"}.get(State(record.state), "left")
            words = {"stuck": doubt or f"Not {called[0].lower()}{called[1:]}", "left": _left(record)}[ended]
            return [*found, Stage(called=words, at=record.finished_at, how=ended)]
        else:
            found.append(Stage(called=called, at=None, how="here" if here else "ahead"))
            here = False
    return found


def _left(record: Record) -> str:
    return {State.SUPERSEDED: "Replaced", State.CANCELLED: "Taken back"}.get(State(record.state), "Left out")


def _happened(shown: Shown, target: str) -> list[Happening]:
    found = [_of_event(event, target) for event in shown.events if event.name not in _TOLD_BY_ATTEMPTS]
    for one in shown.attempts:
        sent = f"try {one.number}, as {one.key}"
        found.append(Happening(at=one.sent_at, what=f"sent to {target}", by="", detail=sent, outside=True, after=1))
        if one.answered_at is not None and one.answer is not None:
            answer = " · ".join(filter(None, (one.target_id and f"as {one.target_id}", one.warning)))
            what = f"{target} {_ANSWERS[AttemptAnswer(one.answer)]}"
            found.append(Happening(at=one.answered_at, what=what, by="", detail=answer, outside=True, after=2))
    return found


def _of_event(event: AuditEvent, target: str) -> Happening:
    words = {"record.mapped": "mapped", "record.loaded": f"{target} has it", **_WORDS}
    what = words.get(event.name) or event.name.partition(".")[2].replace("_", " ")
    kind, _, name = event.actor.partition(":")
    return Happening(
        at=event.at,
        what=what,
        by=name if kind == "operator" else kind,
        detail=event_details.told(
            event.name, {name: value for name, value in event.detail.items() if name not in _UNTOLD}
        ),
        after=3 if event.name in _AFTERWARDS else 0,
    )
