"""Documents of a list as a file for spreadsheets: at once where they are few, else by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations import job_files
from connector.operations.work import documents

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations import jobs
    from connector.operations.operator import Operator
    from connector.store.operator.records import Filter


def made(operator: Operator, wanted: Filter, kind: str, *, job: jobs.Job | None = None) -> job_files.File:
    """The file; raises UnknownName."""
    documents.check(operator, wanted)
    rows = documents.rows(operator, wanted)
    return job_files.table("documents", kind, documents.COLUMNS, job_files.counted(job, rows), documents.WIDTHS)


def begin(operator: Operator, wanted: Filter, kind: str, *, place: str) -> UUID:
    """Begin to make it; raises UnknownName."""
    documents.check(operator, wanted)

    def make(job: jobs.Job) -> job_files.File:
        return made(operator, wanted, kind, job=job)

    return job_files.begin(operator, f"Documents as {kind.upper()}", make, place=place)
