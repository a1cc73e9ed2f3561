"""What became of an invoice: payment documents in every status."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.qad.documents import Payment
from sandbox.qad.money import rounded, smallest
from sandbox.qad.seeding.masters import TODAY, moment

if TYPE_CHECKING:
    from random import Random

    from sandbox.qad.documents import Invoice

INSTRUMENTS: Final = ("Check", "Transfer", "Electronic Transfer", "Draft")

# what became of it -> the payments, each as (share of the total, status)
_OUTCOMES: Final = {
    "paid": ((1, "Paid"),),
    "partly paid": ((2, "Paid"),),
    "paid in two": ((2, "Paid"), (0, "Paid")),
    "void": ((1, "Void"),),
    "bounced": ((1, "Bounced"),),
    "initial": ((1, "Initial"),),
    "for collection": ((1, "For Collection"),),
    "void, then paid": ((1, "Void"), (1, "Paid")),
}


def with_payments(invoice: Invoice, outcome: str, number: int, chance: Random) -> Invoice:
    """Add the payments of ``outcome`` to ``invoice``, numbered from ``number``; a second instalment pays the rest."""
    payments: list[Payment] = []
    for part, status in _OUTCOMES[outcome]:
        settled = sum((payment.amount for payment in payments if payment.status == "Paid"), Decimal(0))
        amount = invoice.total - settled if part < 2 else rounded(invoice.total / part, invoice.currency)  # noqa: PLR2004 - the second part is the rest
        day = min(invoice.posted_on + timedelta(days=chance.randint(1, 4) + len(payments)), TODAY)
        payments.append(
            Payment(
                year=day.year,
                instrument=chance.choice(INSTRUMENTS),
                number=500_001 + number + len(payments),
                status=status,
                reference=f"PAY{500_001 + number + len(payments)}",
                on=day,
                amount=max(amount, smallest(invoice.currency)),
                modified=moment(chance, day),
            )
        )
    return replace(
        invoice,
        payments=(*invoice.payments, *payments),
        modified=max(invoice.modified, *(payment.modified for payment in payments)),
    )
