"""Rows of crosswalks: what is told of them, and what is sent."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Flag, Model

_WHY = Field(default="", max_length=500, description="Why; the audit trail keeps it.")


class Code(Model):
    """A row of a crosswalk: what the source calls something, and what the target does."""

    table: str = Field(examples=["payment_terms"])
    source: str = Field(examples=["N30"])
    target: str = Field(examples=["NET30"])


class MissingCode(Model):
    """A code that records wait for."""

    table: str
    source: str
    target: str | None = Field(description="What its row says, which is not enough; null where there is none.")
    records: int = Field(description="How many records wait.")
    record_ids: list[UUID] = Field(description="The oldest of them.")


class NewCode(Asking):
    """A row to be set."""

    table: str = Field(min_length=1, max_length=200, pattern=r"^[^:\s]+$", examples=["payment_terms"])
    source: str = Field(min_length=1, max_length=200, examples=["N30"])
    target: str = Field(min_length=1, max_length=200, examples=["NET30"])


class NewCodes(Asking):
    """Rows to be set: all of them, or none."""

    codes: list[NewCode] = Field(min_length=1, max_length=10_000)
    why: str = _WHY


class CodeTable(Asking):
    """A table of codes."""

    table: str = Field(min_length=1, max_length=200, examples=["accounts"])


class CodeToRemove(Asking):
    """A row to be removed."""

    table: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)
    why: str = _WHY


class Filled(Model):
    """What setting codes did."""

    created: int
    changed: int
    unchanged: int
    released: int = Field(description="Records that had waited for one of these codes, and go on now.")


class CodeFile(Asking):
    """A CSV file of rows."""

    text: str = Field(
        description="What it holds: the columns table, source and target.", examples=["table,source,target"]
    )
    name: str = Field(default="the file", min_length=1, max_length=200, description="What mistakes in it call it.")
    alone: Flag = Field(default=False, description="Remove rows of its tables that it does not name.")


class CodesToImport(CodeFile):
    """The same, to be done."""

    why: str = _WHY
    seen: str = Field(
        default="", max_length=64, description="`seen` of a preview: where it would do otherwise, it does nothing."
    )


class ChangedCode(Model):
    """A row that would say something else."""

    code: Code
    before: str


class CodePreview(Model):
    """What a file would do."""

    added: list[Code]
    changed: list[ChangedCode]
    removed: list[Code]
    unchanged: int
    seen: str = Field(description="What tells this preview from another one.")
