"""``/flows/.../runs``, rereads, dry runs and rehearsals: what a flow is had to do now."""

from __future__ import annotations

import json
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connector.api.models.changes import DryRunning, Job, Queued, Rehearsing, Rereading
from connector.api.models.work import NewRun, Run, Started
from connector.api.rooms.flows import ONE
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, begun, plain
from connector.domain.role import Role
from connector.operations.setup import crosswalk_csv, flows
from connector.operations.setup.crosswalks import Code
from connector.operations.work import dry_run, rehearsing, runs

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs

_TAGS = ["flows"]


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", f"{ONE}/runs", role=Role.OPERATOR, tags=_TAGS, status_code=HTTPStatus.CREATED)
    def start_run(asks: Asks, integration: str, flow: str, asked: NewRun, response: Response) -> Started:
        """Queue a run now; the same one that still waits to be started is not queued twice."""
        started = runs.start(asks.operator, f"{integration}/{flow}", since=asked.since, limit=asked.limit)
        response.headers["Location"] = f"/api/v1/runs/{started.run.id}"
        return Started(run=Run.told(started.run), again=started.again)

    @service.changes("POST", f"{ONE}/rereads", role=Role.OPERATOR, tags=_TAGS)
    def reread_documents(asks: Asks, integration: str, flow: str, asked: Rereading) -> Queued:
        """Read single documents again, whatever became of them; what has not changed makes no record."""
        return Queued(queued=runs.reread(asks.operator, f"{integration}/{flow}", asked.keys))

    @service.changes("POST", f"{ONE}/dry-runs", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def start_dry_run(asks: Asks, integration: str, flow: str, asked: DryRunning, response: Response) -> Job:
        """Read from the source and map, write nothing, and say what a run would do.

        The job's result has `documents`, each with what was read, what it would become and why, and `would`, a count.
        """
        name = flows.get(asks.operator, f"{integration}/{flow}").full_name

        def work(job: jobs.Job) -> dict[str, Any]:
            found: list[dict[str, Any]] = []
            for one in dry_run.rehearse(asks.operator, name, since=asked.since, limit=asked.limit):
                found.append(plain(one))
                job.say(len(found), asked.limit, f"Reading {name}")
            return {"documents": found, "would": dict(Counter(one["would"] for one in found))}

        return begun(asks, response, "dry run", f"Dry run of {name}", work)

    @service.changes("POST", f"{ONE}/rehearsals", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def rehearse(asks: Asks, integration: str, flow: str, asked: Rehearsing, response: Response) -> Job:
        """Map what was read with edited codes or options, write nothing, and say what would become what else.

        The job's result has `looked_at`, `changes`, `fields`, `in_the_target_already` and `examples`.
        """
        name = f"{integration}/{flow}"
        rows = [Code(table=one.table, source=one.source, target=one.target) for one in asked.codes or ()]
        codes = ("the codes that were sent", crosswalk_csv.write(rows)) if rows else None
        options = None
        if asked.options is not None:
            options = ("the options that were sent", json.dumps(asked.options, ensure_ascii=False))
        what = rehearsing.prepare(asks.operator, name, since=asked.since, codes=codes, options=options)

        def work(job: jobs.Job) -> dict[str, Any]:
            tally = rehearsing.Tally()
            for _ in rehearsing.rehearse(asks.operator, what, tally):
                job.say(tally.looked_at, what.total, "Mapping by what is saved and by what is edited")
            return {
                "looked_at": tally.looked_at,
                "changes": {change.value: tally.changes[change] for change in rehearsing.Change},
                "fields": dict(tally.fields.most_common()),
                "in_the_target_already": tally.loaded,
                "examples": plain(tally.examples),
            }

        return begun(asks, response, "rehearsal", f"Rehearse edited rules of {name}", work)
