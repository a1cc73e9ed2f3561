"""What suppliers say about orders: confirmations, ship notices, and how a network dealt with what it was sent."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from connector.domain import summary
from connector.domain.summary import Summary
from connector.reading import fields
from connector.reading.field_types import AsWritten, Code, Prose
from connector.systems.cxml.documents.document import MOST_ROWS, CxmlDocument, Part
from connector.systems.cxml.documents.values import AmountOrNone, Day


class Kind(StrEnum):
    """Which message it came in."""

    CONFIRMATION = "confirmation"
    SHIP_NOTICE = "ship notice"
    STATUS = "status"


_CALLED = {Kind.CONFIRMATION: summary.ORDER_CONFIRMATION, Kind.STATUS: summary.ORDER_STATUS}


class Operation(StrEnum):
    """Whether it is a first word, takes the place of one, or takes one back."""

    NEW = "new"
    UPDATE = "update"
    DELETE = "delete"


class Answer(StrEnum):
    """What a supplier says to an order or to a part of a line; ``type`` in the DTD."""

    ACCEPT = "accept"
    ALL_DETAIL = "allDetail"
    DETAIL = "detail"
    BACKORDERED = "backordered"
    EXCEPT = "except"
    REJECT = "reject"
    REQUEST_TO_PAY = "requestToPay"
    REPLACE = "replace"
    UNKNOWN = "unknown"


AnyAnswer = Annotated[Answer, BeforeValidator(fields.one_of(Answer, blank=Answer.UNKNOWN))]


class Share(Part):
    """What is said about a quantity of a line."""

    quantity: AmountOrNone = None
    answer: AnyAnswer = Answer.UNKNOWN
    delivery_date: Day = None
    shipment_date: Day = None
    unit_price: AmountOrNone = None
    currency: Code = ""
    comment: Prose = ""


class ConfirmedLine(Part):
    """A line of an order."""

    order_number: AsWritten = ""
    order_line: Code = ""
    quantity: AmountOrNone = None
    unit_of_measure: Code = ""
    parts: Annotated[tuple[Share, ...], Field(max_length=MOST_ROWS)] = ()


class SupplierMessage(CxmlDocument):
    """A confirmation, a ship notice, or a status."""

    TITLE: ClassVar[str] = "message about an order"

    kind: Annotated[Kind, BeforeValidator(fields.one_of(Kind))]
    operation: Annotated[Operation, BeforeValidator(fields.one_of(Operation, blank=Operation.NEW))] = Operation.NEW
    order_number: AsWritten = ""
    #: the supplier's own number
    number: AsWritten = ""
    notice_date: Day = None
    answer: AnyAnswer = Answer.UNKNOWN
    delivery_date: Day = None
    shipment_date: Day = None
    #: of a status: its code and the payloadID it is about
    code: Code = ""
    about: AsWritten = ""
    comment: Prose = ""
    lines: Annotated[tuple[ConfirmedLine, ...], Field(max_length=MOST_ROWS)] = ()

    def summarised(self) -> Summary:
        """The supplier's own number of what they say; without one, the order that it is about."""
        return Summary(
            kind=_CALLED.get(self.kind, self.kind.value),
            number=self.number or self.order_number or self.about or self.source_key,
            party=str(self.supplier[0]),
            date=self.notice_date,
            references=summary.named(purchase_order=(self.order_number, *(line.order_number for line in self.lines))),
        )
