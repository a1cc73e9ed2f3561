"""What a person looks for, as they type it; and how much of it a list shows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.operations.work import times
from connector.reading.search_terms import term
from connector.store.operator.finding import Sought
from connector.store.operator.listing import COUNTED

if TYPE_CHECKING:
    import datetime as dt

_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,12})?", re.ASCII)
_LARGEST = Decimal(10**15)


def sought(
    *,
    now: dt.datetime,
    search: str = "",
    party: str = "",
    amount: str = "",
    since: str = "",
    until: str = "",
) -> Sought:
    """Read what was typed; empty fields do not choose. ``now`` is aware. Raises ConfigurationError."""
    for what, typed in (("The search", search), ("The party", party)):
        if typed and not term(typed):
            raise ConfigurationError(f"{what} takes a number, a code or its beginning; {typed!r} names nothing.")
    begin = times.read(since, now=now) if since else None
    end = times.read(until, now=now) if until else None
    if begin and end and begin > end:
        raise ConfigurationError(f"{since} lies after {until}: nothing can be between them.")
    return Sought(search=search, party=party, amount=_amounts(amount) if amount else None, since=begin, until=end)


def _amounts(typed: str) -> tuple[Decimal, Decimal]:
    first, dots, last = typed.replace(" ", "").partition("..")
    least = _amount(first, typed) if first or not dots else Decimal(0)
    largest = least if not dots else _amount(last, typed) if last else _LARGEST
    if least > largest or (dots and not first and not last):
        raise _not_an_amount(typed)
    return least, largest


def _amount(text: str, typed: str) -> Decimal:
    if not _AMOUNT.fullmatch(text.lstrip("-")):
        raise _not_an_amount(typed)
    return Decimal(text.lstrip("-"))


def _not_an_amount(typed: str) -> ConfigurationError:
    return ConfigurationError(
        f"{typed!r} is no amount: write 206.94, or 100..200, 100.. and ..200 for what lies between; the sign of a "
        "credit memo does not matter."
    )


def cut(shown: int, there: int, most: int | None = None) -> str:
    """How much of a list is shown, in words: ``50 of 1,234``; nothing is counted further than it takes to say so."""
    most = COUNTED if most is None else most
    return f"{shown:,} of {there:,}" if there <= most else f"{shown:,} of more than {most:,}"
