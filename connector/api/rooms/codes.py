"""``/integrations/{name}/codes``: rows of crosswalks, what is missing, and what the target has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.changes import Job
from connector.api.models.codes import (
    Code,
    CodeTable,
    CodeToRemove,
    Filled,
    MissingCode,
    NewCodes,
)
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations.setup import crosswalks, target_codes
from connector.operations.setup.crosswalks import Chosen

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["codes"]
_ONE = "/integrations/{name}/codes"


class CodeFilter(Paged):
    """Which rows."""

    table: str | None = Field(default=None, max_length=200, description="Only this table.")
    beginning: str = Field(default="", max_length=200, description="How their source code begins.")
    after: str = Field(default="", max_length=401, description="Only those behind this TABLE:CODE.")


class Codes(Page[Code]):
    """The next rows, and how many there are."""

    total: int | None = Field(description="How many rows are chosen; null but on the first page.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads(_ONE, tags=_TAGS)
    def list_codes(
        asks: Asks, name: str, asked: Annotated[CodeFilter, Query()], request: Request, response: Response
    ) -> Codes:
        """List rows of its crosswalks, by table and source code."""
        cursor = Cursor(asked, request, response)
        table, _, code = asked.after.partition(":")
        place = cursor.place(lambda place: (str(place[0]), str(place[1])))
        after, most = place or (table, code), asked.limit + 1
        chosen = Chosen(table=asked.table, beginning=asked.beginning, after=after, most=most)
        if place:
            rows, total = crosswalks.more(asks.operator, name, chosen), None
        else:
            found = crosswalks.list_(asks.operator, name, chosen)
            rows, total = found.rows, found.total
        page = cursor.page(rows, Code.told, lambda one: (one.table, one.source))
        return Codes(items=page.items, next=page.next, total=total)

    @service.reads(f"{_ONE}/missing", tags=_TAGS)
    def list_missing_codes(asks: Asks, name: str) -> Page[MissingCode]:
        """List codes that records wait for, the most wanted first."""
        return Page(items=[MissingCode.told(one) for one in crosswalks.missing(asks.operator, name)])

    @service.changes("PUT", _ONE, role=Role.OPERATOR, tags=_TAGS)
    def set_codes(asks: Asks, name: str, asked: NewCodes) -> Filled:
        """Add and change rows, all or none; records that wait for them go on."""
        rows = [crosswalks.Code(table=one.table, source=one.source, target=one.target) for one in asked.codes]
        return Filled.told(crosswalks.fill(asks.operator, name, rows, asked.why))

    @service.changes("POST", f"{_ONE}/remove", role=Role.OPERATOR, tags=_TAGS)
    def remove_code(asks: Asks, name: str, asked: CodeToRemove) -> Code:
        """Remove a row; what is mapped from now on does without it. The answer is what it said."""
        target = crosswalks.remove(asks.operator, name, asked.table, asked.source, asked.why)
        return Code(table=asked.table, source=asked.source, target=target)

    @service.changes("POST", f"{_ONE}/choices", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def ask_for_codes(asks: Asks, name: str, asked: CodeTable, response: Response) -> Job:
        """Ask the target now which codes a table may lead to.

        The job's result has `codes`, each with what it is called there, and `whole`: whether they are all of them.
        """
        return under_way(asks, response, target_codes.ask(asks.operator, name, asked.table))
