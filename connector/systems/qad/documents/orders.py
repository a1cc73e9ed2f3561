"""Purchase orders with their lines."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from connector.domain import summary
from connector.domain.money import rounded
from connector.domain.summary import Summary
from connector.reading import fields
from connector.reading.field_types import Code, Currency, Key, Position, Prose
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import MOST_LINES, Amount, AmountOrNone, Day

_NOTHING = Decimal(0)


class OrderStatus(StrEnum):
    """``po_stat`` and ``pod_status``: blank or O is open (the classic blank: assumed), C closed, X cancelled."""

    OPEN = "O"
    CLOSED = "C"
    CANCELLED = "X"


Status = Annotated[OrderStatus, BeforeValidator(fields.one_of(OrderStatus, blank=OrderStatus.OPEN))]


class OrderLine(Document):
    """Table pod_det. The price may be finer than the currency's decimals."""

    line: Position
    item: Code = ""
    description: Prose = ""
    quantity_ordered: Amount
    quantity_received: AmountOrNone = _NOTHING
    unit_of_measure: Code = ""
    unit_price: Amount
    due_date: Day = None
    status: Status = OrderStatus.OPEN
    site: Code = ""
    account: Code = ""
    sub_account: Code = ""
    cost_centre: Code = ""
    project: Code = ""


OrderLines = Annotated[tuple[OrderLine, ...], Field(max_length=MOST_LINES), AfterValidator(fields.each_line_once)]


class PurchaseOrder(Document):
    """Table po_mstr with its lines."""

    TITLE = "purchase order"
    KEY = "order_number"

    order_number: Key
    supplier_code: Key
    order_date: Day = None
    due_date: Day = None
    currency: Currency
    status: Status = OrderStatus.OPEN
    credit_terms: Code = ""
    ship_to: Code = ""
    bill_to: Code = ""
    buyer: Code = ""
    remarks: Prose = ""
    revision: Code = ""
    lines: OrderLines = ()

    def summarised(self) -> Summary:
        """What people call it, with the worth of the lines that are not cancelled."""
        kept = (line for line in self.lines if line.status is not OrderStatus.CANCELLED)
        worth = sum((line.quantity_ordered * line.unit_price for line in kept), start=_NOTHING)
        return Summary(
            kind=summary.ORDER,
            number=self.order_number,
            party=self.supplier_code,
            date=self.order_date,
            amount=rounded(worth, self.currency),
            currency=self.currency,
        )
