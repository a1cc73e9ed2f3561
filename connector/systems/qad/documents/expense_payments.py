"""What was paid to an employee or card vendor for something Concur had us post, by Concur's own id for it (assumed)."""

from __future__ import annotations

from pydantic import Field

from connector.reading.field_types import Code, Currency, Key
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import MOST_LINES, AmountOrNone
from connector.systems.qad.documents.payments import Payment


class ExpensePayments(Document):
    """Every payment document that ever touched it; ``reference`` is what the journal entry carries as reference."""

    TITLE = "payments of expense"
    KEY = "reference"

    reference: Key
    employee_code: Code = ""
    currency: Currency
    total: AmountOrNone
    payments: tuple[Payment, ...] = Field(default=(), max_length=MOST_LINES)
