"""``/integrations``, with their flows and codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.setup import (
    Code,
    CodeToRemove,
    Filled,
    Integration,
    IntegrationToRemove,
    MissingCode,
    NewCodes,
    NewIntegration,
    RemovedIntegration,
)
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.domain.role import Role
from connector.operations.setup import crosswalks, integrations, removing
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
        return Page(items=[Integration.told(one) for one in integrations.list_(asks.operator)])

    @service.reads(_ONE, tags=["integrations"])
    def show_integration(asks: Asks, name: str) -> Integration:
        """Show an integration."""
        return Integration.told(integrations.get(asks.operator, name).integration)

    @service.changes("POST", "/integrations", role=Role.ADMIN, tags=["integrations"], status_code=HTTPStatus.CREATED)
    def add_integration(asks: Asks, asked: NewIntegration, response: Response) -> Integration:
        """Add an integration with all flows of its kind, switched off."""
        added = integrations.add(asks.operator, asked.name, asked.kind, asked.source, asked.target)
        response.headers["Location"] = f"/api/v1/integrations/{asked.name}"
        return Integration.told(added.integration)

    @service.changes("POST", f"{_ONE}/remove", role=Role.ADMIN, tags=["integrations"])
    def remove_integration(asks: Asks, name: str, asked: IntegrationToRemove) -> RemovedIntegration:
        """Remove an integration; its history stays and keeps its name."""
        gone = removing.remove(asks.operator, name, asked.why, abandon=asked.abandon)
        return RemovedIntegration(removed=name, abandoned=gone.abandoned, in_doubt=gone.in_doubt)

    @service.reads(f"{_ONE}/codes", tags=["codes"])
    def list_codes(
        asks: Asks, name: str, asked: Annotated[CodeFilter, Query()], request: Request, response: Response
    ) -> Page[Code]:
        """List rows of its crosswalks, by table and source code."""
        cursor = Cursor(asked, request, response)
        after = cursor.place(lambda place: (str(place[0]), str(place[1]))) or ("", "")
        chosen = Chosen(table=asked.table, beginning=asked.beginning, after=after, most=asked.limit + 1)
        rows = crosswalks.list_(asks.operator, name, chosen).rows
        return cursor.page(rows, Code.told, lambda one: (one.table, one.source))

    @service.reads(f"{_ONE}/codes/missing", tags=["codes"])
    def list_missing_codes(asks: Asks, name: str) -> Page[MissingCode]:
        """List codes that records wait for, the most wanted first."""
        return Page(items=[MissingCode.told(one) for one in crosswalks.missing(asks.operator, name)])

    @service.changes("PUT", f"{_ONE}/codes", role=Role.OPERATOR, tags=["codes"])
    def set_codes(asks: Asks, name: str, asked: NewCodes) -> Filled:
        """Add and change rows, all or none; records that wait for them go on."""
        rows = [crosswalks.Code(table=one.table, source=one.source, target=one.target) for one in asked.codes]
        return Filled.told(crosswalks.fill(asks.operator, name, rows, asked.why))

    @service.changes("POST", f"{_ONE}/codes/remove", role=Role.OPERATOR, tags=["codes"])
    def remove_code(asks: Asks, name: str, asked: CodeToRemove) -> Code:
        """Remove a row; what is mapped from now on does without it. The answer is what it said."""
        target = crosswalks.remove(asks.operator, name, asked.table, asked.source)
        return Code(table=asked.table, source=asked.source, target=target)
