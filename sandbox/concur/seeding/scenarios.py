"""Every way in which an expense report can be awkward, one function each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.concur.seeding.conventions import COST_CENTRES, EXPENSE_TYPES, PROJECTS, TODAY
from sandbox.concur.seeding.money import rate, rounded, shares, worth
from sandbox.concur.seeding.report import CASH, Payee, Spend, Split, Tax

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from sandbox.concur.seeding.people import Employee

_WHOLE: Final = (Decimal(100),)
_RATES: Final = {
    "DE": (("DE-V19", "DEVAT", Decimal("0.19")),),
    "GB": (("GB-V20", "GBVAT", Decimal("0.20")),),
    "CA": (("CA-GST", "CAGST", Decimal("0.05")), ("CA-PST", "CAPST", Decimal("0.07"))),
}
TAXED: Final = ("DE", "GB", "CA")


@dataclass(frozen=True, kw_only=True)
class Trip:
    """What was spent, and what of cash advances it uses up; ``returned`` is given back in cash."""

    spends: tuple[Spend, ...]
    advances: tuple[Decimal, ...] = ()
    returned: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Pen:
    """Writes down what one employee spends."""

    employee: Employee
    chance: Random

    def spend(
        self,
        kind: str,
        payee: Payee = CASH,
        *,
        amount: Decimal | None = None,
        sign: int = 1,
        percentages: tuple[Decimal, ...] = _WHOLE,
        reclaimed: Decimal | None = None,
    ) -> Spend:
        """Spend about 5 to 900 dollars; ``reclaimed`` is the share of tax that comes back, None for no tax at all."""
        currency = self.employee.currency
        gross = (amount or worth(self.chance.randint(500, 90_000), currency)) * sign
        parts = shares(gross, percentages, currency)
        return Spend(
            kind=EXPENSE_TYPES[kind],
            payee=payee,
            on=self.day(),
            currency=currency,
            spent=gross,
            splits=tuple(
                Split(
                    percentage=percentage,
                    gross=part,
                    cost_centre=self.chance.choice(COST_CENTRES),
                    project=self.chance.choice(PROJECTS) if EXPENSE_TYPES[kind].project else "",
                    taxes=() if reclaimed is None else self._taxes(part, reclaimed),
                )
                for percentage, part in zip(percentages, parts, strict=True)
            ),
        )

    def day(self) -> date:
        """Pick a day of the last weeks."""
        return TODAY - timedelta(days=self.chance.randint(15, 60))

    def _taxes(self, gross: Decimal, reclaimed: Decimal) -> tuple[Tax, ...]:
        rates = _RATES.get(self.employee.country, ())
        net = gross / (1 + sum((share for _, _, share in rates), Decimal(0)))
        taxes = []
        for code, authority, share in rates:
            amount = rounded(net * share, self.employee.currency)
            back = rounded(amount * reclaimed, self.employee.currency)
            taxes.append(Tax(code=code, authority=authority, amount=amount, reclaim=back))
        return tuple(taxes)


Scenario = Callable[[Pen], Trip]


def _one(kind: str, payee: Payee = CASH, *, sign: int = 1, reclaimed: Decimal | None = None) -> Scenario:
    return lambda pen: Trip(spends=(pen.spend(kind, payee, sign=sign, reclaimed=reclaimed),))


def _several(*kinds: str, payee: Payee = CASH) -> Scenario:
    return lambda pen: Trip(spends=tuple(pen.spend(kind, payee) for kind in kinds))


def _mileage(pen: Pen) -> Trip:
    miles = pen.chance.randint(12, 480)
    drive = pen.spend("MILEG", amount=rounded(Decimal(miles) * worth(67, pen.employee.currency), pen.employee.currency))
    return Trip(spends=(replace(drive, miles=miles),))


def _rebate(payee: Payee) -> Scenario:
    def scenario(pen: Pen) -> Trip:
        paid = pen.spend("CARRT", payee)
        back = rounded(paid.gross / 4, pen.employee.currency) or paid.gross
        return Trip(spends=(paid, pen.spend("CARRT", payee, amount=back, sign=-1)))

    return scenario


def _foreign(pen: Pen) -> Trip:
    home = pen.employee.currency
    abroad = "CAD" if home != "CAD" else "EUR"
    spent = worth(pen.chance.randint(900, 60_000), abroad)
    divides = pen.chance.random() < 0.5  # noqa: PLR2004  one in two
    exchange = rate(home, abroad) if divides else rate(abroad, home)
    amount = max(rounded(spent / exchange if divides else spent * exchange, home), worth(1, home))
    dinner = pen.spend("DINNR", amount=amount)
    return Trip(spends=(replace(dinner, currency=abroad, spent=spent, rate=exchange, divides=divides),))


def _itemised(pen: Pen) -> Trip:
    nights = tuple(pen.spend(kind, "COPD") for kind in ("LODNG", "LODTX", "BRKFT"))
    return Trip(spends=tuple(replace(one, offset=True) for one in nights))


def _split(*percentages: str, reclaimed: Decimal | None = None, kind: str = "SEMNR") -> Scenario:
    parts = tuple(Decimal(one) for one in percentages)
    return lambda pen: Trip(spends=(pen.spend("TAXIX"), pen.spend(kind, percentages=parts, reclaimed=reclaimed)))


def _personal(payee: Payee, *, offset: bool) -> Scenario:
    """A private bill on a company card; with an offset it is held against what the employee paid in cash."""

    def scenario(pen: Pen) -> Trip:
        private = replace(pen.spend("DINNR", payee), personal=True, offset=offset)
        return Trip(spends=(private, pen.spend("TAXIX")) if offset else (private,))

    return scenario


def _advance(share: str, *, payee: Payee | None = None) -> Scenario:
    """Use up an advance of this share of the payout; what is above the payout is given back."""

    def scenario(pen: Pen) -> Trip:
        cash = tuple(pen.spend(kind) for kind in ("CARRT", "DINNR"))
        card = (pen.spend("LODNG", payee),) if payee else ()
        payout = sum((one.gross for one in cash), Decimal(0))
        advance = rounded(payout * Decimal(share), pen.employee.currency)
        parts = tuple(shares(advance, (Decimal(80), Decimal(20)), pen.employee.currency))
        return Trip(spends=cash + card, advances=parts, returned=max(advance - payout, Decimal(0)))

    return scenario


def _coded_on_entry(pen: Pen) -> Trip:
    return Trip(spends=(replace(pen.spend("OFCSP"), coded_on_entry=True), pen.spend("POSTG")))


def _everything(pen: Pen) -> Trip:
    spends = (
        pen.spend("TAXIX"),
        pen.spend("LODNG", "IBCP"),
        pen.spend("TRAIN", "CBCP"),
        pen.spend("SEMNR", "COPD", percentages=(Decimal(60), Decimal(40))),
        replace(pen.spend("DINNR", "CBCP"), personal=True),
    )
    return Trip(spends=spends, advances=(rounded(spends[0].gross / 2, pen.employee.currency) or spends[0].gross,))


_ALL, _NONE, _HALF = Decimal(1), Decimal(0), Decimal("0.5")

#: by name; those in ``TAX_SCENARIOS`` are for employees who live where tax comes back
SCENARIOS: Final[dict[str, Scenario]] = {
    "cash": _one("TAXIX"),
    "single tax": _one("DINNR", reclaimed=_ALL),
    "card IBCP": _one("CARRT", "IBCP"),
    "several in cash": _several("TAXIX", "PARKG", "DINNR", "SFTWR"),
    "mileage": _mileage,
    "advance below payout": _advance("0.6"),
    "personal on CBCP": _personal("CBCP", offset=False),
    "split in three": _split("33.33", "33.33", "33.34"),
    "rebate in cash": _rebate(CASH),
    "multiple tax": _one("SEMNR", reclaimed=_ALL),
    "card CBCP": _several("LODNG", "CARRT", payee="CBCP"),
    "itemised COPD": _itemised,
    "partly reclaimable tax": _one("OFCSP", reclaimed=_HALF),
    "advance above payout": _advance("1.4"),
    "rebate on card": _rebate("IBCP"),
    "foreign currency": _foreign,
    "personal with offset": _personal("CBCP", offset=True),
    "split with tax": _split("70", "30", reclaimed=_ALL),
    "tax not reclaimable": _one("LODNG", reclaimed=_NONE),
    "card COPD": _one("TRAIN", "COPD"),
    "advance and card": _advance("0.5", payee="IBCP"),
    "personal on COPD": _personal("COPD", offset=False),
    "coded on the entry": _coded_on_entry,
    "card tax": _one("LODNG", "CBCP", reclaimed=_ALL),
    "refund only": _one("ADVSR", sign=-1),
    "everything": _everything,
}
TAX_SCENARIOS: Final = frozenset(name for name in SCENARIOS if "tax" in name)
MULTIPLE_TAX: Final = "multiple tax"
