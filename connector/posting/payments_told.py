"""What Concur has been told of the payments of one report, and what it is to be told next.

A payment reference names a payment for ever, so that nothing is told twice under one. Once a payment that Concur was
told of does not stand, or stands with another amount, all that it was told is reversed, and what stands is told anew in
the next round, under references of that round: whether a reversal is of the payments it names or of all (not known),
Concur then shows what QAD has paid.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain import canonical
from connector.domain.gate import LinkState
from connector.systems.concur.documents.bodies import Paid
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.domain.gate import Link
    from connector.systems.qad.documents.expense_payments import ExpensePayments

_MONEY_LEFT = frozenset({qad.PaymentStatus.PAID, qad.PaymentStatus.PAID_CONDITIONALLY})
_REVERSED = frozenset({qad.PaymentStatus.VOID, qad.PaymentStatus.BOUNCED})
_TOLD = "told"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What Concur was told last."""

    #: None where the ledger does not know it
    status: Paid | None
    #: those that it takes for paid; where the ledger does not know them, all that left or came back
    payments: tuple[qad.Payment, ...]
    #: one more with each reversal
    round: int = 1


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What it is told next."""

    status: Paid
    #: what it was told and is reversed first, and the round in which it was told
    back: tuple[qad.Payment, ...]
    back_round: int
    #: what it does not know of yet
    new: tuple[qad.Payment, ...]
    round: int
    #: all that it takes for paid afterwards
    stands: tuple[qad.Payment, ...]

    @property
    def facts(self) -> Mapping[str, str]:
        """For the ledger, so that it is known the next time."""
        payments = [payment.model_dump(exclude={"reference"}) for payment in self.stands]
        said = {"status": self.status.value, "round": self.round, "payments": payments}
        return {_TOLD: canonical.dumps(said).decode()}


def left(paid: ExpensePayments) -> tuple[qad.Payment, ...]:
    """The payments whose money left."""
    return tuple(payment for payment in paid.payments if payment.status in _MONEY_LEFT)


def number_of(payment: qad.Payment) -> str:
    """The way QAD shows a payment, so that it can be found there."""
    return "/".join(filter(None, (payment.year, payment.instrument, payment.number)))


def told(link: Link, paid: ExpensePayments) -> Told | None:
    """What Concur was told; None when it was told nothing."""
    if link.state is not LinkState.LINKED:
        return None
    try:
        said = canonical.loads(link.facts[_TOLD])
        payments = tuple(qad.Payment.model_validate(payment) for payment in said["payments"])
        return Told(status=Paid(said["status"]), round=int(said["round"]), payments=payments)
    except (KeyError, TypeError, ValueError):
        back = tuple(payment for payment in paid.payments if payment.status in _REVERSED)
        return Told(status=None, payments=(*left(paid), *back) or paid.payments)


def next_of(paid: ExpensePayments, before: Told | None) -> Telling | None:
    """What Concur is to be told; None when it knows."""
    stands = left(paid)
    status = _status(paid, stands)
    known = before or Told(status=Paid.REVERSED, payments=())
    sums, before_sums = _sums(stands), _sums(known.payments)
    came_back = any(sums.get(number) != amount for number, amount in before_sums.items())
    new = tuple(payment for payment in stands if known.status is None or number_of(payment) not in before_sums)
    if not new and not came_back and status is known.status:
        return None
    again = came_back or not new
    return Telling(
        status=status,
        back=known.payments if again else (),
        back_round=known.round,
        new=stands if again else new,
        round=known.round + again,
        stands=stands,
    )


def _status(paid: ExpensePayments, stands: Iterable[qad.Payment]) -> Paid:
    if not stands:
        return Paid.REVERSED
    return Paid.COMPLETELY if sum(_sums(stands).values(), start=Decimal(0)) >= paid.total else Paid.PARTLY


def _sums(payments: Iterable[qad.Payment]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for payment in payments:
        sums[number_of(payment)] += payment.amount
    return sums
