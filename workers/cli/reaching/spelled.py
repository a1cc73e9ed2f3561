"""What is asked for, as addresses of the API spell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.finding import Sought

_OPEN_END = 10**15


def moment(at: dt.datetime | None) -> str | None:
    """A moment with its offset."""
    return None if at is None else at.isoformat()


def sought(what: Sought) -> dict[str, str | None]:
    """What is looked for in lists."""
    amount = None
    if what.amount is not None:
        least, largest = what.amount
        amount = f"{least:f}..{largest:f}" if largest < _OPEN_END else f"{least:f}.."
    moments = {"since": moment(what.since), "until": moment(what.until)}
    return {"search": what.search, "party": what.party, "amount": amount, **moments}
