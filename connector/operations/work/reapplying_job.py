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
    from collections.abc import Generator, Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.work.reapplying import Batch, Selection

#: what would be sent, and sending it
LOOK, KIND = "reapply look", "reapply"
#: documents that differ, as examples
_SHOWN = 50


def look(
    operator: Operator, flow_name: str, *, since: dt.datetime | None, place: str = "", shown: int = _SHOWN
) -> UUID:
    """Begin to count what would be sent; writes nothing. Raises UnknownName.

    So many of those that differ are ``shown``.
    """
    what = reapplying.select(operator, flow_name, since=since)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return _done(what, job, reapplying.rehearse(operator, what), "differ", shown)

    return jobs.begin(operator, LOOK, f"What reapplying {flow_name} would send", work, place=place)


def begin(
    operator: Operator, flow_name: str, why: str, *, since: dt.datetime | None, place: str = "", shown: int = _SHOWN
) -> UUID:
    """Begin to send what differs, with a reason where there is one; raises UnknownName, ConfigurationError."""
    because = reason(why) if why else ""
    what = reapplying.select(operator, flow_name, since=since)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return _done(what, job, reapplying.reapply(operator, what, why=because), "sent", shown)

    return jobs.begin(operator, KIND, f"Reapply {flow_name}", work, place=place)


def _done(what: Selection, job: jobs.Job, batches: Generator[Batch], verb: str, shown: int) -> dict[str, Any]:
    """Look at every document that is meant, and say what it came to."""
    counts, examples, looked_at = Counter[Would](), list[Reapplied](), 0
    job.say(0, what.total, "mapping with today's rules")
    with closing(batches):
        for batch in batches:
            counts += batch.counts
            looked_at += len(batch.documents)
            examples += batch.differing[: shown - len(examples)]
            job.say(looked_at, what.total, f"{counts[Would.SEND]:,} {verb}")
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
