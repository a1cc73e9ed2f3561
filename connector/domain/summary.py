"""What a document is called: what people search for and lists show. It stands in clear, with nothing personal in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

#: references of one kind; a document may name thousands of orders
MOST_OF_ONE_KIND = 10

#: kinds of documents that only tell of another one, and have its number
GOODS_RECEIPT = "goods receipt"
ORDER_CONFIRMATION = "order confirmation"
ORDER_STATUS = "order status"
PAYMENT_OF = "payment of "

CASH_ADVANCE = "cash advance"
CREDIT_MEMO = "credit memo"
EXPENSE_REPORT = "expense report"
INVOICE = "supplier invoice"
ORDER = "purchase order"
SUPPLIER = "supplier"
#: documents that are about an employee
PERSONAL = (EXPENSE_REPORT, CASH_ADVANCE, f"{PAYMENT_OF}{EXPENSE_REPORT}")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A document in a line. Employees are in it by their id only, suppliers with their name."""

    #: "supplier invoice", "credit memo", "purchase order", "expense report", "supplier", "GL account" ...
    kind: str
    #: what people call it: the supplier's own invoice number, the report's id, the order's number, a code
    number: str
    #: the supplier's code, or the employee's id
    party: str = ""
    #: the supplier's name; never an employee's
    party_name: str = ""
    date: dt.date | None = None
    #: negative where the supplier owes us
    amount: Decimal | None = None
    currency: str = ""
    #: what it is called elsewhere: "purchase order" -> its number
    references: Mapping[str, str] = field(default_factory=dict)


def named(**references: str | Iterable[str]) -> dict[str, str]:
    """References without the empty ones: ``purchase_order=("1", "2")`` is "purchase order" and "purchase order 2"."""
    found: dict[str, str] = {}
    for name, numbers in references.items():
        listed = dict.fromkeys(filter(None, (numbers,) if isinstance(numbers, str) else numbers))
        for place, number in zip(range(1, MOST_OF_ONE_KIND + 1), listed, strict=False):
            found[name.replace("_", " ") + (f" {place}" if place > 1 else "")] = number
    return found


def tells_of_another(kind: str) -> bool:
    """Whether documents of this kind only tell of another one: whoever names a number means that one."""
    return kind in {GOODS_RECEIPT, ORDER_CONFIRMATION, ORDER_STATUS} or kind.startswith(PAYMENT_OF)


def employee(identifier: str) -> str:
    """An employee as they may be named in clear: by their id; by nothing where that is an e-mail address."""
    return "" if "@" in identifier else identifier
