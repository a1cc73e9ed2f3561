"""Suppliers and GL accounts."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sandbox.qad import words
from sandbox.qad.documents import Account, CostObject, Remit, Supplier

if TYPE_CHECKING:
    from random import Random

TODAY: Final = date(2026, 11, 16)
"""The day on which a seeded sandbox stands, so that the same seed means the same documents in any year."""

LONGEST_NAME: Final = 36
LONGEST_SEARCH_NAME: Final = 28

# Every currency appears among the first suppliers, so that a small sandbox has them all.
_CURRENCIES: Final = ("USD", "EUR", "JPY", "BHD", "USD", "USD", "GBP", "USD", "CAD", "EUR", "USD")


def make_supplier(number: int, chance: Random) -> Supplier:
    """Invent supplier ``number`` (from 0). Every ninth is inactive, every third has no remit-to address."""
    currency = _CURRENCIES[number % len(_CURRENCIES)]
    country = words.COUNTRY[currency]
    first, second = chance.choice(words.FIRST), chance.choice(words.SECOND)
    name = f"{first} {second} {chance.choice(words.LEGAL[country])}"[:LONGEST_NAME].strip()
    town, state = chance.choice(words.TOWNS[country])
    domain = re.sub(r"[^a-z0-9]", "", _plain(first + second).lower())
    return Supplier(
        code=f"S{10001 + number}",
        name=name,
        search_name=_plain(f"{first} {second}").upper()[:LONGEST_SEARCH_NAME],
        active=number % 9 != 5,  # noqa: PLR2004  the sixth of every nine
        currency=currency,
        terms=chance.choice(words.CREDIT_TERMS),
        type_code=chance.choice(("RAW", "PACK", "MRO", "SERV")),
        street1=f"{chance.randint(1, 299)} {chance.choice(words.STREETS)}",
        street2=f"Unit {chance.randint(1, 40)}" if chance.random() < 0.2 else "",  # noqa: PLR2004  one in five
        city=town,
        state=state,
        postal_code=str(chance.randint(10000, 99999)),
        country=country,
        phone=f"+{words.COUNTRY_CODE[country]} 555 {chance.randint(0, 9999999):07d}",
        email=f"accounts@{domain}.example",
        tax_id=f"{country}{chance.randint(0, 999_999_999):09d}",
        bank_account=f"{country}00SAND{chance.randint(0, 10**12 - 1):012d}",
        remit=None if number % 3 == 1 else _remit(name, country, chance),
        modified=moment(chance, TODAY - timedelta(days=chance.randint(1, 400))),
    )


def _remit(name: str, country: str, chance: Random) -> Remit:
    town, state = chance.choice(words.TOWNS[country])
    return Remit(
        name=f"{name} Payments"[:LONGEST_NAME].strip(),
        street1=f"PO Box {chance.randint(100, 9999)}",
        city=town,
        state=state,
        postal_code=str(chance.randint(10000, 99999)),
        country=country,
    )


def make_accounts(chance: Random) -> list[Account]:
    """Build the chart of accounts; it is the same for every seed but for when it was last changed."""
    return [
        Account(
            code=code,
            description=description,
            type_code=kind,
            active=active,
            cost_centre=cost_centre,
            project=project,
            modified=moment(chance, TODAY - timedelta(days=chance.randint(30, 900))),
        )
        for code, description, kind, active, cost_centre, project in words.ACCOUNTS
    ]


def make_cost_objects() -> list[CostObject]:
    """Build the cost centres and projects, the last of each inactive; they are the same for every seed."""
    changed = datetime(TODAY.year, TODAY.month, 1, 8, tzinfo=UTC)
    return [
        CostObject(kind=kind, code=code, description=description, active=active, modified=changed)
        for kind, rows in (("cost_centre", words.COST_CENTRE_NAMES), ("project", words.PROJECT_NAMES))
        for code, description, active in rows
    ]


def moment(chance: Random, day: date) -> datetime:
    """Pick a second within working hours of ``day``."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=chance.randint(6 * 3600, 18 * 3600))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
