"""``/periods``: the end of a month, flow by flow: figures, lists behind them, comparisons and sign-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models import periods as told
from connector.api.models.changes import Job
from connector.api.models.model import Asking
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.api.serving.working import BEGINS, under_way
from connector.domain import accounting_period
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.role import Role
from connector.operations.work import closing, comparing_period, counting_periods, month_end, month_end_flow
from connector.operations.work.reconciling import figure_of

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.domain.accounting_period import Period

TAGS = ["periods"]
_PERIOD = "/periods/{period}"
ONE = f"{_PERIOD}/flows/{{integration}}/{{flow}}"
#: a period as an address names it
When = Annotated[str, Path(min_length=1, max_length=told.LONGEST, examples=told.EXAMPLES)]


class FlowsOf(Asking):
    """Which flows."""

    integration: str | None = Field(default=None, max_length=63, description="Only those of this integration.")


class DocumentFilter(Paged):
    """Which documents of the period."""

    figure: str = Field(
        default="",
        max_length=20,
        description="in target, between, rejected, left out or dead; all where it is empty or read.",
    )
    currency: str | None = Field(default=None, max_length=10, description="Only in this currency; empty: in none.")
    reason: str = Field(default="", max_length=200, description="Only those that are where they are for this reason.")
    in_doubt: bool = Field(default=False, description="Only those of which a write has no answer.")


def meant(spelled: str) -> Period:
    """The period that an address names; raises UnknownName."""
    try:
        return accounting_period.read(spelled)
    except ConfigurationError as error:
        raise UnknownName(error.message) from None


def page_of(about: Period, named: str = "") -> str:
    """The page of the console about the same."""
    return f"/reconciliation{f'/{named}' if '/' in named else ''}?period={month_end.spelled(about)}"


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads(_PERIOD, tags=TAGS)
    def show_period(asks: Asks, period: When, asked: Annotated[FlowsOf, Query()]) -> Page[told.PeriodFlow]:
        """Show where the documents of a period stand, flow by flow: those with differences first."""
        about = meant(period)
        found = month_end.overview(asks.operator, about, asked.integration)
        return Page(items=[told.figures(one, about, closing.left_open(one)) for one in found])

    @service.changes("POST", f"{_PERIOD}/counts", role=Role.OPERATOR, tags=TAGS, **BEGINS)
    def count_period(asks: Asks, period: When, response: Response) -> Job:
        """Count a period that holds so much that it is counted aside."""
        about = meant(period)
        return under_way(asks, response, counting_periods.begin(asks.operator, about, place=page_of(about)))

    @service.changes("POST", f"{_PERIOD}/comparisons", role=Role.OPERATOR, tags=TAGS, **BEGINS)
    def compare_period(asks: Asks, period: When, asked: told.Meant, response: Response) -> Job:
        """Ask source and target about every document of the period; nothing is written in either.

        What was found stands with the flow (`found`) until the next comparison.
        """
        about = meant(period)
        number = comparing_period.begin(asks.operator, asked.of, about, place=page_of(about, asked.of))
        return under_way(asks, response, number)

    @service.reads(ONE, tags=TAGS)
    def show_period_of_flow(asks: Asks, period: When, integration: str, flow: str) -> told.PeriodDetail:
        """Show one flow in a period: figures, what differs, what was posted, and who signed."""
        about = meant(period)
        found = month_end_flow.look(asks.operator, f"{integration}/{flow}", about)
        return told.PeriodDetail(
            figures=told.figures(found.standing, about, found.left_open),
            state=found.state,
            found=[told.Difference.told(one) for one in found.differences],
            accounts=[told.Account.told(one) for one in found.accounts],
            accounts_later=found.accounts_later,
            history=[told.SignOff.told(one) for one in found.history],
            subject=found.subject,
        )

    @service.reads(f"{ONE}/documents", tags=TAGS)
    def list_documents_of_period(
        asks: Asks,
        *,
        period: When,
        integration: str,
        flow: str,
        asked: Annotated[DocumentFilter, Query()],
        request: Request,
        response: Response,
    ) -> Page[told.PeriodDocument]:
        """List the documents behind a figure; of a large period a page may be empty although more follow."""
        cursor = Cursor(asked, request, response)
        found, onward = month_end_flow.listed(
            asks.operator,
            f"{integration}/{flow}",
            meant(period),
            figure=(figure_of(asked.figure) or "") if asked.figure else "",
            currency=asked.currency,
            reason=asked.reason,
            in_doubt=asked.in_doubt,
            after=cursor.place(_text) or "",
            most=asked.limit,
        )
        return cursor.ending([told.PeriodDocument.told(one) for one in found], [onward] if onward else None)


def _text(place: list[object]) -> str:
    return str(place[0])
