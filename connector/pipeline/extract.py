"""Extract: read the documents of a piece one by one, many at a time, and write them down.

While nobody else waits, the next piece of the run is read while one is written down, so that as many requests as may
be are on their way all the time. What cannot be read, whoever tries, makes the run fail once everything else of it is
stored. The last piece of a run ends it, and moves the flow's cursor.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.observability import working_for
from connector.pipeline import pieces
from connector.pipeline.connections import record_connection_result
from connector.pipeline.crew import Crew
from connector.pipeline.extracting import Done, Extracting, Tried
from connector.pipeline.keeping import NotOursError
from connector.pipeline.trying_again import later_after, sentence_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from uuid import UUID

    from connector.domain.piece import PieceClaim
    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

_log = logging.getLogger(__name__)
_Found = TypeVar("_Found")

#: for so long a task goes on with further pieces
GOES_ON_SECONDS = 10.0


def extract(world: World, piece_id: UUID) -> Done | None:
    """Read and store a piece, and others behind it; None when there is nothing to do."""
    piece, held = world.store.transact(lambda unit: _held(unit, unit.pieces.claim(piece_id, world.worker)))
    if piece is None:
        return None
    working_for(flow=piece.run.flow, connection=piece.run.source_connection, run=str(piece.run.run_id))
    return held or Reading(world).read(piece)


def _held(unit: UnitOfWork, piece: PieceClaim | None) -> tuple[PieceClaim | None, Done | None]:
    """A piece that was claimed; and how long it waits, if its source may not be asked now."""
    held = unit.connections.pause_left(piece.run.source_connection) if piece else None
    if piece is None or held is None:
        return piece, None
    unit.pieces.pause(piece, held[0], held[1], counts=False)
    return piece, Done(why=held[1], due_in=held[0])


def _put_off(world: World, piece: PieceClaim, error: Exception, *, opened: dt.datetime | None) -> Done:
    """Nothing of it could be read, for a reason that is none of its documents': it is tried again as it is."""
    later = later_after(world, error, tries=piece.tries)
    why = sentence_of(error)

    def put_off(unit: UnitOfWork) -> None:
        if later is None:
            unit.pieces.end(piece, [pieces.unreadable(piece.keys, piece.prints, why)])
        else:
            unit.pieces.pause(piece, later.wait, why, counts=later.counts)
        record_connection_result(unit, piece.run.source_connection, error, worked=False, opened=opened)

    world.store.transact(put_off)
    if later is None:
        return Done(failed=len(piece.keys), why=why)
    return Done(left=len(piece.keys), why=why, due_in=later.wait)


class Reading:
    """The pieces of one task: while one is written down, the next is being read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._began = world.clock.monotonic()
        #: what became of those that are written down
        self._done: list[Done] = []

    def read(self, piece: PieceClaim) -> Done | None:
        """Read this one, and those behind it; None when they are somebody else's by now."""
        first = self._kept_going(piece, partial(Extracting, self.world, piece))
        if first is not None and first.goes_apart:
            self._end(first, first.apart)
        elif first is not None:
            self._read(first)
        return Done.of(self._done) if self._done else None

    def _read(self, first: Extracting) -> None:
        goes_on = self.world.takes_more is not None and first.goes_with_others
        most = first.reads_at_once if goes_on else min(len(first.documents), first.reads_at_once)
        held = [first]
        try:
            with Crew[Tried](most) as crew:
                first.set_out(crew)
                while held:
                    for tried in crew.come_back():
                        tried.of.back(tried)
                    if goes_on and crew.all_begun and len(held) == 1:
                        goes_on = self._goes_on(crew, held)
                    while held and held[0].is_back:
                        self._end(held[0], held[0].write)
                        del held[0]
        except StoreUnavailable:
            raise  # the pieces come back by themselves
        except Exception as error:
            for one in held:
                self._give_up(one.piece, error, one)

    def _goes_on(self, crew: Crew[Tried], held: list[Extracting]) -> bool:
        """Have the next piece of the run read behind the one that is held; False when there is none, or time is up."""
        first, world = held[0], self.world
        if first.trouble is not None or world.clock.monotonic() > self._began + GOES_ON_SECONDS:
            return False
        piece, waits = world.store.transact(lambda unit: _held(unit, unit.pieces.claim_next(first.piece, world.worker)))
        if piece is None or waits is not None:
            return False
        following = self._kept_going(piece, partial(self._behind, piece, first))
        if following is None:
            return False
        held.append(following)
        following.set_out(crew)
        return True

    def _behind(self, piece: PieceClaim, first: Extracting) -> Extracting:
        assert self.world.takes_more is not None  # noqa: S101 - without it nobody goes on
        self.world.takes_more([piece.piece_id])
        return Extracting(self.world, piece, before=first)

    def _end(self, held: Extracting, write: Callable[[], Done]) -> None:
        done = self._kept_going(held.piece, write, held)
        if done is not None:
            self._done.append(done)

    def _kept_going(
        self, piece: PieceClaim, act: Callable[[], _Found], held: Extracting | None = None
    ) -> _Found | None:
        """Do something with a piece. What goes wrong is about this one alone, unless the ledger is away."""
        try:
            return act()
        except StoreUnavailable:
            raise  # the pieces come back by themselves
        except NotOursError:
            return None
        except Exception as error:
            self._give_up(piece, error, held)
            return None

    def _give_up(self, piece: PieceClaim, error: Exception, held: Extracting | None) -> None:
        if not isinstance(error, ConnectorError):
            _log.error("extract.failed", exc_info=error)
        opened = held.keeping.opened if held else None
        self._done.append(_put_off(self.world, piece, error, opened=opened))
