"""Whose documents are under fire: a customer, a company and, at length, a buyer with a supplier network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e import books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.comparing import Compared
    from sandbox.server import SandboxServer
    from tests.e2e.buyer import Buyer
    from tests.e2e.company import Company
    from tests.e2e.plant import Customer, Plant, Tenant

#: what each system does: the first that post something to it lose their answer; of all other requests that it gets,
#: this share goes wrong in each of these ways
FAULTS = (
    {"kind": "reset-after", "match": {"method": "POST", "path": "^(?!.*token)"}, "count": 4},
    {"kind": "429", "rate": 0.004, "retry_after": 1},
    {"kind": "503", "rate": 0.015},
    {"kind": "slow", "rate": 0.01, "seconds": 0.5},
    {"kind": "malformed", "rate": 0.005},
    {"kind": "reset-before", "rate": 0.01},
    {"kind": "reset-after", "rate": 0.02},
    {"kind": "timeout", "rate": 0.002, "seconds": 4},
)
#: whoever shows a token is told now and then that it is not known any more; of a password that would be the end
FORGETFUL = (FAULTS[0], {"kind": "401", "rate": 0.01}, *FAULTS[1:])
MORE = {"suppliers": 2, "orders": 5, "invoices": 10}
#: of the documents that a buyer's QAD begins with, how many invoices its suppliers send for them each time
BILLED = 0.4


@dataclass(frozen=True, kw_only=True)
class Everybody:
    """All tenants of one plant."""

    customer: Customer
    company: Company
    buyer: Buyer | None
    #: invoices that suppliers send when they send some
    billed: int

    @property
    def plant(self) -> Plant:
        return self.company.plant

    @property
    def tenants(self) -> Sequence[Tenant]:
        return [one for one in (self.customer, self.company, self.buyer) if one is not None]

    @property
    def systems(self) -> Sequence[SandboxServer]:
        return [*self._books, self.customer.jaggaer, self.company.concur, *self._networks]

    def misbehave(self) -> None:
        """From now on every system does as it may at its worst."""
        books.be_vague(*self._books)
        for system in self.systems:
            signs_in_each_time = system in self._networks or (
                system in self._books and books.INTERFACE != books.ADAPTIVE
            )
            system.set_faults(*(FAULTS if signs_in_each_time else FORGETFUL))

    def behave(self) -> Counter[str]:
        """From now on nothing goes wrong; returns what did."""
        faults: Counter[str] = Counter()
        for system in self.systems:
            faults += Counter(system.state("faults")["faults"])
            system.set_faults()
        for one in self._books:
            one.set_options(**({} if books.INTERFACE == books.ADAPTIVE else {"answers": []}))
        return faults

    def bring_more(self) -> None:
        """More documents come."""
        self.customer.qad.add_documents({"generate": MORE})

    def go_on(self) -> None:
        """What is in the books is paid."""
        self.company.reimburse_employees()
        if self.buyer is not None:
            self.buyer.pay()

    def bill(self) -> bool:
        """What was received is billed, once suppliers know of it; whether that is done, or nobody is to do it."""
        return self.buyer is None or self.buyer.bill(self.billed)

    def compared(self) -> list[Compared]:
        """What should be on each side, and what is, flow by flow."""
        buyer = self.buyer.compared() if self.buyer is not None else []
        return [*self.customer.compared(), *self.company.compared(), *buyer]

    @property
    def _books(self) -> list[SandboxServer]:
        return [self.customer.qad, self.company.qad, *([self.buyer.qad] if self.buyer is not None else [])]

    @property
    def _networks(self) -> list[SandboxServer]:
        return [self.buyer.network] if self.buyer is not None else []
