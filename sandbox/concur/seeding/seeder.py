"""Fills the list of documents, at the start and whenever more is asked for."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.financial.content import Correction, is_test
from sandbox.concur.financial.documents import Document, doc_id
from sandbox.concur.seeding import invoices, scenarios
from sandbox.concur.seeding.cash_advances import cash_advance_document
from sandbox.concur.seeding.conventions import TODAY
from sandbox.concur.seeding.expected_journal import expected_advance, expected_expense
from sandbox.concur.seeding.expense_document import expense_document, guid
from sandbox.concur.seeding.money import worth
from sandbox.concur.seeding.people import make_employees
from sandbox.concur.seeding.report import Report
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sandbox.concur.financial.documents import Documents
    from sandbox.concur.seeding.people import Employee

_UNCHANGED: Final = Correction()
_LONG_ID: Final = 20


class Seeder:
    """Makes documents in numbered order, so that asking for ten and ten more gives the same twenty.

    ``documents`` is how many there are at the start, which says what the simulated QAD beside it holds.
    """

    def __init__(self, collection: Documents, *, seed: int, documents: int) -> None:
        self._collection = collection
        self._seed = seed
        self._beside = documents
        self._chance = {kind: Random(f"{seed}:{kind}") for kind in ("people", "expense", "invoice", "cashadvance")}  # noqa: S311  not for secrets
        self._employees = make_employees(documents // 20, self._chance["people"])
        self._made = {"expense": 0, "invoice": 0, "cashadvance": 0}
        self._decks = {
            "expense": _dealt(list(scenarios.SCENARIOS), self._chance["expense"]),
            "invoice": _dealt(list(invoices.SCENARIOS), self._chance["invoice"]),
        }

    def fill(self) -> None:
        """Seed the documents of the start: half of them expense reports, a third invoices, the rest cash advances."""
        advances, bills = self._beside * 15 // 100, self._beside * 35 // 100
        self.expenses(self._beside - advances - bills)
        self.invoices(bills)
        self.cash_advances(advances)

    def expenses(self, count: int, scenario: str = "", change: Correction = _UNCHANGED) -> list[Document]:
        """Add expense reports, all of one scenario or of all in turn."""
        _known(scenario, scenarios.SCENARIOS)
        return [self._expense(scenario or next(self._decks["expense"]), change) for _ in range(count)]

    def invoices(self, count: int, scenario: str = "", change: Correction = _UNCHANGED) -> list[Document]:
        """Add invoices, likewise."""
        _known(scenario, invoices.SCENARIOS)
        return [self._invoice(scenario or next(self._decks["invoice"]), change) for _ in range(count)]

    def cash_advances(self, count: int, scenario: str = "", change: Correction = _UNCHANGED) -> list[Document]:
        """Add cash advances; there is only one kind."""
        _known(scenario, ())
        return [self._advance(change) for _ in range(count)]

    def _expense(self, scenario: str, change: Correction) -> Document:
        number, chance = self._next("expense"), self._chance["expense"]
        employee = self._traveller(scenario, number)
        trip = scenarios.SCENARIOS[scenario](scenarios.Pen(employee=employee, chance=chance))
        processed = TODAY - timedelta(days=chance.randint(0, 9))
        report = Report(
            number=number,
            report_id=guid(self._seed, "report", number)[:_LONG_ID],
            employee=employee,
            submitted=processed - timedelta(days=chance.randint(1, 5)),
            processed=processed,
            spends=trip.spends,
            advances=trip.advances,
            returned=trip.returned,
        )
        content, truth = expense_document(report), expected_expense(report)
        return self._keep("expense", report.report_id, content=content, truth=truth, scenario=scenario, change=change)

    def _invoice(self, scenario: str, change: Correction) -> Document:
        number, chance = self._next("invoice"), self._chance["invoice"]
        made = invoices.make_invoice(
            number,
            request_id=guid(self._seed, "request", number)[:_LONG_ID],
            shape=invoices.SCENARIOS[scenario],
            owner=chance.choice(self._employees),
            chance=chance,
            documents=self._beside,
        )
        content, truth = invoices.invoice_document(made), invoices.expected_invoice(made)
        return self._keep("invoice", made.request_id, content=content, truth=truth, scenario=scenario, change=change)

    def _advance(self, change: Correction) -> Document:
        number, chance = self._next("cashadvance"), self._chance["cashadvance"]
        employee, advance_id = chance.choice(self._employees), guid(self._seed, "advance", number)
        amount = worth(chance.randint(10, 150) * 1000, employee.currency)
        on = TODAY - timedelta(days=chance.randint(1, 20))
        content = cash_advance_document(employee, advance_id, amount, on)
        truth = expected_advance(employee, advance_id, amount)
        return self._keep(
            "cashadvance", advance_id, content=content, truth=truth, scenario="cash advance", change=change
        )

    def _keep(
        self,
        kind: str,
        key: str,
        *,
        content: Mapping[str, Any],
        truth: Mapping[str, Any],
        scenario: str,
        change: Correction,
    ) -> Document:
        changed = content if change is _UNCHANGED else change.of(content)
        return self._collection.put(
            Document(
                doc_id=doc_id(self._seed, kind, key, 1),
                doc_type=kind,
                source_key=key,
                revision=1,
                content=changed,
                expected=truth if change is _UNCHANGED else change.of_truth(truth),
                scenario=scenario,
                test=is_test(kind, changed),
            )
        )

    def _next(self, kind: str) -> int:
        self._made[kind] += 1
        return self._made[kind] - 1

    def _traveller(self, scenario: str, number: int) -> Employee:
        homes = set(scenarios.TAXED) if scenario in scenarios.TAX_SCENARIOS else set()
        if scenario == scenarios.MULTIPLE_TAX:
            homes = {"CA"}
        fitting = [one for one in self._employees if not homes or one.country in homes]
        return fitting[number % len(fitting)]


def _known(scenario: str, names: Sequence[str] | Mapping[str, Any]) -> None:
    if scenario and scenario not in names:
        raise SandboxMistakeError(f"There is no scenario {scenario!r} here; there are {', '.join(names) or 'none'}.")


def _dealt(deck: list[str], chance: Random) -> Iterator[str]:
    """Deal every scenario once in order, so that a small sandbox has many; then shuffled, again and again."""
    yield from deck
    while True:
        yield from chance.sample(deck, len(deck))
