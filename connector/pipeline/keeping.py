"""Keeping: what is new on a page of a source goes into the ledger, together with the run's position.

A document is written over only in the version that was known when its page was compared: what somebody else read
meanwhile is newer. Where every document takes a read of its own, a page is cut into pieces, which extract reads; what
is read here all the same (a single document) is kept as far as it was read. What a source lists twice in one run counts
as it came first, unless its documents have ids of their own: then the second is a later one.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from connector.domain import canonical, payload
from connector.domain.errors import ConnectorError
from connector.domain.identity import correlation_of, new_id
from connector.domain.journey import Step
from connector.domain.outcome import Cancel, Retry
from connector.domain.payload import payload_identity
from connector.domain.piece import Listed
from connector.domain.record import Extracted
from connector.domain.run import Behind
from connector.pipeline import pieces
from connector.pipeline.crew import Crew
from connector.pipeline.filing import Filing
from connector.pipeline.listed_twice import ListedTwice
from connector.pipeline.trying_again import later_after
from connector.ports import Acknowledging, Completing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.exchange import Page, Row
    from connector.domain.flow import Flow
    from connector.domain.piece import Piece
    from connector.domain.record import Ended, Seen, Stored
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World
    from connector.ports import Source, UnitOfWork

#: beside the source's own position
_NEWEST_SEEN, _LISTED_TWICE = "newest_seen", "listed_twice"

#: by key: what has ended and is listed again, and its payload, sealed
Again: TypeAlias = "Mapping[str, tuple[Ended, bytes]]"


class Keeping:
    """What one slice of a run has kept so far."""

    def __init__(self, world: World, run: RunClaim, flow: Flow[Any], source: Source) -> None:
        self.world, self.run, self.flow, self.source = world, run, flow, source
        self._filing = Filing(world, run.flow_id, flow)
        self._reads_each = isinstance(source, Completing) and source.reads_each(flow.source.entity)
        #: whether what is listed is read in pieces, apart from this: each document of a whole read takes one more
        self.cuts = self._reads_each and run.only_key is None and flow.identity_field is None
        #: the version of the connection that is read through
        self.opened = world.opened(run.source_connection)
        position = dict(run.position or {})
        newest = position.pop(_NEWEST_SEEN, None)
        self._newest: dt.datetime | None = dt.datetime.fromisoformat(newest) if newest else None
        self._twice = ListedTwice(position.pop(_LISTED_TWICE, []))
        #: where the source goes on
        self.start: Mapping[str, Any] | None = position or None
        self._reached: Mapping[str, Any] | None = run.position
        self._queued: Sequence[UUID] = ()  # pieces that are to be asked for

    @property
    def listed_twice(self) -> str:
        """The warning about documents that the source listed twice, with different content; empty without any."""
        return self._twice.warning(self.run.source_connection, self.flow.source.entity)

    def keep(self, rows: Sequence[Row], page: Page, *, moves_cursor: bool) -> bool:
        """Write the new and changed documents of a page down; False when the run is not ours any more."""
        listed = self._listed(rows)
        try:
            known = self._known(listed, self._behind(page, len(rows), moves_cursor=moves_cursor))
        except NotOursError:
            return False
        if known is None:
            return True
        seen, before = known
        twice = {key for key, one in seen.items() if one.twice and self.flow.identity_field is None}
        twice |= {key for key, fingerprint in before.items() if listed[key][1] != fingerprint}
        self._twice.note(sorted(twice))
        changed = [
            Listed(key=key, row=row, fingerprint=fingerprint, version=seen[key].version)
            for key, (row, fingerprint) in listed.items()
            if key in seen and key not in twice
        ]
        cut = [one for one in changed if one.key not in before] if self.cuts else []
        extracted: list[Extracted] = []  # also what came before a failure
        try:
            extracted.extend(() if self.cuts else self._extract_all(changed))
        except ConnectorError:
            self._keep_some(extracted)
            raise
        again = self._listed_again({key: row for key, (row, _) in listed.items() if row.owed and key not in seen})
        made = pieces.cut(self.world, self.run, cut)
        stored = self._write(extracted, again, made, self._behind(page, len(rows), moves_cursor=moves_cursor))
        if stored is None:
            return False
        self.world.getting_on()
        unread = {one.key for one in changed} if self.cuts else ()
        self.follow(stored, {key: one for key, one in listed.items() if key not in unread}, again)
        self.world.dispatcher.extract(self._queued)
        return True

    def _known(
        self, listed: Mapping[str, tuple[Row, str]], behind: Behind
    ) -> tuple[Mapping[str, Seen], Mapping[str, str]] | None:
        """What is new or has changed of these (by source key), and what this run has in pieces already.

        None when everything is as it was: the run is behind this page then. Raises NotOursError.
        """
        prints = [(key, fingerprint) for key, (_, fingerprint) in listed.items()]

        def look(unit: UnitOfWork) -> tuple[Mapping[str, Seen], Mapping[str, str]] | None:
            before = unit.pieces.listed(self.run.run_id, list(listed)) if self.cuts else {}
            seen = unit.extraction.seen(self.run, prints)
            if seen or before or self._acknowledges:
                return seen, before
            unit.connections.stay(self.run.source_connection, self.opened)
            self._go_on(unit, behind)
            return None

        known = self.world.store.transact(look)
        if known is None:
            self._reached = behind.position
            self.world.getting_on()
        return known

    def _listed(self, rows: Sequence[Row]) -> dict[str, tuple[Row, str]]:
        """Source key -> row and fingerprint; of what one page lists twice, the first."""
        listed: dict[str, tuple[Row, str]] = {}
        prints = [row.fingerprint for row in rows]
        for key, row, fingerprint in zip(self._filing.keys(rows, prints), rows, prints, strict=True):
            if listed.setdefault(key, (row, fingerprint))[1] != fingerprint:
                self._twice.note([key])
            self._newest = max(filter(None, (self._newest, row.modified)), default=None)
        return listed

    def _extract_all(self, changed: Sequence[Listed]) -> Iterator[Extracted]:
        """Complete and seal them, several at a time where each takes a read of its own, and the source bears that."""
        if not changed:
            return
        with Crew[Extracted](min(len(changed), self._reads_at_once)) as crew:
            for one in changed:
                crew.start(partial(self.extract, one))
            while crew.busy:
                yield from crew.come_back()

    @property
    def _reads_at_once(self) -> int:
        return self.world.reads_at_once(self.run.source_connection) if self._reads_each else 1

    def extract(self, one: Listed) -> Extracted:
        """Read the whole document, and seal it."""
        record_id = new_id()
        payload, document = self._sealed(one.key, one.row, record_id)
        self.world.getting_on()
        key = self._filing.source_key(one.row.payload) or one.key
        return Extracted(
            record_id=record_id,
            source_key=one.key,
            identity=self._filing.identity(one.row.payload) or None,
            fingerprint=one.fingerprint,
            after_version=one.version,
            payload=payload,
            correlation_id=correlation_of(self.run.flow_id, key, one.fingerprint),
            summary=self.flow.summary_of(document, one.key),
        )

    def _listed_again(self, rows: Mapping[str, Row]) -> Again:
        """What has ended, or was discarded, and is listed unchanged: its source waits for an answer once more."""
        if not rows or not self._acknowledges:
            return {}
        ended = self.world.store.transact(lambda unit: unit.reopening.ended(self.run.flow_id, list(rows)))
        return {key: (one, self._sealed(key, rows[key], one.record_id)[0]) for key, one in ended.items()}

    def _sealed(self, key: str, row: Row, record_id: UUID) -> tuple[bytes, Mapping[str, Any]]:
        document = self._filing.payload(key, self.source.complete(self.flow.source.entity, row))
        labelled = payload.labelled(document, flow_id=self.run.flow_id, key=key)
        sealed = self.world.vault.seal(canonical.dumps(labelled), payload_identity(record_id, "source"))
        return sealed, document

    def _keep_some(self, extracted: Sequence[Extracted]) -> None:
        """Keep what was got of a page that has to be read again; its rows are counted as read only then."""
        stored = self._write(extracted, {}, (), Behind(read=0, position=self._reached)) if extracted else None
        if stored is not None:
            self.world.dispatcher.step(Step.MAP, stored.ready)

    def _write(
        self, extracted: Sequence[Extracted], again: Again, made: Sequence[Piece], behind: Behind
    ) -> Stored | None:
        """Rows and position in one transaction; None, and nothing written, when the run is not ours any more."""
        ours = [(one, sealed) for one, sealed in again.values() if not one.foreign]
        reopened = {one.record_id: sealed for one, sealed in ours if not one.discarded}
        discarded = {one.record_id: sealed for one, sealed in ours if one.discarded}
        cut = sum(len(piece.keys) for piece in made)

        def work(unit: UnitOfWork) -> Stored:
            stored = self.insert(unit, extracted)
            unit.reopening.reopen(reopened, actor=self.world.actor)
            unit.discarded.ask_again(discarded, source=self.run.source_connection, actor=self.world.actor)
            self._go_on(unit, behind, new=stored.new, cut=cut)
            unit.pieces.insert(self.run, made)
            self._queued = unit.pieces.queue(self.run.flow_id) if made else ()
            return stored

        try:
            stored = self.world.store.transact(work)
        except NotOursError:
            return None
        self.world.meter.read(self.run, extracted)
        self._reached = behind.position
        return stored

    def _go_on(self, unit: UnitOfWork, behind: Behind, *, new: int = 0, cut: int = 0) -> None:
        position, cursor = behind.position, behind.cursor
        if not unit.runs.progress(self.run, read=behind.read, new=new, cut=cut, cursor=cursor, position=position):
            raise NotOursError

    def insert(self, unit: UnitOfWork, extracted: Sequence[Extracted]) -> Stored:
        """Write documents down, unless somebody has changed the connection they were read through."""
        unit.connections.stay(self.run.source_connection, self.opened)
        return unit.extraction.insert(self.run, extracted, actor=self.world.actor, acknowledged=not self._acknowledges)

    @property
    def _acknowledges(self) -> bool:
        return isinstance(self.source, Acknowledging)

    def follow(self, stored: Stored, listed: Mapping[str, tuple[Row, str]], again: Again) -> None:
        """Tell the source what we have, if it wants to know, and ask for what may be mapped.

        Not what a person has discarded: nobody is to work on it before they say so.
        """
        ready: Sequence[UUID] = stored.ready
        if self._acknowledges:
            discarded = {key for key, (one, _) in again.items() if one.discarded}
            held = self._filing.held({key: one for key, one in listed.items() if key not in discarded})
            ready = self._acknowledge(held, again) if held else ()
        self.world.dispatcher.step(Step.MAP, ready)

    def _acknowledge(self, listed: Mapping[str, Row], again: Again) -> Sequence[UUID]:
        """Tell the source that its documents are in the ledger; what it does not leave to us is cancelled.

        What it cannot say of yet stays untold, alone: map asks again.
        """
        source = cast("Acknowledging", self.source)
        try:
            said = source.acknowledge(self.flow.source.entity, [row.payload for row in listed.values()])
        except ConnectorError as error:
            self._ask_each(list(listed), error)
            raise
        keys = [key for place, key in enumerate(listed) if not isinstance(said.get(place), Retry)]
        reasons = {key: why.reason for place, key in enumerate(listed) if isinstance(why := said.get(place), Cancel)}

        ours = {
            one.record_id: sealed
            for key, (one, sealed) in again.items()
            if one.foreign and key in keys and key not in reasons
        }

        def work(unit: UnitOfWork) -> Sequence[UUID]:
            unit.reopening.reopen(ours, actor=self.world.actor)  # somebody else's until now
            return unit.extraction.acknowledged(self.run.flow_id, keys, reasons, actor=self.world.actor)

        return self.world.store.transact(work)

    def _ask_each(self, keys: Sequence[str], error: ConnectorError) -> None:
        """The source may have heard of them or not: map tells it of each, as soon as what failed is tried again."""
        later = later_after(self.world, error, tries=0)
        if later is not None:
            self.world.store.transact(lambda unit: unit.extraction.untold(self.run.flow_id, keys, later.wait))

    @property
    def cursor(self) -> dt.datetime | None:
        """The newest change seen, but nothing from the future: a wrong stamp must not hide what changes from now on."""
        return min(self._newest, self.run.started_at) if self._newest else None

    def _behind(self, page: Page, rows: int, *, moves_cursor: bool) -> Behind:
        """With pieces the cursor moves at the run's end."""
        cursor = self.cursor if moves_cursor and not self.cuts else None
        return Behind(read=rows, position=self._position(page), cursor=cursor)

    def _position(self, page: Page) -> dict[str, Any] | None:
        if page.next is None:
            return None
        ours: dict[str, Any] = {_NEWEST_SEEN: self._newest.isoformat()} if self._newest else {}
        if self._twice.keys:
            ours[_LISTED_TWICE] = self._twice.keys
        return {**page.next, **ours}


class NotOursError(Exception):
    """Another worker has this run, or this piece of it: nothing of this transaction counts."""
