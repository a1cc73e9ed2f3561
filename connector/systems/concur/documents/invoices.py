"""Supplier invoices as Concur approved them, with their order lines and their coding.

A document whose ``request_total`` is negative is a credit memo (assumed). Days come as
``YYYY-MM-DD`` (documented) and as ``MM/DD/YYYY`` (seen).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AliasChoices, BeforeValidator, Field

from connector.domain import summary
from connector.domain.summary import Summary
from connector.reading.field_types import AsWritten, Code, Currency, Prose
from connector.systems.concur.documents.document import FinancialDocument, Level, Part
from connector.systems.concur.documents.fields import NOTHING, AmountOrNone, AmountOrNothing, Day, Flag, Rows, many

#: days; longer payment terms are a mistake
_LONGEST_TERM = 1_000


def _taxes(value: object) -> object:
    """Taxes as a list, one object, or a bare amount."""
    if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool) and value != "":
        return ({"amountTax": value},)
    return many(value)


def _receipts(value: object) -> object:
    """Receipt numbers as a list of codes, of objects that hold one (assumed), or as one code."""
    listed = (value,) if isinstance(value, (str, int)) and value != "" else many(value)
    if not isinstance(listed, (list, tuple)):
        return listed
    return [
        row.get("receiptNumber", row.get("goodsReceiptNumber")) if isinstance(row, Mapping) else row for row in listed
    ]


class InvoiceTax(Part):
    """One tax of an allocation; the names of its amount are assumed."""

    tax_guid: Code = ""
    tax_authority_label: Code = ""
    tax_code: Code = ""
    tax_reclaim_code: Code = ""
    non_domestic_code: Code = ""
    amount_tax: AmountOrNothing = Field(
        default=NOTHING, validation_alias=AliasChoices("amountTax", "taxAmount", "amount")
    )


class InvoiceJournal(Level):
    """What one allocation costs. ``amount_gross`` is everything: net, shipping and tax."""

    account_code: Code = ""
    amount_net: AmountOrNone = None
    amount_shipping: AmountOrNothing = NOTHING
    amount_gross: AmountOrNone = None
    tax: Annotated[tuple[InvoiceTax, ...], BeforeValidator(_taxes), Field(max_length=1_000)] = ()


class InvoiceAllocation(Level):
    """The part of a line that one cost object bears."""

    allocation_percentage: AmountOrNone = None
    allocation_account_code: Code = ""
    journal: Rows[InvoiceJournal] = ()


class InvoiceLine(Level):
    """One line, tied to a line of a purchase order where there is one."""

    line_item_sequence_order: Code = ""
    line_item_purchase_order_number: Code = ""
    po_line_number: Code = ""
    line_item_quantity: AmountOrNothing = NOTHING
    line_item_unit_price: AmountOrNothing = NOTHING
    line_item_description: Prose = ""
    expense_type_code: Code = ""
    receipt_numbers: Annotated[tuple[Code, ...], BeforeValidator(_receipts), Field(max_length=1_000)] = ()
    allocation: Rows[InvoiceAllocation] = ()


class Vendor(Part):
    """Whose invoice it is: ``vendor_code`` and the address its money goes to."""

    vendor_code: Code = ""
    vendor_remit_to_address_code: Code = ""
    vendor_name: Prose = ""


class InvoiceHeader(Level):
    """The header."""

    request_id: Code = ""
    req_key: Code = ""
    vendor_invoice_number: AsWritten = ""
    invoice_date: Day = None
    po_number: Code = ""
    currency_alpha_code: Currency
    request_total: AmountOrNone = None
    amount_net_invoice: AmountOrNone = None
    amount_shipping_total: AmountOrNothing = NOTHING
    amount_tax: AmountOrNone = None
    payment_due_date: Day = None
    net_payment_term_days: AmountOrNone = None
    revision_number: Code = ""
    ledger_code: Code = ""
    delivery_slip_number: Code = ""
    is_test: Flag = False


class Invoicing(Part):
    """SAP's invoice document."""

    request_header: InvoiceHeader
    vendor: Vendor
    line_item: Rows[InvoiceLine] = ()


class Invoice(FinancialDocument):
    """A supplier invoice with its header."""

    TITLE: ClassVar[str] = "invoice"

    document: Invoicing

    @property
    def orders(self) -> tuple[str, ...]:
        """Every purchase order it names, each once, the header's first."""
        lines = (line.line_item_purchase_order_number for line in self.document.line_item)
        return tuple(dict.fromkeys(filter(None, (self.document.request_header.po_number, *lines))))

    def summarised(self) -> Summary:
        """The supplier's own number, and Concur's ids."""
        header, vendor = self.document.request_header, self.document.vendor
        total = header.request_total
        return Summary(
            kind=summary.CREDIT_MEMO if total is not None and total < 0 else summary.INVOICE,
            number=header.vendor_invoice_number or self.source_key,
            party=vendor.vendor_code,
            party_name=vendor.vendor_name,
            date=header.invoice_date,
            amount=total,
            currency=header.currency_alpha_code,
            references=summary.named(
                request=header.request_id or self.source_key,
                purchase_order=self.orders,
                delivery_slip=header.delivery_slip_number,
            ),
        )

    @property
    def due_day(self) -> dt.date | None:
        """When it is to be paid: the day named, or so many days after the invoice's date."""
        header = self.document.request_header
        days = header.net_payment_term_days
        if header.payment_due_date or header.invoice_date is None or days is None or not 0 <= days <= _LONGEST_TERM:
            return header.payment_due_date
        return header.invoice_date + dt.timedelta(days=int(days))
