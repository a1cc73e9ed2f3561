"""How documents of one kind become rows, and the columns that several browses share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sandbox.qad.documents import Invoice, Payment

Cell = str | int | bool | Decimal | None


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How documents of one kind become rows: names once, values per header and per line."""

    header_names: Sequence[str]
    line_names: Sequence[str]
    header: Callable[[Any], tuple[Cell, ...]]
    line: Callable[[Any], tuple[Cell, ...]]
    lines: Callable[[Any], Sequence[Any]]
    #: header columns with text that are asked for one by one; where there are any, the first column is no key
    indexed: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """Every column, in order."""
        return [*self.header_names, *self.line_names]


def names(table: str, fields: str) -> list[str]:
    """Column names of one table."""
    return [f"{table}.{field}" for field in fields.split()]


def seconds(at: datetime) -> int:
    """Progress keeps the time of day as whole seconds."""
    return at.hour * 3600 + at.minute * 60 + at.second


def no_lines(_: object) -> tuple[()]:
    """For documents without lines."""
    return ()


def sides(of: Invoice) -> tuple[Cell, Cell]:
    """Credit and debit: an invoice is owed (credit), a credit note is owed to us (debit)."""
    return (Decimal(0), of.total) if of.kind == "CREDITNOTE" else (of.total, Decimal(0))


PAYMENT: Final = names(
    "CDocument",
    "CDocumentYear CDocumentType CDocumentNumber CDocumentStatus CDocumentReference CDocumentDate AllocatedAmountTC"
    " LastModifiedDate LastModifiedTime",
)


def payment(of: Payment) -> tuple[Cell, ...]:
    """One payment document."""
    return (
        *(of.year, of.instrument, of.number, of.status, of.reference, of.on.isoformat(), of.amount),
        *(of.modified.date().isoformat(), seconds(of.modified)),
    )
