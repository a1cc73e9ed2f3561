"""What was received on a purchase order: table prh_hist (documented), one document for each order (ours)."""

from __future__ import annotations

from pydantic import Field

from connector.domain import summary
from connector.domain.summary import Summary
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

    def summarised(self) -> Summary:
        """The order, with its latest receivers and the day of the last one."""
        days = (line.receipt_date for line in self.lines if line.receipt_date)
        return Summary(
            kind=summary.GOODS_RECEIPT,
            number=self.order_number,
            party=self.supplier_code,
            date=max(days, default=None),
            references=summary.named(receiver=(line.receiver for line in reversed(self.lines))),
        )
