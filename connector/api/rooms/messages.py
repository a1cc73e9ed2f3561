"""``/messages``: what systems sent to us, and what is done about what nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.model import Moment
from connector.api.models.setup import Why
from connector.api.models.work import Message, MessageBody, MessageDetail
from connector.api.serving import paging
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.domain.role import Role
from connector.operations.work import messages

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["messages"]
_ONE = "/messages/{number}"
#: as the ledger numbers them
Number = Annotated[int, Path(ge=1, le=9_000_000_000_000_000_000)]


class MessageFilter(Paged):
    """Which messages."""

    connection: str | None = Field(default=None, max_length=100, description="Only what this connection was sent.")
    entity: str | None = Field(default=None, max_length=100, description="Only what brings this: invoices, orders.")
    key: str | None = Field(default=None, max_length=200, description="Only what is about this document.")
    quarantined: bool = Field(default=False, description="Only what nobody can read.")
    since: Moment | None = Field(default=None, description="Not before then.")
    until: Moment | None = Field(default=None, description="Before then.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/messages", tags=_TAGS)
    def list_messages(
        asks: Asks, asked: Annotated[MessageFilter, Query()], request: Request, response: Response
    ) -> Page[Message]:
        """List what systems sent to us, the newest first."""
        cursor = Cursor(asked, request, response)
        wanted = messages.Filter(
            connection=asked.connection,
            entity=asked.entity,
            key=asked.key,
            quarantined=asked.quarantined,
            since=asked.since,
            until=asked.until,
            below=cursor.place(paging.number),
        )
        found = messages.list_(asks.operator, wanted, most=asked.limit + 1)
        return cursor.page(found, Message.told, lambda one: (one.number,))

    @service.reads(_ONE, tags=_TAGS)
    def show_message(asks: Asks, number: Number) -> MessageDetail:
        """Show a message and its history, without itself."""
        return MessageDetail.told(messages.get(asks.operator, number))

    @service.reads(f"{_ONE}/body", role=Role.OPERATOR, tags=_TAGS)
    def read_message(asks: Asks, number: Number) -> MessageBody:
        """Show a message as it came; that somebody looked is written down."""
        found = messages.get(asks.operator, number, payload=True)
        return MessageBody(text=found.body, base64=found.body_base64)

    @service.changes("POST", f"{_ONE}/retry", role=Role.OPERATOR, tags=_TAGS)
    def retry_message(asks: Asks, number: Number) -> Message:
        """Have a message read once more, after an upgrade or when its connection was changed."""
        return Message.told(messages.retry(asks.operator, number))

    @service.changes("POST", f"{_ONE}/discard", role=Role.OPERATOR, tags=_TAGS)
    def discard_message(asks: Asks, number: Number, asked: Why) -> Message:
        """Have nobody read a message any more."""
        return Message.told(messages.discard(asks.operator, number, asked.why))

    @service.changes("POST", f"{_ONE}/restore", role=Role.OPERATOR, tags=_TAGS)
    def restore_message(asks: Asks, number: Number) -> Message:
        """Take back that it was discarded, or have one count of which nobody could tell whether it does."""
        return Message.told(messages.restore(asks.operator, number))
