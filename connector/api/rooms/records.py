"""``/records``: versions of documents on their journey."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.changes import Correcting, Correction, Proposal, Replaying
from connector.api.models.lineage import Lineage
from connector.api.models.model import Asking, FlowName, Moment
from connector.api.models.work import Payloads, Record, RecordDetail
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.domain.record import Hold, State
from connector.domain.role import Role
from connector.operations.work import correcting, lineage, records, seeking
from connector.operations.work.records import Filter, Place

if TYPE_CHECKING:
    from connector.api.serving.service import Service

TAGS = ["records"]
ONE = "/records/{record}"
_NUMBER = r"[0-9]{1,15}(\.[0-9]{1,12})?"
_AMOUNT = rf"^({_NUMBER}|{_NUMBER}\.\.({_NUMBER})?|\.\.{_NUMBER})?$"


class Sought(Asking):
    """What is looked for."""

    search: str = Field(
        default="", max_length=200, description="What people call it, or its beginning: a number, a party, a target id."
    )
    party: str = Field(default="", max_length=200, description="Its supplier or employee, or the beginning of that.")
    amount: str = Field(
        default="",
        max_length=60,
        pattern=_AMOUNT,
        description="Its amount without sign: 206.94, or 100..200.",
        examples=["100..200"],
    )
    since: Moment | None = Field(default=None, description="Not before then.")
    until: Moment | None = Field(default=None, description="Before then.")

    def sought(self) -> Any:  # noqa: ANN401 - the ledger's own
        """As operations take it; raises ConfigurationError for what looks for nothing."""
        found = seeking.sought(now=dt.datetime.now(dt.UTC), search=self.search, party=self.party, amount=self.amount)
        return replace(found, since=self.since, until=self.until)


class Search(Sought, Paged):
    """The same, page by page."""


class Chosen(Sought):
    """Which records."""

    flow: FlowName | None = Field(default=None, description="Only records of this flow.")
    state: State | Hold | None = Field(default=None, description="Only in this state, or held by this.")
    hold: Hold | None = Field(default=None, description="Only what this holds.")
    key: str | None = Field(default=None, max_length=500, description="Only with this source key.")
    warned: bool = Field(default=False, description="Only what the target took with a warning.")

    def wanted(self) -> Filter:
        """As operations take it; raises ConfigurationError for what looks for nothing."""
        return Filter(
            flow=self.flow, state=self.state, hold=self.hold, key=self.key, warned=self.warned, sought=self.sought()
        )


class RecordFilter(Chosen, Search):
    """Which records, page by page."""


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/records", tags=TAGS)
    def list_records(
        asks: Asks, asked: Annotated[RecordFilter, Query()], request: Request, response: Response
    ) -> Page[Record]:
        """List records, the newest first; where something is searched for, what is exactly that comes first."""
        cursor = Cursor(asked, request, response)
        wanted = replace(
            asked.wanted(),
            most=asked.limit,
            after=cursor.place(lambda place: Place(exactly=bool(place[0]), record=UUID(str(place[1])))),
        )
        found, place = records.page(asks.operator, wanted)
        return cursor.ending([Record.told(one) for one in found], place)

    @service.reads(ONE, tags=TAGS)
    def show_record(asks: Asks, record: UUID) -> RecordDetail:
        """Show a record with every attempt at the target and its history, without its documents."""
        return RecordDetail.told(records.get(asks.operator, record))

    @service.reads(f"{ONE}/payloads", role=Role.OPERATOR, tags=TAGS)
    def read_payloads(asks: Asks, record: UUID) -> Payloads:
        """Show the documents of a record in clear; that somebody looked is written down."""
        found = records.get(asks.operator, record, payloads=True)
        return Payloads(source=found.source, target=found.target)

    @service.reads(f"{ONE}/lineage", role=Role.OPERATOR, tags=TAGS)
    def explain_record(asks: Asks, record: UUID) -> Lineage:
        """Say what each field of the target document is made of; that somebody looked is written down."""
        return Lineage.told(lineage.told(asks.operator, record))

    @service.changes("POST", f"{ONE}/replay", role=Role.OPERATOR, tags=TAGS)
    def replay_record(asks: Asks, record: UUID, asked: Replaying | None = None) -> Record:
        """Map and load a record once more; what the target already has is not sent twice."""
        said = asked or Replaying()
        return Record.told(records.replay(asks.operator, record, why=said.why or "", discarded=said.discarded))

    @service.changes("POST", f"{ONE}/corrections/preview", role=Role.OPERATOR, tags=TAGS)
    def preview_correction(asks: Asks, record: UUID, asked: Correcting) -> Proposal:
        """Say what correcting one field of a stuck record would change; nothing is written but that somebody looked."""
        return Proposal.told(correcting.propose(asks.operator, record, asked.field, asked.value))

    @service.changes("POST", f"{ONE}/corrections", role=Role.OPERATOR, tags=TAGS, status_code=HTTPStatus.CREATED)
    def correct_record(asks: Asks, record: UUID, asked: Correction, response: Response) -> Record:
        """Correct one field of a stuck record on a copy, which goes on; what was read stays as it is."""
        proposal = correcting.propose(asks.operator, record, asked.field, asked.value)
        made = correcting.correct(asks.operator, proposal, asked.why)
        response.headers["Location"] = f"/api/v1/records/{made.id}"
        return Record.told(made)
