"""What we read from QAD, under our own names: which fields an entity has, of which kind, and what identifies it.

These names are the contract with ``documents``; where each value stands in QAD is in ``entities.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ColumnKind(StrEnum):
    """How the text or number of a column is read."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"
    FLAG = "flag"
    WORD = "word"


_AMOUNTS = frozenset(
    [
        "amount",
        "balance",
        "credit_total",
        "debit_total",
        "hold_amount",
        "quantity",
        "quantity_ordered",
        "quantity_received",
        "tax_total",
        "total",
        "unit_price",
    ]
)
_DAYS = frozenset(["date", "due_date", "invoice_date", "order_date", "posting_date", "receipt_date"])
_FLAGS = frozenset(
    [
        "active",
        "approved",
        "cost_centre_required",
        "deleted",
        "initial",
        "open",
        "payment_locked",
        "project_required",
        "receiver_matching",
    ]
)
_WORDS = frozenset(["kind"])


def kind_of(name: str) -> ColumnKind:
    """How a field of ours is read; a name means the same in every entity."""
    if name in _AMOUNTS:
        return ColumnKind.AMOUNT
    if name in _DAYS:
        return ColumnKind.DAY
    if name in _WORDS:
        return ColumnKind.WORD
    return ColumnKind.FLAG if name in _FLAGS else ColumnKind.TEXT


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One entity as we know it."""

    #: our field that is the source key
    key: str
    #: the fields it is put together from, as ``account|4000``; empty when a column holds it
    key_parts: tuple[str, ...] = ()
    #: under which name a document carries its lines; empty for documents without lines
    lines: str = ""
    #: the fields that tell two lines of one document apart; empty = all of them
    line_key: tuple[str, ...] = ()
    #: header fields that may differ between the rows of one document, and the value that all rows must have to count
    unanimous: Mapping[str, str] = field(default_factory=dict)
    #: columns a connection may leave out, by their place in its entities, and what nobody checks without them
    gates: Mapping[str, str] = field(default_factory=dict)
    #: header fields whose column no connection may leave out, and why
    needed: Mapping[str, str] = field(default_factory=dict)
    #: values of fields that no column fills
    unfilled: Mapping[str, object] = field(default_factory=dict)
    #: fields that only documents of a connection have that names their column
    optional: frozenset[str] = frozenset()


SHAPES: Mapping[str, Shape] = {
    # No browse column for "active" was ever seen. Without the detail read every listed supplier counts as active.
    "suppliers": Shape(key="supplier_code", unfilled={"active": True}),
    "accounts": Shape(key="account"),
    "orders": Shape(key="order_number", lines="lines", line_key=("line",)),
    # An invoice with two matchings is matched when both are finished.
    "invoices": Shape(
        key="invoice_id",
        lines="lines",
        line_key=("line",),
        unanimous={"matching_status": "FINISHED"},
        needed=dict.fromkeys(
            ("initial", "approved", "payment_locked", "receiver_matching"), "to guess it could pay an invoice"
        ),
        gates={
            "fields.status_code": "whether the status code of an invoice says that it is matched",
            "fields.matching_status": "whether its receiver matching is finished",
            "fields.allocation_status": "whether its amounts are allocated",
            "fields.hold_amount": "whether a part of it is on hold",
            "lines.receiver": "whether each of its lines has a receiver",
        },
    ),
    "payments": Shape(key="invoice_id", lines="payments"),
    # QAD deletes no cost object that was ever posted to; what is not wanted any more becomes inactive.
    "cost_objects": Shape(
        key="cost_object",
        key_parts=("kind", "code"),
        unfilled={"deleted": False},
        optional=frozenset(["company", "cost_centre"]),
    ),
    "receipts": Shape(key="order_number", lines="lines"),
    "expense_payments": Shape(key="reference", lines="payments"),
}

#: read only where expenses and invoices are posted into QAD; ``connection ping`` leaves them alone elsewhere
FOR_POSTING = frozenset(["cost_objects", "receipts", "expense_payments"])
