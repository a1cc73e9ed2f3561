"""Files: periods and documents as tables, and the file of one document."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from connector.api.models.changes import Job
from connector.api.models.model import Asking
from connector.api.rooms import records
from connector.api.rooms.periods import When, meant, page_of
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations import job_files
from connector.operations.work import documents_file, dossier, dossier_page, period_file

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS, _JSON = ["files"], "application/json"


class Format(StrEnum):
    """Of a table."""

    CSV = "csv"
    XLSX = "xlsx"


class Shape(StrEnum):
    """Of the file of a document."""

    JSON = "json"
    CSV = "csv"
    PAGE = "page"


_SHAPES = {
    Shape.JSON: ("json", _JSON),
    Shape.CSV: ("csv", "text/csv"),
    Shape.PAGE: ("html", "text/html"),
}


class PeriodFile(Asking):
    """Which flows, and as what."""

    of: str | None = Field(default=None, max_length=200, description="A flow or an integration; null: all that are on.")
    format: Format = Format.CSV


class DocumentsFile(Asking):
    """Which documents, and as what; chosen as records are listed."""

    format: Format = Format.CSV
    chosen: records.Chosen = records.Chosen()


class DocumentFile(Asking):
    """As what."""

    format: Shape = Shape.JSON


def _answers(*media_types: str) -> dict[str, Any]:
    content = {one: {"schema": {} if one == _JSON else {"type": "string"}} for one in media_types}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", "/periods/{period}/files", role=Role.VIEWER, tags=_TAGS, **BEGINS)
    def make_file_of_period(asks: Asks, period: When, asked: PeriodFile, response: Response) -> Job:
        """Write a period into a table: a line for each difference, then one for each document.

        `GET /jobs/{job}/file` has it once the job is done.
        """
        about, named = meant(period), asked.of or ""
        number = period_file.begin(asks.operator, named, about, asked.format.value, place=page_of(about, named))
        return under_way(asks, response, number)

    @service.changes("POST", "/files", role=Role.VIEWER, tags=_TAGS, **BEGINS)
    def make_file_of_records(asks: Asks, asked: DocumentsFile, response: Response) -> Job:
        """Write all records that are chosen into a table, a line for each, without their documents.

        `GET /jobs/{job}/file` has it once the job is done.
        """
        wanted = asked.chosen.wanted()
        number = documents_file.begin(asks.operator, wanted, asked.format.value, place="/documents")
        return under_way(asks, response, number)

    @service.reads("/jobs/{job}/file", tags=_TAGS, **_answers(*job_files.FORMATS.values()))
    def take_file(asks: Asks, job: UUID) -> Response:
        """Take away the file that a job has made; it is kept for seven days."""
        found = job_files.read(asks.operator, job)
        return StreamingResponse(iter(found.content), media_type=found.media_type, headers=_named(found.name))

    @service.reads(f"{records.ONE}/file", tags=_TAGS, **_answers(*(kind for _, kind in _SHAPES.values())))
    def take_file_of_document(asks: Asks, record: UUID, asked: Annotated[DocumentFile, Query()]) -> Response:
        """Take away the file of one document: what happened to it, who did it, and what proves that."""
        found = dossier.of(asks.operator, str(record))
        ending, media_type = _SHAPES[asked.format]
        write = {Shape.JSON: dossier.as_json, Shape.CSV: dossier.as_csv, Shape.PAGE: dossier_page.page}[asked.format]
        name = f"{found.document.source_key}.{ending}"
        return Response(write(found), media_type=media_type, headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
