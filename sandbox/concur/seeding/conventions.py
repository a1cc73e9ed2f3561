"""Which codes documents name. They are those of a simulated QAD with as many documents; nothing else ties the two.

Suppliers are ``S10001`` onwards, every ninth inactive; order ``PO100001 + n`` belongs to the active suppliers in turn;
every eighth order is never received, and every second of those is cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

TODAY: Final = date(2026, 11, 16)
"""The day on which a seeded sandbox stands."""

COST_CENTRES: Final = ("100", "120", "140", "210", "300")
PROJECTS: Final = ("PRJ-01", "PRJ-02", "PRJ-07")
LEDGERS: Final = ("DEFAULT", "SALES")
ADVANCES_ACCOUNT: Final = "1300"
CLEARING_ACCOUNT: Final = "6900"
ORDER_ACCOUNT: Final = "4000"
INVOICE_ACCOUNTS: Final = ("4200", "5010", "5020", "6100", "6300", "6900")

#: the fields of an allocation (and, by the same suffix, of an entry) that hold the cost objects
COST_CENTRE_FIELD: Final = "Custom3Code"
PROJECT_FIELD: Final = "Custom4Code"

#: what a crosswalk may say about the codes that only Concur knows
CROSSWALK: Final = {
    "payees": {"EMPL": "2900", "IBCP": "2010", "CBCP": "2020", "COPD": "1010"},
    "tax_accounts": dict.fromkeys(("DE-V19", "GB-V20", "CA-GST", "CA-PST"), "2200"),
    "ledgers": dict.fromkeys(LEDGERS, "10USACO"),
}

_CURRENCIES: Final = ("USD", "EUR", "JPY", "BHD", "USD", "USD", "GBP", "USD", "CAD", "EUR", "USD")
_COUNTRIES: Final = {"USD": "US", "EUR": "DE", "JPY": "JP", "BHD": "BH", "GBP": "GB", "CAD": "CA"}
_FEWEST_SUPPLIERS: Final = 6
_INACTIVE: Final = 5
_IDLE: Final = 8


@dataclass(frozen=True, kw_only=True)
class ExpenseType:
    """An expense type and the account it is booked to."""

    code: str
    name: str
    account: str
    project: bool = False


EXPENSE_TYPES: Final = {
    one.code: one
    for one in (
        ExpenseType(code="TAXIX", name="Taxi", account="6200"),
        ExpenseType(code="TRAIN", name="Train", account="6200"),
        ExpenseType(code="LODNG", name="Room Rate", account="6200"),
        ExpenseType(code="LODTX", name="Room Tax", account="6200"),
        ExpenseType(code="BRKFT", name="Breakfast", account="6200"),
        ExpenseType(code="DINNR", name="Dinner", account="6200"),
        ExpenseType(code="CARRT", name="Car Rental", account="6200"),
        ExpenseType(code="PARKG", name="Parking", account="6200"),
        ExpenseType(code="MILEG", name="Personal Car Mileage", account="6200"),
        ExpenseType(code="SEMNR", name="Seminar Fees", account="6300"),
        ExpenseType(code="OFCSP", name="Office Supplies", account="5100"),
        ExpenseType(code="SFTWR", name="Software", account="6000", project=True),
        ExpenseType(code="POSTG", name="Postage", account="6900"),
        ExpenseType(code="ADVSR", name="Advisory Fees", account="6100"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """A supplier as an invoice names it."""

    code: str
    currency: str
    country: str

    @property
    def name(self) -> str:
        """What it is called here; the simulated QAD knows its real name."""
        return f"Vendor {self.code}"


@cache
def vendors(documents: int) -> tuple[Vendor, ...]:
    """Return the active suppliers of a simulated QAD with ``documents`` documents."""
    count = max(_FEWEST_SUPPLIERS, documents // 10)
    return tuple(
        Vendor(code=f"S{10001 + number}", currency=currency, country=_COUNTRIES[currency])
        for number in range(count)
        if number % 9 != _INACTIVE
        for currency in (_CURRENCIES[number % len(_CURRENCIES)],)
    )


@cache
def orders(documents: int) -> tuple[tuple[str, Vendor], ...]:
    """Return the numbers and suppliers of the orders that are invoiced there."""
    return tuple(pair for number, pair in enumerate(_orders(documents)) if number % _IDLE != _IDLE - 1)


@cache
def orders_without_receipt(documents: int) -> tuple[tuple[str, Vendor], ...]:
    """Return those that are open and never received; a sandbox of fewer than twenty documents has none."""
    return tuple(pair for number, pair in enumerate(_orders(documents)) if number % (2 * _IDLE) == 2 * _IDLE - 1)


def _orders(documents: int) -> list[tuple[str, Vendor]]:
    known = vendors(documents)
    return [(f"PO{100001 + number}", known[number % len(known)]) for number in range(max(1, documents * 8 // 10))]
