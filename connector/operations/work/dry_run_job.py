"""A dry run that takes longer than somebody waits for a page: field by field, beside what the target was sent last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.domain.leaves import leaves
from connector.operations import jobs
from connector.operations.setup.flows import require_flow
from connector.operations.work import dry_run

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.work.dry_run import Rehearsed

KIND = "dry run"
#: documents that one page shows
MOST = 50


def begin(
    operator: Operator,
    flow_name: str,
    *,
    limit: int,
    since: dt.datetime | None = None,
    key: str | None = None,
    place: str = "",
) -> UUID:
    """Begin one, which is audited as a look at these documents; raises UnknownName and ConfigurationError."""
    if not 1 <= limit <= MOST:
        raise ConfigurationError(f"A dry run shows from 1 to {MOST} documents at a time.")
    with operator.transaction() as tx:
        row = require_flow(tx, flow_name)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        found: list[Mapping[str, Any]] = []
        job.say(0, limit, f"reading from {row.source}")
        for one in dry_run.rehearse(operator, flow_name, since=since, limit=limit, key=key, compare=True):
            found.append(_told(one))
            job.say(len(found), limit, one.key)
        return {"flow": row.full_name, "documents": found, "would": Counter(str(one["would"]) for one in found)}

    return jobs.begin(operator, KIND, f"Dry run of {row.full_name}", work, place=place)


def _told(one: Rehearsed) -> Mapping[str, Any]:
    before, after = leaves(one.sent_before or {}), leaves(one.target or {})
    return {
        "key": one.key,
        "would": one.would,
        "why": one.why,
        "target_key": one.target_key,
        "source": [[path, value] for path, value in leaves(one.source).items()],
        "target": [
            {"path": path, "before": before.get(path), "after": after.get(path), "was": path in before}
            for path in dict.fromkeys([*after, *before])
        ],
        "compared": one.sent_before is not None,
    }
