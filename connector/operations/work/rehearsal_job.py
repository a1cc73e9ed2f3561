"""A rehearsal of edited codes and options that takes longer than somebody waits for a page."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.operations import jobs
from connector.operations.setup import flows, options
from connector.operations.work import rehearsing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.work.rehearsing import Example

KIND = "rehearsal"
MOST_DAYS = 366


def begin(
    operator: Operator,
    flow_name: str,
    *,
    days: int,
    codes: str,
    values: Mapping[str, Any] | None,
    place: str = "",
) -> UUID:
    """Begin one over what was read in the last days; ``codes`` are CSV, ``values`` the options of a form.

    Raises ConfigurationError for every mistake in them, and where nothing is edited.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ConfigurationError(f"A rehearsal looks at the documents of the last 1 to {MOST_DAYS} days.")
    flow = flows.get(operator, flow_name)
    edited = None if values is None else options.chosen(flow, values)
    if edited == dict(flow.options):
        edited = None
    if not codes.strip() and edited is None:
        raise ConfigurationError("Nothing is edited yet: write codes that differ, or change an option.")
    what = rehearsing.prepare(
        operator,
        flow_name,
        since=dt.datetime.now(dt.UTC) - dt.timedelta(days=days),
        codes=("the codes", codes) if codes.strip() else None,
        options=None if edited is None else ("the options", json.dumps(edited)),
    )

    def work(job: jobs.Job) -> Mapping[str, Any]:
        tally = rehearsing.Tally()
        job.say(0, what.total, "by what is saved and by what is edited")
        for _ in rehearsing.rehearse(operator, what, tally):
            job.say(tally.looked_at, what.total, "by what is saved and by what is edited")
        return {
            "flow": flow_name,
            "days": days,
            "looked_at": tally.looked_at,
            "changes": {change.value: tally.changes[change] for change in rehearsing.Change},
            "fields": [[name, number] for name, number in tally.fields.most_common()],
            "loaded": tally.loaded,
            "examples": [_told(one) for one in tally.examples],
            "options": edited,
            "seen": options.version(flow),
            "codes": bool(codes.strip()),
        }

    return jobs.begin(operator, KIND, f"Rehearse edited rules of {flow_name}", work, place=place)


def _told(one: Example) -> Mapping[str, Any]:
    return {
        "record": str(one.record),
        "key": one.key,
        "change": one.change.value,
        "before": one.before,
        "after": one.after,
        "fields": [asdict(field) for field in one.fields],
    }
