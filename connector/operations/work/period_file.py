"""A period as a file for spreadsheets: at once where it is small, else by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations import job_files
from connector.operations.setup import flows
from connector.operations.work import month_end, month_end_flow
from connector.operations.work.reconciled_rows import COLUMNS, WIDTHS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.operations import jobs
    from connector.operations.operator import Operator


def made(operator: Operator, named: str, period: Period, kind: str, *, job: jobs.Job | None = None) -> job_files.File:
    """The file of a flow, of an integration, or of all (empty); raises UnknownName."""
    with operator.transaction() as tx:
        meant = month_end.flows_of(tx, named or None, period)
    rows = month_end_flow.table(operator, meant, period)
    name = "-".join(filter(None, ("month-end", named.replace("/", "-"), month_end.spelled(period))))
    return job_files.table(name, kind, COLUMNS, job_files.counted(job, rows), WIDTHS)


def begin(operator: Operator, named: str, period: Period, kind: str, *, place: str) -> UUID:
    """Begin to make it; raises UnknownName."""
    flows.list_meant(operator, named or None)

    def make(job: jobs.Job) -> job_files.File:
        return made(operator, named, period, kind, job=job)

    about = f"{named or 'All flows'}, {month_end.called(period)}, as {kind.upper()}"
    return job_files.begin(operator, about, make, place=place)
