"""Employees who travel; none of them is anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.concur.seeding.conventions import LEDGERS

if TYPE_CHECKING:
    from random import Random

_FIRST: Final = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Gita", "Hugo", "Ines", "Jøran", "Käthe", "Lou")
_LAST: Final = ("Abele", "Brandt", "Castel", "Dunmore", "Eriksen", "Fenwick", "Gallo", "Hirai", "Ionescu", "Jarvi")
_HOMES: Final = (("US", "USD"), ("DE", "EUR"), ("CA", "CAD"), ("US", "USD"), ("GB", "GBP"), ("JP", "JPY"))
FEWEST: Final = len(_HOMES)


@dataclass(frozen=True, kw_only=True)
class Employee:
    """Somebody who is paid back in ``currency``. ``cost_centre`` is where they belong, never where they spend."""

    employee_id: str
    first: str
    last: str
    country: str
    currency: str
    ledger: str
    cost_centre: str


def make_employees(count: int, chance: Random) -> list[Employee]:
    """Invent employees; the first of them live in every country there is."""
    return [
        Employee(
            employee_id=f"E{1001 + number}",
            first=chance.choice(_FIRST),
            last=chance.choice(_LAST),
            country=country,
            currency=currency,
            ledger=LEDGERS[1] if number % 5 == 4 else LEDGERS[0],  # noqa: PLR2004  one in five sells
            cost_centre="900",
        )
        for number in range(max(FEWEST, count))
        for country, currency in (_HOMES[number % len(_HOMES)],)
    ]
