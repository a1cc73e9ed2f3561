"""The work on one piece of a run: its documents are read, many at a time, and written down together.

What was read is stored whatever becomes of the rest, which is tried again alone, when its error says.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError, NotYet, StoreUnavailable
from connector.pipeline import pieces
from connector.pipeline.connections import record_connection_result
from connector.pipeline.keeping import Keeping, NotOursError
from connector.pipeline.trying_again import later_after, sentence_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.piece import Listed, Piece, PieceClaim
    from connector.domain.record import Extracted, Stored
    from connector.pipeline.crew import Crew
    from connector.pipeline.world import World
    from connector.ports import Source, UnitOfWork

_log = logging.getLogger(__name__)

#: after this no read is begun any more: what is left is a piece of its own
SLICE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of a piece."""

    stored: int = 0
    #: documents that nobody can read
    failed: int = 0
    #: documents that are still to be read, and why they were not
    left: int = 0
    why: str = ""
    #: when they are tried again
    due_in: dt.timedelta = dt.timedelta(0)

    @classmethod
    def of(cls, several: Sequence[Done]) -> Done:
        """What became of several."""
        return cls(
            stored=sum(done.stored for done in several),
            failed=sum(done.failed for done in several),
            left=sum(done.left for done in several),
            why=next((done.why for done in several if done.why), ""),
            due_in=max(done.due_in for done in several),
        )


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of one document: read, failed, or not even begun."""

    of: Extracting
    listed: Listed
    extracted: Extracted | None = None
    error: Exception | None = None


class Extracting:
    """One piece that is held; opens its flow and its source. ``before`` it, another one is still being read."""

    def __init__(self, world: World, piece: PieceClaim, *, before: Extracting | None = None) -> None:
        self.world, self.piece, self._before = world, piece, before
        world.whole(piece.run)
        flow: Flow[Any] = world.flow(piece.run.flow)
        source: Source = world.source(piece.run.source_connection)
        self.keeping = Keeping(world, piece.run, flow, source)
        self.documents = pieces.look_into(world, piece)
        #: how many of its documents may be read at a time
        self.reads_at_once = 1 if piece.run.slowed else world.reads_at_once(piece.run.source_connection)
        self._ends = world.clock.monotonic() + SLICE_SECONDS
        self._tried: list[Tried] = []
        #: what is wrong with more than one document
        self._trouble: Exception | None = None

    @property
    def trouble(self) -> Exception | None:
        """What is wrong with more than one document, of this piece or of that before it."""
        return self._trouble or (self._before.trouble if self._before else None)

    @property
    def goes_apart(self) -> bool:
        """Whether it has crashed a worker: then each of its documents goes alone."""
        return self.piece.crashes > 0 and len(self.documents) > 1

    @property
    def goes_with_others(self) -> bool:
        """Whether others may be read with it: what may crash a worker is alone with it, and one read leaves no gap."""
        return self.piece.crashes == 0 and len(self.documents) > 1 and self.reads_at_once > 1

    def set_out(self, crew: Crew[Tried]) -> None:
        """Have all its documents read."""
        for one in self.documents:
            crew.start(partial(self._try, one))

    def back(self, tried: Tried) -> None:
        """One of them is back."""
        self._tried.append(tried)

    @property
    def is_back(self) -> bool:
        """Whether all of them are."""
        return len(self._tried) == len(self.documents)

    def write(self) -> Done:
        """Store what was read, and leave the rest to a piece of its own; raises NotOursError."""
        try:
            return self._write(self._tried)
        except (ConnectorError, NotOursError):
            raise
        except Exception:
            if len(self.documents) == 1:
                raise
            _log.exception("extract.not_written")
            return self.apart()

    def apart(self) -> Done:
        """Each document in a piece of its own, so that the one at fault is found."""
        alone = pieces.cut(self.world, self.piece.run, self.documents, alone=True)
        self._end({}, [], alone)
        return Done(left=len(alone), why="each goes alone")

    def _try(self, one: Listed) -> Tried:
        if self.trouble is not None or self.world.clock.monotonic() > self._ends:
            return Tried(of=self, listed=one)
        try:
            return Tried(of=self, listed=one, extracted=self.keeping.extract(one))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this document, and says so
            if not isinstance(error, NotYet) and later_after(self.world, error, tries=0) is not None:
                self._trouble = error
            return Tried(of=self, listed=one, error=error)

    def _write(self, tried: list[Tried]) -> Done:
        extracted = {one.listed.key: one.extracted for one in tried if one.extracted is not None}
        errors = {one.listed.key: one.error for one in tried if one.error is not None}
        tries = 0 if extracted else self.piece.tries
        laters = {key: later_after(self.world, error, tries=tries) for key, error in errors.items()}
        given_up = {key for key, later in laters.items() if later is None}
        waits = [later for later in laters.values() if later is not None]
        left = [one.listed for one in tried if one.extracted is None and one.listed.key not in given_up]
        rest = [
            pieces.unreadable([one.listed.key], [one.listed.fingerprint], sentence_of(one.error))
            for one in tried
            if one.error is not None and one.listed.key in given_up
        ]
        due_in = max((later.wait for later in waits), default=dt.timedelta(0))
        why = next((sentence_of(errors[key]) for key in laters if key not in given_up), "")
        tries += any(later.counts for later in waits)
        put_off = pieces.cut(self.world, self.piece.run, left)
        rest += (replace(piece, tries=tries, why=why, due_in=due_in) for piece in put_off)
        self._end({one.listed.key: one.listed for one in tried}, list(extracted.values()), rest)
        return Done(stored=len(extracted), failed=len(given_up), left=len(left), why=why, due_in=due_in)

    def _end(self, listed: Mapping[str, Listed], extracted: list[Extracted], rest: list[Piece]) -> None:
        """Write down what was read and what is left, and ask for what may be done next."""
        run, name = self.piece.run, self.piece.run.source_connection

        def write(unit: UnitOfWork) -> tuple[Stored, Sequence[UUID]]:
            stored = self.keeping.insert(unit, extracted)
            if not unit.pieces.end(self.piece, rest, read=len(extracted), new=stored.new):
                raise NotOursError
            worked = bool(extracted) and self.trouble is None
            record_connection_result(unit, name, self._trouble, worked=worked, opened=self.keeping.opened)
            return stored, unit.pieces.queue(run.flow_id)

        stored, queued = self.world.store.transact(write)
        self._before = None
        self.world.getting_on()
        self.world.meter.read(run, extracted)
        kept = [listed[one.source_key] for one in extracted]
        self.keeping.follow(stored, {one.key: (one.row, one.fingerprint) for one in kept}, {})
        self.world.dispatcher.extract(queued)
