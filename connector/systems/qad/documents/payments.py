"""Payments, and the supplier invoices they touched."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from connector.domain import summary
from connector.domain.summary import Summary
from connector.reading import fields
from connector.reading.field_types import AsWritten, Code, Currency, Key
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import MOST_LINES, Amount, AmountOrNone, Day, Flag
from connector.systems.qad.documents.invoices import CALLED, TypeOfInvoice

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_NOTHING = Decimal(0)


class PaymentStatus(StrEnum):
    """``CDocumentStatus``, documented; compared without spaces and case."""

    INITIAL = "Initial"
    ALLOCATED = "Allocated"
    FOR_COLLECTION = "For Collection"
    PAID = "Paid"
    PAID_CONDITIONALLY = "Paid Conditionally"
    VOID = "Void"
    BOUNCED = "Bounced"


class Payment(Document):
    """Table CDocument as far as it pays one invoice. QAD shows it as year/instrument/number."""

    year: Code = ""
    instrument: Code = ""
    number: Code = ""
    status: Annotated[PaymentStatus, BeforeValidator(fields.one_of(PaymentStatus))]
    reference: Code = ""
    date: Day = None
    amount: Amount


def latest(payments: Iterable[Payment]) -> dt.date | None:
    """The day of the last of them."""
    return max((payment.date for payment in payments if payment.date), default=None)


class InvoicePayments(Document):
    """One supplier invoice with every payment that ever touched it."""

    TITLE = "payments of supplier invoice"
    KEY = "invoice_id"

    invoice_id: Key
    entity: Code = ""
    supplier_code: Key
    reference: AsWritten = ""
    invoice_type: TypeOfInvoice
    currency: Currency
    credit_total: AmountOrNone
    debit_total: AmountOrNone
    balance: AmountOrNone = _NOTHING
    open: Flag
    payments: tuple[Payment, ...] = Field(default=(), max_length=MOST_LINES)

    def summarised(self) -> Summary:
        """The invoice that is paid, by the supplier's own number, with the invoice's amount."""
        return Summary(
            kind=f"{summary.PAYMENT_OF}{CALLED[self.invoice_type]}",
            number=self.reference or self.invoice_id,
            party=self.supplier_code,
            date=latest(self.payments),
            amount=self.credit_total - self.debit_total,
            currency=self.currency,
            references=summary.named(payment=(payment.number for payment in self.payments)),
        )
