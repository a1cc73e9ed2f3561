"""Fills the books, at the start and whenever more is asked for; every kind of document has its own chance."""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING, Final

from sandbox.qad.seeding import states
from sandbox.qad.seeding.invoices import make_invoice
from sandbox.qad.seeding.masters import make_accounts, make_cost_objects, make_supplier
from sandbox.qad.seeding.orders import cancelled, make_order
from sandbox.qad.seeding.payments import with_payments

if TYPE_CHECKING:
    from sandbox.qad.books import Books
    from sandbox.qad.documents import Invoice, Order, Supplier
    from sandbox.qad.seeding.states import State

FEWEST_SUPPLIERS: Final = 6
_IDLE: Final = 8  # one order in eight is never invoiced; every second of those is cancelled


class Seeder:
    """Makes documents in numbered order, so that asking for ten and ten more gives the same twenty."""

    def __init__(self, books: Books, seed: int) -> None:
        self._books = books
        self._chance = {kind: Random(f"{seed}:{kind}") for kind in ("master", "order", "invoice", "payment")}  # noqa: S311  not for secrets
        self._states = states.invoice_states(self._chance["invoice"])
        self._outcomes = states.payment_outcomes(self._chance["payment"])
        self._turns: deque[str] = deque()
        # Orders to bill, each up to twice: first all once, then all again.
        self._fresh: deque[str] = deque()
        self._half: deque[str] = deque()
        self._unpaid: deque[str] = deque()

    def fill(self, documents: int) -> None:
        """Seed everything for ``documents`` invoices."""
        if not documents:
            return
        for account in make_accounts(self._chance["master"]):
            self._books.put_account(account)
        for one in make_cost_objects():
            self._books.put_cost_object(one)
        self.suppliers(max(FEWEST_SUPPLIERS, documents // 10))
        self.orders(max(1, documents * 8 // 10))
        self.invoices(documents)
        self.payments(len(self._unpaid))

    def suppliers(self, count: int) -> list[str]:
        """Add suppliers; answer their codes."""
        return [self.keep_supplier(self.invent_supplier()).code for _ in range(count)]

    def orders(self, count: int) -> list[str]:
        """Add orders with active suppliers in turn; answer their numbers."""
        return [self._keep_order(self.invent_order()).number for _ in range(count)]

    def invoices(self, count: int) -> list[str]:
        """Add invoices in all states, with the receipts behind them; answer their ids."""
        return [self._keep_invoice(states.STATES[next(self._states)]).invoice_id for _ in range(count)]

    def invent_supplier(self) -> Supplier:
        """Make the next supplier without keeping it."""
        return make_supplier(len(self._books.suppliers), self._chance["master"])

    def invent_order(self) -> Order:
        """Make the next order without keeping it."""
        return make_order(len(self._books.orders), self._next_supplier(), self._chance["order"])

    def invent_invoice(self, state: State) -> Invoice:
        """Make the next invoice without keeping it."""
        order = self._to_bill() if state.order else None
        supplier = self._supplier(order.supplier) if order else self._next_supplier()
        return make_invoice(len(self._books.invoices), state, supplier, order, self._chance["invoice"])

    def keep_supplier(self, supplier: Supplier) -> Supplier:
        """Keep a supplier, new or changed; it gets orders in its turn while it is active."""
        if supplier.code not in self._books.suppliers:
            self._turns.append(supplier.code)
        self._books.suppliers.put(supplier.code, supplier)
        return supplier

    def payments(self, count: int) -> list[str]:
        """Decide the next ``count`` matched invoices: three in five get payments; answer the ids of those."""
        settled = []
        for _ in range(min(count, len(self._unpaid))):
            invoice_id = self._unpaid.popleft()
            outcome = next(self._outcomes)
            invoice = self._books.invoice(invoice_id)
            if outcome != "none" and not invoice.payments:
                self._books.put_invoice(with_payments(invoice, outcome, self._books.payments, self._chance["payment"]))
                settled.append(invoice_id)
        return settled

    def _keep_order(self, order: Order) -> Order:
        number = len(self._books.orders)
        if number % _IDLE != _IDLE - 1:
            self._fresh.append(order.number)
        elif number % (2 * _IDLE) == _IDLE - 1:
            order = cancelled(order)
        self._books.orders.put(order.number, order)
        return order

    def _keep_invoice(self, state: State) -> Invoice:
        made = self.invent_invoice(state)
        self._books.receive(made)
        self._books.put_invoice(made)
        if state == states.STATES["matched"]:
            self._unpaid.append(made.invoice_id)
        return made

    def _to_bill(self) -> Order:
        while not self._fresh and not self._half:
            self._keep_order(self.invent_order())
        if self._fresh:
            number = self._fresh.popleft()
            self._half.append(number)
        else:
            number = self._half.popleft()
        order = self._books.orders.get(number)
        assert order is not None  # noqa: S101  only numbers of kept orders are queued
        return order

    def _next_supplier(self) -> Supplier:
        while True:
            if not self._turns:
                self.suppliers(FEWEST_SUPPLIERS)
            supplier = self._supplier(self._turns.popleft())
            if supplier.active:
                self._turns.append(supplier.code)
                return supplier

    def _supplier(self, code: str) -> Supplier:
        supplier = self._books.suppliers.get(code)
        assert supplier is not None  # noqa: S101  only codes of kept suppliers are used
        return supplier
