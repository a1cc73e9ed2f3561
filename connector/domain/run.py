"""A run: one execution of a flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID


#: the ``only_key`` of a run that reads again what is due for that; no document has this key
DUE_AGAIN = ""


@dataclass(frozen=True, kw_only=True)
class RunClaim:
    """A run as the worker that claimed it sees it."""

    run_id: UUID
    flow_id: UUID
    integration_id: UUID
    flow: str
    source_connection: str
    fence: int
    claimed_at: dt.datetime
    #: database time when the run's first slice began
    started_at: dt.datetime
    #: the flow's cursor: the newest source change seen by finished pages
    cursor: dt.datetime | None
    #: read from this time instead of the cursor (``flow run --since``)
    since: dt.datetime | None
    #: read only this document; DUE_AGAIN: those that are due to be read again
    only_key: str | None
    #: stop after this many rows (``flow run --limit``)
    limit: int | None
    #: where an earlier slice of this run stopped
    position: Mapping[str, Any] | None
    #: transient failures in a row
    tries: int = 0
    #: rows read by earlier slices of this run, and by the last full run of the flow
    read_so_far: int = 0
    read_last_time: int = 0
    #: what was remarked on that run
    warning_last_time: str = ""
    #: whether the source asked us to slow down: then each page takes a slot of its own
    slowed: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Where a run is once a page is kept."""

    #: rows of the page
    read: int
    position: Mapping[str, Any] | None
    #: where the flow's cursor moves; None: nowhere
    cursor: dt.datetime | None = None
