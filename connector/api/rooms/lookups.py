"""``/lookups``: what a person means by a name, as commands take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from connector.api.models.model import Asking, Model
from connector.api.serving.asked import Asks
from connector.operations.work import meant

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["records"]


class Named(Asking):
    """By what it is called."""

    name: str = Field(
        min_length=1, max_length=500, description="Its id, how that begins, or its document's key or number."
    )


class Known(Model):
    """What is meant."""

    id: UUID


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/lookups/records", tags=_TAGS)
    def look_up_record(asks: Asks, asked: Annotated[Named, Query()]) -> Known:
        """Find the record that is meant, of a document the newest; 409 names those that it may be."""
        return Known(id=meant.record(asks.operator, asked.name))

    @service.reads("/lookups/dead-letters", tags=_TAGS)
    def look_up_dead_letter(asks: Asks, asked: Annotated[Named, Query()]) -> Known:
        """Find the dead letter that is meant, or its record: of several documents those that have an open letter."""
        return Known(id=meant.letter(asks.operator, asked.name))
