"""What the fields of a target document are made of."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from connector.api.models.model import Model
from connector.api.models.work import Record


class OriginOf(Model):
    """A field of the target document."""

    path: str = Field(examples=["header.paymentTerms"])
    value: Any
    fields: list[str] = Field(description="Fields of the source document.")
    codes: list[tuple[str, str, str]] = Field(description="Rows of crosswalks: table, source, target.")
    options: list[str]
    documents: list[tuple[str, str]] = Field(description="Other documents that it refers to.")
    doubts: list[str] = Field(description="What could not be tried.")
    made_of: str = Field(description="All of it in words.")


class Lineage(Model):
    """What a record's target document is made of, with today's codes, options and mapping."""

    record: Record
    fields: list[OriginOf]
    refused: list[str] = Field(description="Fields that could not be changed to see what depends on them.")
    cut: bool = Field(description="Whether the document was too long to try everything.")
    mapped_otherwise: bool = Field(description="Whether it was mapped to something else before.")
