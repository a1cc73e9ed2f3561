"""Poll: read a source page by page and write down what is new, before anything else is done with it.

The rows of a page and the run's position are committed together; the flow's cursor moves only with the last page, so a
failed run is read again from where the last complete one began. Where every document takes a read of its own and one of
them fails, those before it are kept: a page is got through in the end, however often its source fails. A run works in
slices: a long read gives its worker back every minute and goes on from its position; where the source asked us to slow
down, after every page.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, cast

from connector.domain import canonical
from connector.domain.errors import ConnectorError, Transient
from connector.domain.exchange import Query
from connector.domain.identity import correlation_of, new_id
from connector.domain.journey import Step
from connector.domain.record import Extracted, can_name
from connector.pipeline.connections import tell
from connector.pipeline.step import payload_identity
from connector.ports import Acknowledging

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from connector.domain.exchange import Page, Row
    from connector.domain.flow import Flow
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World
    from connector.ports import Source

_log = logging.getLogger(__name__)

SLICE_SECONDS = 60.0
MOST_TRIES = 20
RETRY_FIRST = dt.timedelta(seconds=5)
RETRY_CAP = dt.timedelta(minutes=5)
#: a change may show up only after later ones were read: its transaction took that long, or the source's clock jumped
OVERLAP = dt.timedelta(days=1)
_NEWEST_SEEN = "newest_seen"


def poll(world: World, run_id: UUID) -> str | None:
    """Execute a slice of a run; the sentence says how it ended, None when there was nothing to do."""
    with world.store.unit() as unit:
        run = unit.runs.claim(run_id, world.worker)
        held = unit.connections.pause_left(run.source_connection) if run else None
        if run and held:
            unit.runs.pause(run, held[0])
        unit.commit()
    if run is None:
        return None
    if held:
        return f"paused: {held[1]}"
    try:
        return Polling(world, run).read()
    except ConnectorError as error:
        return _failed(world, run, error)
    except Exception as error:
        _log.exception("poll.failed", extra={"run": str(run.run_id), "flow": run.flow})
        sentence = f"The connector itself failed while reading ({type(error).__name__}); look into the worker's log."
        with world.store.unit() as unit:
            unit.runs.finish(run, failed=sentence)
            unit.commit()
        return sentence


class Polling:
    """One slice of one run."""

    def __init__(self, world: World, run: RunClaim) -> None:
        self.world = world
        self.run = run
        self.flow: Flow[Any] = world.flow(run.flow)
        self.source: Source = world.source(run.source_connection)
        self.entity = self.flow.source.entity
        self.read_rows = run.read_so_far
        self.everything = True
        position = dict(run.position or {})
        seen = position.pop(_NEWEST_SEEN, None)
        self.newest: dt.datetime | None = dt.datetime.fromisoformat(seen) if seen else None
        self.start: Mapping[str, Any] | None = position or None
        self.reached: Mapping[str, Any] | None = run.position

    def read(self) -> str:
        """Read until the source, the slice or the limit ends."""
        started = self.world.clock.monotonic()
        for page in self._pages():
            self.everything = self.everything and page.everything
            rows = self._wanted(page.rows)
            last = page.next is None or self._limit_reached(len(rows))
            new = self._keep(rows, page, last=last)
            if new is None:
                return "another worker has this run"
            if last:
                break
            if self.run.slowed or self.world.clock.monotonic() - started > SLICE_SECONDS:
                return self._give_back()
        return self._finish()

    def _pages(self) -> Iterator[Page]:
        since = self.run.since
        if since is None and self.run.cursor is not None and self.run.only_key is None:
            since = self.run.cursor - OVERLAP
        return self.source.pages(Query(entity=self.entity, since=since, key=self.run.only_key, position=self.start))

    def _wanted(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Apply ``--since`` and ``--limit``: a customer's wish holds whatever the source can do."""
        since = self.run.since
        if since is not None:
            rows = tuple(row for row in rows if row.modified is None or row.modified >= since)
        return rows if self.run.limit is None else rows[: max(0, self.run.limit - self.read_rows)]

    def _limit_reached(self, more: int) -> bool:
        return self.run.limit is not None and self.read_rows + more >= self.run.limit

    def _keep(self, rows: tuple[Row, ...], page: Page, *, last: bool) -> list[UUID] | None:
        """Write the new and changed documents of a page down; None when the run is not ours any more."""
        listed = {}
        for row in rows:
            fingerprint = canonical.fingerprint({k: v for k, v in row.payload.items() if k != "modified"})
            listed[self._key(row, fingerprint)] = (row, fingerprint)
            self.newest = max(filter(None, (self.newest, row.modified)), default=None)
        with self.world.store.unit() as unit:
            prints = [(key, fingerprint) for key, (_, fingerprint) in listed.items()]
            changed = unit.records.changed(self.run.flow_id, prints) if prints else set()
        extracted: list[Extracted] = []
        try:  # what was extracted before the failure stays in the list
            extracted += (self._extract(key, *listed[key]) for key in listed if key in changed)
        except ConnectorError:
            self._keep_some(extracted)
            raise
        with self.world.store.unit() as unit:
            ids = unit.records.insert(self.run, extracted, actor=self.world.actor, told=not self._acknowledges)
            ours = unit.runs.progress(
                self.run,
                read=len(rows),
                new=len(extracted),
                cursor=self._cursor if last and self._moves_cursor else None,
                position=self._position(page),
            )
            if ours:
                unit.commit()
        if not ours:
            return None
        self.world.getting_on()
        self.read_rows += len(rows)
        self.reached = self._position(page)
        if self._acknowledges and listed:
            ids = self._acknowledge({key: row for key, (row, _) in listed.items()})
        self.world.dispatcher.step(Step.MAP, ids)
        return ids

    def _keep_some(self, extracted: list[Extracted]) -> None:
        """Write down what was got of a page that has to be read again; its rows are counted as read only then."""
        if not extracted:
            return
        with self.world.store.unit() as unit:
            ids = unit.records.insert(self.run, extracted, actor=self.world.actor, told=not self._acknowledges)
            if not unit.runs.progress(self.run, read=0, new=len(extracted), cursor=None, position=self.reached):
                return
            unit.commit()
        self.world.dispatcher.step(Step.MAP, ids)

    @property
    def _acknowledges(self) -> bool:
        return isinstance(self.source, Acknowledging)

    def _acknowledge(self, listed: Mapping[str, Row]) -> list[UUID]:
        """Tell the source that its documents are in the ledger; what it does not leave to us is cancelled."""
        source = cast("Acknowledging", self.source)
        refused = source.acknowledge(self.entity, [row.payload for row in listed.values()])
        keys = list(listed)
        reasons = {keys[place]: why for place, why in refused.items()}
        with self.world.store.unit() as unit:
            if reasons:
                unit.records.withdraw(self.run.flow_id, reasons, actor=self.world.actor)
            ids = unit.records.told(self.run.flow_id, [key for key in keys if key not in reasons])
            unit.commit()
        return ids

    @property
    def _cursor(self) -> dt.datetime | None:
        """The newest change seen, but nothing from the future: a wrong stamp must not hide what changes from now on."""
        return min(self.newest, self.run.started_at) if self.newest else None

    @property
    def _moves_cursor(self) -> bool:
        return self.run.only_key is None and self.run.limit is None and self.run.since is None

    def _position(self, page: Page) -> dict[str, Any] | None:
        if page.next is None:
            return None
        newest = {_NEWEST_SEEN: self.newest.isoformat()} if self.newest else {}
        return {**page.next, **newest}

    def _extract(self, key: str, row: Row, fingerprint: str) -> Extracted:
        record_id = new_id()
        payload = canonical.dumps(self.source.complete(self.entity, row))
        self.world.getting_on()
        return Extracted(
            record_id=record_id,
            source_key=key,
            fingerprint=fingerprint,
            payload=self.world.vault.seal(payload, payload_identity(record_id, "source")),
            correlation_id=correlation_of(self.run.flow_id, key, fingerprint),
        )

    def _key(self, row: Row, fingerprint: str) -> str:
        """The source key, or a name for a document that has none: it is kept too, and buried when it is mapped."""
        value = row.payload.get(self.flow.key_field)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        return text if can_name(text) else f"unreadable-{fingerprint[:16]}"

    def _give_back(self) -> str:
        with self.world.store.unit() as unit:
            unit.runs.pause(self.run, dt.timedelta(0))
            if self.run.slowed:
                unit.connections.succeeded(self.run.source_connection)
            unit.commit()
        self.world.dispatcher.poll([self.run.run_id])
        return f"read {self.read_rows} so far, going on"

    def _finish(self) -> str:
        warning = self._nothing_read() if self.read_rows == 0 else ""
        with self.world.store.unit() as unit:
            unit.runs.finish(self.run, warning=warning)
            unit.connections.succeeded(self.run.source_connection)
            unit.commit()
        return warning or f"read {self.read_rows}"

    def _nothing_read(self) -> str:
        """What to remark on a run without rows; the remark stays until a run reads some again."""
        if self.run.only_key is not None:
            return f"{self.run.source_connection} has no {self.entity} document {self.run.only_key!r}."
        if not (self._moves_cursor and self.everything):
            return ""
        if self.run.read_last_time == 0:
            return self.run.warning_last_time
        return (
            f"{self.run.source_connection} returned no {self.entity} at all; before that, the last run read "
            f"{self.run.read_last_time}. Check the browse and the user's permissions with `connection ping`."
        )


def _failed(world: World, run: RunClaim, error: ConnectorError) -> str:
    """A transient failure continues the run later from its position; anything else ends it with its sentence.

    The run waits longer with every try; its connection, which others use too, only as long as the source asks.
    """
    with world.store.unit() as unit:
        tell(world, unit, run.source_connection, error, worked=False)
        if isinstance(error, Transient) and run.tries + 1 < MOST_TRIES:
            wait = min(RETRY_CAP, RETRY_FIRST * 2**run.tries)
            wait = max(wait * world.clock.chance(), dt.timedelta(seconds=error.retry_after or 1))
            unit.runs.pause(run, wait, error.message)
        else:
            unit.runs.finish(run, failed=error.message)
        unit.commit()
    return error.message
