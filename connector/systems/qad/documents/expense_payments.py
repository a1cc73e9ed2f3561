"""What was paid to an employee or card vendor for something Concur had us post, by Concur's own id for it (assumed)."""

from __future__ import annotations

from pydantic import Field

from connector.domain import summary
from connector.domain.summary import Summary
from connector.reading.field_types import Code, Currency, Key
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import MOST_LINES, AmountOrNone
from connector.systems.qad.documents.payments import Payment, latest


class ExpensePayments(Document):
    """Every payment document that ever touched it; ``reference`` is what the journal entry carries as reference."""

    TITLE = "payments of expense"
    KEY = "reference"

    reference: Key
    employee_code: Code = ""
    currency: Currency
    total: AmountOrNone
    payments: tuple[Payment, ...] = Field(default=(), max_length=MOST_LINES)

    def summarised(self) -> Summary:
        """The report or advance that is paid, as its system calls it, with its amount."""
        return Summary(
            kind=f"{summary.PAYMENT_OF}{summary.EXPENSE_REPORT}",
            number=self.reference,
            party=summary.employee(self.employee_code),
            date=latest(self.payments),
            amount=self.total,
            currency=self.currency,
            references=summary.named(payment=(payment.number for payment in self.payments)),
        )
