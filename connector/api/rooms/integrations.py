"""``/integrations``, with their flows and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.setup import Code, Integration, MissingCode
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged, link
from connector.operations.setup import crosswalks, integrations
from connector.operations.setup.crosswalks import Chosen

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_ONE = "/integrations/{name}"


class CodeFilter(Paged):
    """Which rows."""

    table: str | None = Field(default=None, max_length=200, description="Only this table.")
    beginning: str = Field(default="", max_length=200, description="How their source code begins.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/integrations", tags=["integrations"])
    def list_integrations(asks: Asks) -> Page[Integration]:
        """List all integrations by name."""
        return Page(items=[Integration.of(one) for one in integrations.list_(asks.operator)])

    @service.reads(_ONE, tags=["integrations"])
    def show_integration(asks: Asks, name: str) -> Integration:
        """Show an integration."""
        return Integration.of(integrations.get(asks.operator, name).integration)

    @service.reads(f"{_ONE}/codes", tags=["codes"])
    def list_codes(
        asks: Asks, name: str, asked: Annotated[CodeFilter, Query()], request: Request, response: Response
    ) -> Page[Code]:
        """List rows of its crosswalks, by table and source code."""
        cursor = Cursor(asked, request.url.path)
        after = cursor.place(lambda place: (str(place[0]), str(place[1]))) or ("", "")
        chosen = Chosen(table=asked.table, beginning=asked.beginning, after=after, most=asked.limit + 1)
        rows = crosswalks.list_(asks.operator, name, chosen).rows
        shown = rows[: asked.limit]
        onward = cursor.after((shown[-1].table, shown[-1].source)) if len(rows) > len(shown) else None
        link(request, response, onward)
        return Page(items=[Code.of(one) for one in shown], next=onward)

    @service.reads(f"{_ONE}/codes/missing", tags=["codes"])
    def list_missing_codes(asks: Asks, name: str) -> Page[MissingCode]:
        """List codes that records wait for, the most wanted first."""
        return Page(items=[MissingCode.of(one) for one in crosswalks.missing(asks.operator, name)])
