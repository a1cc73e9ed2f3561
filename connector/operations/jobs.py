"""Jobs: what takes longer than somebody waits for a page or an answer.

A thread of the process that was asked does it, and a row in the ledger says how far it is, so that whoever looks, on
whichever process, sees the same. What a job does must be right when it is broken off anywhere and begun again, as
everything is that operators do.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, TypeAlias

from connector.domain import canonical
from connector.domain.errors import ConfigurationError, ConnectorError, StoreUnavailable
from connector.store import operator as ledger
from connector.store.operator.jobs import person

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.jobs import Job as Known

_log = logging.getLogger(__name__)

#: of one process at a time: each may keep two requests and a connection to the ledger busy
AT_ONCE = 4
#: of one person among these, so that nobody keeps all others waiting
OF_ONE = 2
#: of a kind that viewers may begin, so that those who act find a place
OF_KIND = {"file": 2}
_GLANCE_SECONDS = 1.0
_MOMENT_SECONDS = 0.1
#: a ledger that is away is told what came of it once it is back, for so many glances
_TELL_AGAIN = 120
_LISTED = 50
#: what came of these quotes documents; whoever began one is in the trail already
_QUOTING = frozenset({"dry run", "rehearsal", "api dry run", "api rehearsal"})


class Stopped(Exception):
    """Somebody asked that this job stops."""


@dataclass(frozen=True, kw_only=True)
class _Told:
    done: int = 0
    of: int | None = None
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class _Ended:
    outcome: str
    error: str = ""
    refused: bool = False
    #: JSON, sealed
    result: bytes | None = None


class _Places:
    """Who has jobs under way in this process, and how many."""

    def __init__(self) -> None:
        self._lock, self._taken = Lock(), Counter[tuple[str, str]]()

    def take(self, who: str, kind: str) -> None:
        """Take a place; raises ConfigurationError where there is none for them."""
        with self._lock:
            taken = self._taken
            full = ""
            if sum(many for (whose, _), many in taken.items() if whose == who) >= OF_ONE:
                full = f"{OF_ONE} jobs that you began are under way here"
            elif taken.total() >= AT_ONCE:
                full = f"{AT_ONCE} jobs are under way here already"
            elif sum(many for (_, what), many in taken.items() if what == kind) >= OF_KIND.get(kind, AT_ONCE):
                full = f"{OF_KIND[kind]} files are being made here already"
            if full:
                raise ConfigurationError(
                    f"{full}: wait until one has ended, or stop one (they are listed under Jobs), and ask again."
                )
            taken[who, kind] += 1

    def give_back(self, who: str, kind: str) -> None:
        """Theirs has ended."""
        with self._lock:
            self._taken[who, kind] -= 1
            self._taken = +self._taken


_places = _Places()


class Job:
    """A job under way, as its work sees it."""

    def __init__(self, number: UUID) -> None:
        self.id = number
        self.told = _Told()
        self.to_stop = Event()

    def say(self, done: int, of: int | None = None, said: str = "") -> None:
        """Say that so much of so much is done, and what is being done; raises Stopped where it is to stop.

        To be called often, between two steps that are whole by themselves: it costs nothing.
        """
        self.told = _Told(done=done, of=of, said=said)
        if self.to_stop.is_set():
            raise Stopped


Work: TypeAlias = "Callable[[Job], Mapping[str, Any] | None]"


def begin(operator: Operator, kind: str, about: str, work: Work, *, place: str = "") -> UUID:
    """Begin a job, and return its id at once.

    ``kind`` says how its result is drawn, ``about`` is what it does in words, ``place`` the page to go back to. The
    result is JSON. Raises ConfigurationError where this process does as many as it may, or as many as it may of one
    person, whether they ask on a page or by a program, or of this kind.
    """
    who = person(operator.actor)
    _places.take(who, kind)
    try:
        with operator.transaction() as tx:
            number = ledger.jobs.begin(tx, kind=kind, about=about, place=place)
        ours = partial(_places.give_back, who, kind)
        Thread(target=partial(_run, operator, number, work, ours), name=f"job {number}", daemon=True).start()
    except BaseException:
        _places.give_back(who, kind)
        raise
    return number


def get(operator: Operator, job: UUID) -> Known:
    """How far one is; raises UnknownName."""
    with operator.transaction() as tx:
        return ledger.jobs.get(tx, job)


def result(operator: Operator, known: Known) -> dict[str, Any] | None:
    """What came of one, if anything did; audited as a look where it quotes documents and somebody else began it."""
    if known.result is None:
        return None
    if known.kind in _QUOTING and known.actor != operator.actor:
        with operator.transaction() as tx:
            detail = {"job": str(known.id), "what": known.about}
            ledger.audit.note(tx, f"operator:{operator.actor}", "operator.read_payload", detail)
    found: dict[str, Any] = canonical.loads(operator.application.vault.open(known.result, _identity(known.id)))
    return found


def latest(operator: Operator, *, kind: str, about: str, since: dt.datetime) -> Known | None:
    """The newest one of this kind about the same that was begun since."""
    with operator.transaction() as tx:
        return ledger.jobs.latest(tx, kind=kind, about=about, since=since)


def wait(operator: Operator, job: UUID, seconds: float) -> bool:
    """Wait for its end for so long at most; whether it has ended."""
    pause, until = Event(), time.monotonic() + seconds
    while (under_way := get(operator, job).under_way) and time.monotonic() < until:
        pause.wait(_MOMENT_SECONDS)
    return not under_way


def list_(operator: Operator) -> list[Known]:
    """The newest ones."""
    with operator.transaction() as tx:
        return ledger.jobs.list_(tx, _LISTED)


def stop(operator: Operator, job: UUID, *, others: bool) -> bool:
    """Ask that one stops, which it does between two steps; whether it was under way.

    Raises UnknownName, and ConfigurationError for one of somebody else without the right to stop what ``others`` began.
    """
    with operator.transaction() as tx:
        began = person(ledger.jobs.get(tx, job).actor)
        if not others and began != person(operator.actor):
            raise ConfigurationError(f"That job was begun by {began}: they can stop it, and so can an operator.")
        return ledger.jobs.stop(tx, job)


def _run(operator: Operator, number: UUID, work: Work, give_back: Callable[[], None]) -> None:
    job, over = Job(number), Event()
    watch = Thread(target=partial(_watch, operator, number, job, over), name=f"watch {number}", daemon=True)
    watch.start()
    try:
        came = work(job)
        sealed = None if came is None else operator.application.vault.seal(canonical.dumps(came), _identity(number))
        ended = _Ended(outcome="done", result=sealed)
    except Stopped:
        ended = _Ended(outcome="stopped")
    except ConnectorError as error:
        ended = _Ended(outcome="failed", error=error.message, refused=isinstance(error, ConfigurationError))
    except Exception:  # noqa: BLE001 - a mistake of ours is one sentence to whoever meets it
        _log.exception("job.failed", extra={"job": str(number)})
        ended = _Ended(outcome="failed", error="Something went wrong here; the log of the console says what.")
    over.set()
    watch.join()
    give_back()
    _end(operator, number, job.told, ended)


def _watch(operator: Operator, number: UUID, job: Job, over: Event) -> None:
    while not over.wait(_GLANCE_SECONDS):
        told = job.told
        try:
            with operator.transaction() as tx:
                go_on = ledger.jobs.seen(tx, number, done=told.done, of=told.of, said=told.said)
        except StoreUnavailable:  # its work meets that too
            continue
        except ConnectorError as error:
            _log.warning("job.untold", extra={"job": str(number), "error": error.in_full})
            continue
        if not go_on:
            job.to_stop.set()


def _end(operator: Operator, number: UUID, told: _Told, ended: _Ended) -> None:
    pause = Event()
    for _ in range(_TELL_AGAIN):
        try:
            with operator.transaction() as tx:
                ledger.jobs.seen(tx, number, done=told.done, of=told.of, said=told.said)
                ledger.jobs.end(
                    tx, number, ended.outcome, error=ended.error, refused=ended.refused, result=ended.result
                )
        except StoreUnavailable:
            pause.wait(_GLANCE_SECONDS)
        except ConnectorError as wrong:
            _log.warning("job.untold", extra={"job": str(number), "error": wrong.in_full})
            return
        else:
            return


def _identity(job: UUID) -> str:
    return f"jobs:{job}:result"
