"""What was received on a purchase order: table prh_hist (documented), one document for each order (ours)."""

from __future__ import annotations

from pydantic import Field

from connector.reading.field_types import Code, Key, Position
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import MOST_LINES, Amount, Day


class ReceiptLine(Document):
    """One line of one receiver; negative when goods went back."""

    receiver: Key
    line: Position
    item: Code = ""
    unit_of_measure: Code = ""
    receipt_date: Day = None
    quantity: Amount


class Receipts(Document):
    """All receivers of one order."""

    TITLE = "receipts of purchase order"
    KEY = "order_number"

    order_number: Key
    supplier_code: Code = ""
    lines: tuple[ReceiptLine, ...] = Field(default=(), max_length=MOST_LINES)
