"""What a posting books on an account, for the sums of a reconciliation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Booked:
    """One line of what was posted."""

    #: the GL account; or whose account the target takes: "supplier S1"
    account: str
    currency: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
