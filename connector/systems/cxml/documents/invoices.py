"""Invoices as suppliers send them (InvoiceDetailRequest), with the amounts that cXML adds up.

Header invoices (creditMemo, debitMemo and any other with isHeaderInvoice) name orders, but no lines of them. Amounts of
both kinds of credit memo are negative as a whole: DueAmount is below zero (documented in the DTD).
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from connector.domain import summary as calling
from connector.reading import fields
from connector.reading.field_types import AsWritten, Code, Currency, Key, Prose
from connector.systems.cxml.documents.document import MOST_ROWS, CxmlDocument, Flag, Part
from connector.systems.cxml.documents.values import AmountOrNone, Day


class Purpose(StrEnum):
    """What an invoice is for."""

    STANDARD = "standard"
    CREDIT_MEMO = "creditMemo"
    DEBIT_MEMO = "debitMemo"
    LINE_LEVEL_CREDIT_MEMO = "lineLevelCreditMemo"
    LINE_LEVEL_DEBIT_MEMO = "lineLevelDebitMemo"


#: the supplier owes us
CREDITS = frozenset({Purpose.CREDIT_MEMO, Purpose.LINE_LEVEL_CREDIT_MEMO})
#: what people call each, where that is not an invoice
CALLED = {
    **dict.fromkeys(CREDITS, calling.CREDIT_MEMO),
    Purpose.DEBIT_MEMO: "debit memo",
    Purpose.LINE_LEVEL_DEBIT_MEMO: "debit memo",
}


class Operation(StrEnum):
    """Whether it is sent or taken back."""

    NEW = "new"
    DELETE = "delete"


class TaxDetail(Part):
    """The part of a tax that one category has."""

    category: Code = ""
    rate: Code = ""
    amount: AmountOrNone = None
    withheld: Flag = False


Details = Annotated[tuple[TaxDetail, ...], Field(max_length=1_000)]


class Charges(Part):
    """What an amount is made of: gross = subtotal + tax + special handling + shipping, net = gross - discount."""

    subtotal: AmountOrNone = None
    tax: AmountOrNone = None
    tax_details: Details = ()
    special_handling: AmountOrNone = None
    shipping: AmountOrNone = None
    gross: AmountOrNone = None
    discount: AmountOrNone = None
    net: AmountOrNone = None


class InvoiceLine(Charges):
    """A line of an order that is billed; of a header invoice, an order."""

    line_number: Code = ""
    order_line: Code = ""
    part: Code = ""
    description: Prose = ""
    unit_of_measure: Code = ""
    quantity: AmountOrNone = None
    unit_price: AmountOrNone = None
    #: the unit price is that of so many pieces, each of so many ordered units
    price_quantity: AmountOrNone = None
    price_conversion: AmountOrNone = None


class InvoicedOrder(Part):
    """What is billed of one order; its number is empty where none is named."""

    order_number: AsWritten = ""
    #: the payloadID of the message that an order came in, where that is all that is said of it
    order_message: AsWritten = ""
    lines: Annotated[tuple[InvoiceLine, ...], Field(max_length=MOST_ROWS)] = ()


class Summary(Charges):
    """The whole of it; due = net - deposit."""

    deposit: AmountOrNone = None
    due: AmountOrNone = None


class Invoice(CxmlDocument):
    """An invoice, a credit memo or a debit memo."""

    TITLE: ClassVar[str] = "invoice"

    invoice_number: AsWritten
    invoice_date: Day = None
    purpose: Annotated[Purpose, BeforeValidator(fields.one_of(Purpose, blank=Purpose.STANDARD))] = Purpose.STANDARD
    operation: Annotated[Operation, BeforeValidator(fields.one_of(Operation, blank=Operation.NEW))] = Operation.NEW
    information_only: Flag = False
    header_invoice: Flag = False
    #: which amounts stand in the lines already, by the line indicator
    tax_in_lines: Flag = False
    shipping_in_lines: Flag = False
    special_handling_in_lines: Flag = False
    discount_in_lines: Flag = False
    #: whether it names the document it corrects or takes back
    refers: Flag = False
    #: that document, by its payloadID
    refers_to: AsWritten = ""
    #: of one that is taken back: whether it was sent here
    original_known: Flag = False
    currency: Currency
    #: other currencies that amounts of it have
    other_currencies: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    #: parts of it that change amounts and that are not read
    unread: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    attachments: AmountOrNone = None
    orders: Annotated[tuple[InvoicedOrder, ...], Field(max_length=MOST_ROWS)] = ()
    summary: Summary

    @property
    def credit(self) -> bool:
        """Whether the supplier owes us."""
        return self.purpose in CREDITS

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """The lines of all orders."""
        return tuple(line for order in self.orders for line in order.lines)

    @property
    def order_numbers(self) -> tuple[str, ...]:
        """Every order it names, each once."""
        return tuple(dict.fromkeys(order.order_number for order in self.orders if order.order_number))

    @property
    def total(self) -> Decimal:
        """What is to be paid before a deposit; below zero in a credit memo."""
        return self.summary.net if self.summary.net is not None else Decimal(0)

    def summarised(self) -> calling.Summary:
        """The supplier's own number, and who the supplier is in the network."""
        return calling.Summary(
            kind=CALLED.get(self.purpose, calling.INVOICE),
            number=self.invoice_number or self.source_key,
            party=str(self.supplier[0]),
            date=self.invoice_date,
            amount=self.total,
            currency=self.currency,
            references=calling.named(purchase_order=self.order_numbers),
        )
