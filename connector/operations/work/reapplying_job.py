"""Reapplying a flow as a job: first what would be sent, counted, then that it is sent, with a reason."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.giving_reasons import reason
from connector.operations.work import reapplying
from connector.operations.work.reapplying import Reapplied, Would

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.work.reapplying import Selection

#: what would be sent, and sending it
LOOK, KIND = "reapply look", "reapply"
#: documents that differ, as examples
_SHOWN = 50


def look(operator: Operator, flow_name: str, *, since: dt.datetime | None, place: str = "") -> UUID:
    """Begin to count what would be sent; writes nothing. Raises UnknownName."""
    what = reapplying.select(operator, flow_name, since=since)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return _done(operator, what, job, dry=True)

    return jobs.begin(operator, LOOK, f"What reapplying {flow_name} would send", work, place=place)


def begin(operator: Operator, flow_name: str, why: str, *, since: dt.datetime | None, place: str = "") -> UUID:
    """Begin to send what differs, with a reason where there is one; raises UnknownName, ConfigurationError."""
    because = reason(why) if why else ""
    what = reapplying.select(operator, flow_name, since=since)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return _done(operator, what, job, dry=False, why=because)

    return jobs.begin(operator, KIND, f"Reapply {flow_name}", work, place=place)


def _done(operator: Operator, what: Selection, job: jobs.Job, *, dry: bool, why: str = "") -> dict[str, Any]:
    """Look at every document that is meant, send what differs unless it is a rehearsal, and say what it came to."""
    counts, examples, looked_at = Counter[Would](), list[Reapplied](), 0
    batches = reapplying.rehearse(operator, what) if dry else reapplying.reapply(operator, what, why=why)
    job.say(0, what.total, "mapping with today's rules")
    with closing(batches):
        for batch in batches:
            counts += batch.counts
            looked_at += len(batch.documents)
            examples += batch.differing[: _SHOWN - len(examples)]
            job.say(looked_at, what.total, f"{counts[Would.SEND]:,} differ" if dry else f"{counts[Would.SEND]:,} sent")
    return {
        "flow": what.row.full_name,
        "since": None if what.chosen.since is None else what.chosen.since.isoformat(),
        "meant": what.total,
        "counts": {would.value: counts[would] for would in Would},
        "left_alone": dict(what.left_alone),
        "examples": [
            {"record": str(one.record), "key": one.key, "would": one.would.value, "why": one.why} for one in examples
        ],
    }
