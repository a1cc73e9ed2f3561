"""What is asked for, as addresses of the API spell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.store.operator.finding import Sought

_OPEN_END = 10**15


def sought(what: Sought) -> dict[str, Any]:
    """What is looked for in lists."""
    amount = None
    if what.amount is not None:
        least, largest = what.amount
        amount = f"{least:f}..{largest:f}" if largest < _OPEN_END else f"{least:f}.."
    names = ("search", "party", "since", "until")
    return {**{name: getattr(what, name) for name in names}, "amount": amount}
