"""Reapplying a flow to its end, for somebody who waits for it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.operations.work import reapplying

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Mapping

    from connector.operations.operator import Operator
    from connector.operations.work.reapplying import Batch, Reapplied, Selection, Would
    from connector.store.audit.recomputing import Report


@dataclass(kw_only=True)
class Looked:
    """What looking at everything that was loaded came to."""

    meant: int
    left_alone: Mapping[str, int]
    counts: Counter[Would] = field(default_factory=Counter)
    #: of those that differ; where they are many, not everybody is told of all
    differing: list[Reapplied] = field(default_factory=list)


def look(operator: Operator, flow_name: str, *, since: dt.datetime | None, report: Report) -> Looked:
    """Say what would be sent; writes nothing. ``report`` is told after each batch, and may stop it there."""
    what = reapplying.select(operator, flow_name, since=since)
    return _gone_through(what, reapplying.rehearse(operator, what), report)


def reapply(operator: Operator, flow_name: str, *, since: dt.datetime | None, why: str = "", report: Report) -> Looked:
    """Send what differs; ``report`` and ``why`` as above and in ``reapplying.reapply``."""
    what = reapplying.select(operator, flow_name, since=since)
    return _gone_through(what, reapplying.reapply(operator, what, why=why), report)


def _gone_through(what: Selection, batches: Generator[Batch], report: Report) -> Looked:
    found, looked_at = Looked(meant=what.total, left_alone=what.left_alone), 0
    with closing(batches):
        for batch in batches:
            found.counts += batch.counts
            found.differing += batch.differing
            looked_at += len(batch.documents)
            report("", looked_at, what.total)
    return found
