"""Where the payment of an invoice stands, worked out anew from all payments QAD lists for it.

A void or bounced payment so takes its effect back by itself. Paid and Paid Conditionally are money that left; For
Collection is on its way; Initial and Allocated are plans; Void and Bounced do not count (statuses documented, what they
mean to others is our mapping).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONEY_LEFT = frozenset({qad.PaymentStatus.PAID, qad.PaymentStatus.PAID_CONDITIONALLY})
_UNDER_WAY = frozenset({qad.PaymentStatus.FOR_COLLECTION})
_PLANNED = frozenset({qad.PaymentStatus.INITIAL, qad.PaymentStatus.ALLOCATED})
_REVERSED = frozenset({qad.PaymentStatus.VOID, qad.PaymentStatus.BOUNCED})


class PaymentState(StrEnum):
    """How far the payment of an invoice has got."""

    PAYABLE = "Payable"
    IN_PROCESS = "InProcess"
    PARTIALLY_PAID = "PartiallyPaid"
    PAID = "Paid"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the payment of an invoice stands; ``amount`` is never negative."""

    state: PaymentState
    amount: Decimal
    #: the newest payment that counts
    latest: qad.Payment | None = None


def standing(paid: qad.InvoicePayments, *, told_before: bool) -> Standing | None:
    """Work out where payment stands; None when nothing was ever paid and nobody need be told."""
    left = _only(paid, _MONEY_LEFT)
    under_way = _only(paid, _UNDER_WAY)
    left_sum, under_way_sum = _sum(paid, left), _sum(paid, under_way)
    if left_sum > 0:
        # an invoice settled with a discount is closed although less than its total was paid
        closed = not paid.open and not paid.balance and not under_way and not _only(paid, _PLANNED)
        full = left_sum >= abs(paid.credit_total - paid.debit_total) or closed
        state = PaymentState.PAID if full else PaymentState.PARTIALLY_PAID
        return Standing(state=state, amount=left_sum, latest=_latest(left))
    if under_way_sum > 0:
        return Standing(state=PaymentState.IN_PROCESS, amount=under_way_sum, latest=_latest(under_way))
    if told_before or left or _only(paid, _REVERSED):
        return Standing(state=PaymentState.PAYABLE, amount=Decimal(0))
    return None


def _only(paid: qad.InvoicePayments, statuses: frozenset[qad.PaymentStatus]) -> list[qad.Payment]:
    return [payment for payment in paid.payments if payment.status in statuses]


def _sum(paid: qad.InvoicePayments, payments: Iterable[qad.Payment]) -> Decimal:
    """Add up amounts; QAD's sign on payments of a credit note is not known, so its payments may all be negative."""
    turned = paid.invoice_type is qad.InvoiceType.CREDIT_NOTE and all(payment.amount <= 0 for payment in paid.payments)
    total = sum((payment.amount for payment in payments), start=Decimal(0))
    return -total if turned else total


def _latest(payments: list[qad.Payment]) -> qad.Payment:
    return max(payments, key=lambda payment: (payment.date is not None, payment.date, payment.year, payment.number))
