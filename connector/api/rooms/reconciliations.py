"""``/reconciliations``: does what a source has of a period stand in its target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connector.api.models.changes import Job, Reconciling
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, begun, plain
from connector.domain import accounting_period
from connector.domain.role import Role
from connector.operations import job_files
from connector.operations.work import reconciled_rows, reconciling
from connector.operations.work.reconciled_rows import COLUMNS, WIDTHS

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", "/reconciliations", role=Role.OPERATOR, tags=["reconciliation"], **BEGINS)
    def reconcile(asks: Asks, asked: Reconciling, response: Response) -> Job:
        """Compare what was read of a period with what stands in the target, document by document.

        The job's result has `ok`, `first`, `last`, and `flows` with figures and differences. `GET /jobs/{job}/file` has
        the table, where one was asked for.
        """
        period = accounting_period.read(asked.period)

        def work(job: jobs.Job) -> dict[str, Any]:
            def report(flow: str, done: int, of: int) -> None:
                job.say(done, of, f"Comparing {flow}")

            found = reconciling.reconcile(asks.operator, asked.of, period, live=asked.live, report=report)
            flows = [
                {
                    **plain(line),
                    "wrong": line.wrong,
                    "differences": plain(line.differences[: asked.most]),
                    "differences_in_all": len(line.differences),
                }
                for line in found
            ]
            made = {}
            if asked.file is not None:
                lines = {line.flow: line.differences for line in found}
                rows = job_files.counted(job, reconciled_rows.rows(asks.operator, period, lines))
                file = job_files.table("reconciliation", asked.file, COLUMNS, rows, WIDTHS)
                made["file"] = job_files.keep(asks.operator, job, file)
            return {
                **made,
                "ok": not any(line.wrong for line in found),
                "first": period.first,
                "last": period.last,
                "flows": flows,
            }

        about = f"Reconcile {asked.of or 'all flows'}, {period}"
        return begun(asks, response, "reconcile", about, work)
