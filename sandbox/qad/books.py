"""All documents of the simulated QAD, and the business events that change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.qad.collection import Collection
from sandbox.qad.documents import (
    Account,
    CostObject,
    Delivery,
    Invoice,
    Order,
    Payment,
    Receipt,
    Received,
    Supplier,
)
from sandbox.qad.keys import key_of
from sandbox.qad.receiving import received
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sandbox.qad.entries import Entry


class Books:
    """Collections of documents of one entity each; its master data is everybody's.

    ``settled`` holds the invoices that have payments, ``reimbursed`` the journal entries, in the order of their first
    payment.
    """

    def __init__(self, masters: Books | None = None) -> None:
        self.suppliers: Collection[Supplier] = masters.suppliers if masters else Collection()
        self.accounts: Collection[Account] = masters.accounts if masters else Collection()
        self.cost_objects: Collection[CostObject] = masters.cost_objects if masters else Collection()
        self.orders: Collection[Order] = Collection()
        self.receipts: Collection[Receipt] = Collection()
        self.deliveries: Collection[Delivery] = Collection()
        self.invoices: Collection[Invoice] = Collection()
        self.settled: Collection[Invoice] = Collection()
        self.entries: Collection[Entry] = Collection()
        self.reimbursed: Collection[Entry] = Collection()
        self.payments = 0
        self._by_key: dict[str, list[str]] = {}
        # What clients posted that no browse shows, as it came.
        self.business_documents: dict[str, list[dict[str, Any]]] = {}

    def put_account(self, account: Account) -> None:
        """Keep an account; it is a cost object too."""
        self.accounts.put(account.code, account)
        self.put_cost_object(
            CostObject(
                kind="account",
                code=account.code,
                description=account.description,
                active=account.active,
                modified=account.modified,
            )
        )

    def put_cost_object(self, one: CostObject) -> None:
        """Keep a cost centre, a project, or what an account is in the list of all three."""
        self.cost_objects.put(f"{one.kind}|{one.code}", one)

    def put_entry(self, entry: Entry) -> None:
        """Keep a journal entry, new or with other payments."""
        known = self.entries.get(f"{entry.daybook}/{entry.voucher}")
        self.payments += len(entry.payments) - (len(known.payments) if known else 0)
        self.entries.put(f"{entry.daybook}/{entry.voucher}", entry)
        if entry.payments:
            self.reimbursed.put(entry.reference, entry)

    def put_invoice(self, invoice: Invoice) -> None:
        """Keep an invoice, new or changed."""
        before = self.invoices.get(invoice.invoice_id)
        self.payments += len(invoice.payments) - (len(before.payments) if before else 0)
        if before is None or key_of(before) != key_of(invoice):
            self._by_key.setdefault(key_of(invoice), []).append(invoice.invoice_id)
        self.invoices.put(invoice.invoice_id, invoice)
        if invoice.payments:
            self.settled.put(invoice.invoice_id, invoice)

    def with_key(self, key: str) -> list[Invoice]:
        """Return the invoices that have this natural key; QAD lets there be several."""
        known = [self.invoice(invoice_id) for invoice_id in self._by_key.get(key, [])]
        return [invoice for invoice in known if key_of(invoice) == key]

    def receive(self, invoice: Invoice) -> None:
        """Book the receipts behind the lines of ``invoice`` that name a receiver and are not booked yet."""
        order = self.orders.get(invoice.order)
        arrived: dict[int, Decimal] = {}
        for line in invoice.lines:
            key = f"{line.receiver}/{line.line}"
            if not line.receiver or key in self.receipts:
                continue
            sign = -1 if invoice.kind == "CREDITNOTE" else 1
            self._deliver(
                line.order,
                Received(
                    receiver=line.receiver,
                    line=line.order_line,
                    item=line.item,
                    unit=line.unit,
                    quantity=sign * line.quantity,
                    on=invoice.invoiced_on,
                ),
            )
            self.receipts.put(
                key,
                Receipt(
                    receiver=line.receiver,
                    order=line.order,
                    line=line.order_line,
                    quantity=sign * line.quantity,
                    on=invoice.invoiced_on,
                ),
            )
            if sign > 0:
                arrived[line.order_line] = arrived.get(line.order_line, Decimal(0)) + line.quantity
        if order is not None and arrived:
            self.orders.put(order.number, received(order, arrived))

    def take_in(self, number: str) -> str:
        """Receive all that is still to come on an order; answers the number of the receiver."""
        order = self.orders.get(number)
        missing = {line.line: line.ordered - line.received for line in order.lines} if order else {}
        missing = {line: quantity for line, quantity in missing.items() if quantity > 0}
        if order is None or not missing or order.status == "X":
            raise SandboxMistakeError(f"There is nothing to receive on order {number!r}.")
        return self.arrive(number, missing, now().date())

    def arrive(self, number: str, quantities: dict[int, Decimal], on: date) -> str:
        """Receive so much on the lines of an order; answers the number of the receiver."""
        order = self.orders.get(number)
        if order is None:
            raise SandboxMistakeError(f"There is no order {number!r} here.")
        receiver = f"RG{len(self.receipts) + 100_001}"
        for line in (line for line in order.lines if line.line in quantities):
            arrived = quantities[line.line]
            self.receipts.put(
                f"{receiver}/{line.line}",
                Receipt(receiver=receiver, order=number, line=line.line, quantity=arrived, on=on),
            )
            self._deliver(
                number,
                Received(receiver=receiver, line=line.line, item=line.item, unit=line.unit, quantity=arrived, on=on),
            )
        self.orders.put(number, replace(received(order, quantities), modified=now()))
        return receiver

    def _deliver(self, number: str, arrived: Received) -> None:
        """Add to the receiver history of an order, which has one row for each receiver and order line."""
        order, known = self.orders.get(number), self.deliveries.get(number)
        lines = {(line.receiver, line.line): line for line in (known.lines if known else ())}
        same = lines.get((arrived.receiver, arrived.line))
        lines[arrived.receiver, arrived.line] = (
            replace(same, quantity=same.quantity + arrived.quantity) if same else arrived
        )
        supplier = order.supplier if order else ""
        self.deliveries.put(number, Delivery(order=number, supplier=supplier, lines=tuple(lines.values())))

    def match(self, invoice_id: str) -> Invoice:
        """Match every line to a receiver (goods arrive now if they had not) and release the invoice for payment."""
        invoice = self.invoice(invoice_id)
        if not invoice.receiver_matching or not invoice.order:
            raise SandboxMistakeError(f"Invoice {invoice_id} has no order: there is nothing to match it to.")
        prefix = "RV" if invoice.kind == "CREDITNOTE" else "RC"
        receiver = next((line.receiver for line in invoice.lines if line.receiver), f"{prefix}{invoice.voucher}")
        lines = tuple(
            replace(line, receiver=(line.receiver or receiver) if line.order else "", matching="FINISHED")
            for line in invoice.lines
        )
        matched = replace(
            invoice,
            lines=lines,
            status_code="AP-RMALLOC",
            initial=False,
            approved=True,
            payment_locked=False,
            allocation="ALLOCATION",
            hold=Decimal(0),
            modified=now(),
        )
        self.receive(matched)
        self.put_invoice(matched)
        return matched

    def charge(self, invoice_id: str, amount: Decimal, *, account: str, listed: bool) -> Invoice:
        """Bill freight on top: as a cost line of the matching, or in the total only, as a browse may show it."""
        invoice = self.invoice(invoice_id)
        if account not in self.accounts or amount <= 0:
            raise SandboxMistakeError(f"Freight takes an amount and an account there is, not {amount} on {account!r}.")
        cost = replace(
            invoice.lines[-1],
            line=len(invoice.lines) + 1,
            order="",
            order_line=0,
            receiver="",
            item="",
            quantity=Decimal(0),
            price=Decimal(0),
            unit="",
            sub_account="",
            cost_centre="",
            project="",
            description="Freight",
            amount=amount,
            account=account,
            matching="FINISHED",
        )
        lines = (*invoice.lines, cost) if listed else invoice.lines
        charged = replace(invoice, lines=lines, net=invoice.net + amount, total=invoice.total + amount, modified=now())
        self.put_invoice(charged)
        return charged

    def pay(self, invoice_id: str, *, amount: Decimal | None = None, status: str = "Paid") -> Invoice:
        """Add a payment in ``status`` (default: of all that is owed); a payment under way moves on instead."""
        invoice = self.invoice(invoice_id)
        moved = [
            payment for payment in invoice.payments if payment.status in {"Initial", "Allocated", "For Collection"}
        ]
        if moved and amount is None:
            return self._restate(invoice, moved[-1:], status)
        sum_ = invoice.balance if amount is None else amount
        if sum_ <= 0:
            raise SandboxMistakeError(f"Nothing is owed on invoice {invoice_id}; there is nothing to pay.")
        payment = self._payment(sum_, status)
        paid = replace(invoice, payments=(*invoice.payments, payment), modified=now())
        self.put_invoice(paid)
        return paid

    def reimburse(
        self, reference: str, *, amount: Decimal | None = None, status: str = "Paid", restated: bool = False
    ) -> Entry:
        """Pay what a journal entry owes (default: all of it), or give its payments a status, as Void and Bounced do."""
        entry = next((one for one in reversed(self.entries.documents) if one.reference == reference), None)
        if entry is None:
            raise SandboxMistakeError(f"There is no journal entry with reference {reference!r} here.")
        if restated or status in {"Void", "Bounced"}:
            payments = tuple(replace(one, status=status, modified=now()) for one in entry.payments)
        else:
            payments = (*entry.payments, self._payment(entry.owed if amount is None else amount, status))
        paid = replace(entry, payments=payments, modified=now())
        self.put_entry(paid)
        return paid

    def _payment(self, amount: Decimal, status: str) -> Payment:
        number = 700_001 + self.payments
        return Payment(
            year=now().year,
            instrument="Electronic Transfer",
            number=number,
            status=status,
            reference=f"PAY{number}",
            on=now().date(),
            amount=amount,
            modified=now(),
        )

    def restate(self, invoice_id: str, status: str) -> Invoice:
        """Give every payment of the invoice that is not void or bounced the status ``status``: Void, Bounced, ..."""
        invoice = self.invoice(invoice_id)
        live = [payment for payment in invoice.payments if payment.status not in {"Void", "Bounced"}]
        if not live:
            raise SandboxMistakeError(f"Invoice {invoice_id} has no payment that could become {status}.")
        return self._restate(invoice, live, status)

    def _restate(self, invoice: Invoice, which: Iterable[Payment], status: str) -> Invoice:
        chosen = {payment.number for payment in which}
        payments = tuple(
            replace(payment, status=status, modified=now()) if payment.number in chosen else payment
            for payment in invoice.payments
        )
        restated = replace(invoice, payments=payments, modified=now())
        self.put_invoice(restated)
        return restated

    def invoice(self, invoice_id: str) -> Invoice:
        """Find an invoice; raise SandboxMistakeError when there is none."""
        found = self.invoices.get(str(invoice_id))
        if found is None:
            raise SandboxMistakeError(f"There is no invoice {invoice_id!r} here.")
        return found


def now() -> datetime:
    """Return the moment of a change, in whole seconds, as QAD keeps it."""
    return datetime.now(UTC).replace(microsecond=0)
