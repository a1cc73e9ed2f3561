"""Extract: read the documents of a piece one by one, many at a time, and write them down.

What was read is stored whatever becomes of the rest, which is tried again alone, when its error says. What cannot be
read, whoever tries, makes the run fail once everything else of it is stored. The last piece of a run ends it, and moves
the flow's cursor.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError, NotYet, StoreUnavailable
from connector.observability import working_for
from connector.pipeline import pieces
from connector.pipeline.connections import record_connection_result
from connector.pipeline.crew import Crew
from connector.pipeline.keeping import Keeping, NotOursError
from connector.pipeline.trying_again import later_after, sentence_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.piece import Listed, Piece, PieceClaim
    from connector.domain.record import Extracted, Stored
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


def extract(world: World, piece_id: UUID) -> Done | None:
    """Read and store a piece; None when there is nothing to do."""
    piece, held = world.store.transact(lambda unit: _claim(world, unit, piece_id))
    if piece is None:
        return None
    working_for(flow=piece.run.flow, connection=piece.run.source_connection)
    if held is not None:
        return held
    try:
        return Extracting(world, piece).extract()
    except StoreUnavailable:
        raise  # the piece comes back by itself
    except NotOursError:
        return None
    except Exception as error:
        if not isinstance(error, ConnectorError):
            _log.exception("extract.failed")
        return _put_off(world, piece, error)


def _claim(world: World, unit: UnitOfWork, piece_id: UUID) -> tuple[PieceClaim | None, Done | None]:
    """Claim a piece; and how long it waits, if its source may not be asked now."""
    piece = unit.pieces.claim(piece_id, world.worker)
    held = unit.connections.pause_left(piece.run.source_connection) if piece else None
    if piece is None or held is None:
        return piece, None
    unit.pieces.pause(piece, held[0], held[1], counts=False)
    return piece, Done(why=held[1], due_in=held[0])


def _put_off(world: World, piece: PieceClaim, error: Exception) -> Done:
    """Nothing of it could be read, for a reason that is none of its documents': it is tried again as it is."""
    later = later_after(world, error, tries=piece.tries)
    why = sentence_of(error)

    def put_off(unit: UnitOfWork) -> None:
        if later is None:
            unit.pieces.end(piece, [pieces.unreadable(piece.keys, piece.prints, why)])
        else:
            unit.pieces.pause(piece, later.wait, why, counts=later.counts)
        name = piece.run.source_connection
        record_connection_result(unit, name, error, worked=False, opened=world.opened(name))

    world.store.transact(put_off)
    if later is None:
        return Done(failed=len(piece.keys), why=why)
    return Done(left=len(piece.keys), why=why, due_in=later.wait)


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """What came of one document: read, failed, or not even begun."""

    listed: Listed
    extracted: Extracted | None = None
    error: Exception | None = None


class Extracting:
    """The work on one piece."""

    def __init__(self, world: World, piece: PieceClaim) -> None:
        self.world, self.piece = world, piece
        world.whole(piece.run)
        self.flow: Flow[Any] = world.flow(piece.run.flow)
        source: Source = world.source(piece.run.source_connection)
        self.keeping = Keeping(world, piece.run, self.flow, source)
        self._ends = world.clock.monotonic() + SLICE_SECONDS
        #: what is wrong with more than one document
        self._trouble: Exception | None = None

    def extract(self) -> Done:
        """Read, store, and leave the rest to a piece of its own. What has crashed a worker, or us, goes alone."""
        documents = pieces.look_into(self.world, self.piece)
        if self.piece.crashes and len(documents) > 1:
            return self._apart(documents)
        tried = self._read(documents)
        try:
            return self._write(tried)
        except (ConnectorError, NotOursError):
            raise
        except Exception:
            if len(documents) == 1:
                raise
            _log.exception("extract.not_written")
            return self._apart(documents)

    def _apart(self, documents: list[Listed]) -> Done:
        """Each document in a piece of its own, so that the one at fault is found."""
        alone = pieces.cut(self.world, self.piece.run, documents, alone=True)
        self._end({}, [], alone)
        return Done(left=len(alone), why="each goes alone")

    def _read(self, documents: list[Listed]) -> list[_Tried]:
        run = self.piece.run
        most = 1 if run.slowed else min(len(documents), self.world.reads_at_once(run.source_connection))
        tried: list[_Tried] = []
        with Crew[_Tried](most) as crew:
            for one in documents:
                crew.start(partial(self._try, one))
            while crew.busy:
                tried += crew.come_back()
        return tried

    def _try(self, one: Listed) -> _Tried:
        if self._trouble is not None or self.world.clock.monotonic() > self._ends:
            return _Tried(listed=one)
        try:
            return _Tried(listed=one, extracted=self.keeping.extract(one))
        except StoreUnavailable:
            raise
        except Exception as error:
            if not isinstance(error, NotYet) and later_after(self.world, error, tries=0) is not None:
                self._trouble = error
            return _Tried(listed=one, error=error)

    def _write(self, tried: list[_Tried]) -> Done:
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
            worked = bool(extracted) and self._trouble is None
            record_connection_result(unit, name, self._trouble, worked=worked, opened=self.keeping.opened)
            return stored, unit.pieces.queue(run.flow_id)

        stored, queued = self.world.store.transact(write)
        self.world.getting_on()
        kept = [listed[one.source_key] for one in extracted]
        self.keeping.follow(stored, {one.key: (one.row, one.fingerprint) for one in kept}, {})
        self.world.dispatcher.extract(queued)
