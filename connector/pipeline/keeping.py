"""Keeping: what is new on a page of a source goes into the ledger, together with the run's position.

A document is written over only in the version that was known when its page was compared: what somebody else read
meanwhile is newer. Where every document takes a read of its own and one of them fails, those before it are kept: a page
is got through in the end, however often its source fails. What a source lists twice in one run counts as it came first.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from connector.domain import canonical
from connector.domain.errors import ConnectorError
from connector.domain.identity import correlation_of, new_id
from connector.domain.journey import Step
from connector.domain.record import Extracted, can_name
from connector.pipeline.step import payload_identity
from connector.ports import Acknowledging

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from connector.domain.exchange import Page, Row
    from connector.domain.flow import Flow
    from connector.domain.record import Seen, Stored
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World
    from connector.ports import Source, UnitOfWork

#: beside the source's own position
_NEWEST_SEEN, _LISTED_TWICE = "newest_seen", "listed_twice"
#: keys that are named in a warning
_NAMED = 5


class Keeping:
    """What one slice of a run has kept so far."""

    def __init__(self, world: World, run: RunClaim, flow: Flow[Any], source: Source) -> None:
        self.world, self.run, self.flow, self.source = world, run, flow, source
        position = dict(run.position or {})
        newest = position.pop(_NEWEST_SEEN, None)
        self._newest: dt.datetime | None = dt.datetime.fromisoformat(newest) if newest else None
        self._twice: list[str] = position.pop(_LISTED_TWICE, [])
        #: where the source goes on
        self.start: Mapping[str, Any] | None = position or None
        self._reached: Mapping[str, Any] | None = run.position

    @property
    def listed_twice(self) -> str:
        """The warning about documents that the source listed twice, with different content; empty without any."""
        if not self._twice:
            return ""
        named = ", ".join(self._twice[:_NAMED]) + (" and others" if len(self._twice) > _NAMED else "")
        return (
            f"{self.run.source_connection} listed {len(self._twice)} {self.flow.source.entity} twice with different "
            f"content, and the first of each counts: {named}."
        )

    def keep(self, rows: Sequence[Row], page: Page, *, moves_cursor: bool) -> bool:
        """Write the new and changed documents of a page down; False when the run is not ours any more."""
        listed = self._listed(rows)
        seen = self.world.store.transact(
            lambda unit: unit.records.seen(self.run, [(key, fingerprint) for key, (_, fingerprint) in listed.items()])
        )
        self._note_twice(key for key, one in seen.items() if one.twice)
        changed = {key: one for key, one in seen.items() if not one.twice}
        extracted: list[Extracted] = []
        try:  # what was extracted before the failure stays in the list
            extracted += (self._extract(key, *listed[key], changed[key]) for key in listed if key in changed)
        except ConnectorError:
            self._keep_some(extracted)
            raise
        stored = self._store(extracted, read=len(rows), page=page, moves_cursor=moves_cursor)
        if stored is None:
            return False
        self.world.getting_on()
        self._follow(stored, {key: row for key, (row, _) in listed.items()})
        return True

    def _listed(self, rows: Sequence[Row]) -> dict[str, tuple[Row, str]]:
        """Source key -> row and fingerprint; of what one page lists twice, the first."""
        listed: dict[str, tuple[Row, str]] = {}
        for row in rows:
            fingerprint = canonical.fingerprint({k: v for k, v in row.payload.items() if k != "modified"})
            key = self._key(row, fingerprint)
            if listed.setdefault(key, (row, fingerprint))[1] != fingerprint:
                self._note_twice([key])
            self._newest = max(filter(None, (self._newest, row.modified)), default=None)
        return listed

    def _key(self, row: Row, fingerprint: str) -> str:
        """The source key, or a name for a document that has none: it is kept too, and buried when it is mapped."""
        value = row.payload.get(self.flow.key_field)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        return self.flow.fold(text) if can_name(text) else f"unreadable-{fingerprint[:16]}"

    def _note_twice(self, keys: Iterable[str]) -> None:
        self._twice += (key for key in keys if key not in self._twice)

    def _extract(self, key: str, row: Row, fingerprint: str, seen: Seen) -> Extracted:
        record_id = new_id()
        payload = canonical.dumps(self.source.complete(self.flow.source.entity, row))
        self.world.getting_on()
        return Extracted(
            record_id=record_id,
            source_key=key,
            fingerprint=fingerprint,
            after_version=seen.version,
            payload=self.world.vault.seal(payload, payload_identity(record_id, "source")),
            correlation_id=correlation_of(self.run.flow_id, key, fingerprint),
        )

    def _store(self, extracted: Sequence[Extracted], *, read: int, page: Page, moves_cursor: bool) -> Stored | None:
        """Rows and position in one transaction; None when the run is not ours any more."""
        position = self._position(page)

        def work(unit: UnitOfWork) -> Stored:
            stored = unit.records.insert(self.run, extracted, actor=self.world.actor, told=not self._acknowledges)
            cursor = self._cursor if moves_cursor else None
            if not unit.runs.progress(self.run, read=read, new=stored.new, cursor=cursor, position=position):
                raise _NotOurs
            return stored

        try:
            stored = self.world.store.transact(work)
        except _NotOurs:
            return None
        self._reached = position
        return stored

    def _keep_some(self, extracted: Sequence[Extracted]) -> None:
        """Write down what was got of a page that has to be read again; its rows are counted as read only then."""

        def work(unit: UnitOfWork) -> Stored:
            stored = unit.records.insert(self.run, extracted, actor=self.world.actor, told=not self._acknowledges)
            if not unit.runs.progress(self.run, read=0, new=stored.new, cursor=None, position=self._reached):
                raise _NotOurs
            return stored

        if extracted:
            with suppress(_NotOurs):
                self.world.dispatcher.step(Step.MAP, self.world.store.transact(work).ready)

    @property
    def _acknowledges(self) -> bool:
        return isinstance(self.source, Acknowledging)

    def _follow(self, stored: Stored, listed: Mapping[str, Row]) -> None:
        """Tell the source what we have, if it wants to know, and ask for what may be mapped."""
        ready = self._acknowledge(listed) if self._acknowledges and listed else stored.ready
        self.world.dispatcher.step(Step.MAP, ready)

    def _acknowledge(self, listed: Mapping[str, Row]) -> Sequence[UUID]:
        """Tell the source that its documents are in the ledger; what it does not leave to us is cancelled."""
        source = cast("Acknowledging", self.source)
        refused = source.acknowledge(self.flow.source.entity, [row.payload for row in listed.values()])
        keys = list(listed)
        reasons = {keys[place]: why for place, why in refused.items()}

        return self.world.store.transact(
            lambda unit: unit.records.acknowledged(self.run.flow_id, keys, reasons, actor=self.world.actor)
        )

    @property
    def _cursor(self) -> dt.datetime | None:
        """The newest change seen, but nothing from the future: a wrong stamp must not hide what changes from now on."""
        return min(self._newest, self.run.started_at) if self._newest else None

    def _position(self, page: Page) -> dict[str, Any] | None:
        if page.next is None:
            return None
        ours: dict[str, Any] = {_NEWEST_SEEN: self._newest.isoformat()} if self._newest else {}
        if self._twice:
            ours[_LISTED_TWICE] = self._twice
        return {**page.next, **ours}


class _NotOurs(Exception):
    """Another worker has this run: nothing of this transaction counts."""
