"""Real documents in the ledger that a console shows: read, mapped and sent by the product's own steps, to doubles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector import registry
from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF, Step
from connector.operations.setup import crosswalks
from connector.operations.work.meant import record
from connector.pipeline.load import load_records
from connector.pipeline.map import map_records
from connector.pipeline.poll import poll
from connector.pipeline.world import World
from connector.store.operator.crosswalks import Code
from connector.store.schema import tables
from tests.flows.golden import PAIRS
from tests.pipeline.doubles import FakeSource, FakeTarget, Hand, Letters

if TYPE_CHECKING:
    from uuid import UUID

    from tests.console.web.conftest import Console

_WORK = {Step.MAP: map_records, Step.LOAD: load_records}
INVOICES, SUPPLIERS = "qad_invoices_to_jaggaer", "qad_suppliers_to_jaggaer"
ACCOUNTS, ORDERS = "qad_accounts_to_jaggaer", "qad_orders_to_jaggaer"
CODES = {
    ("payment_terms", "N30"): "Net 30",
    ("business_units", "10USACO"): "US01",
}


def golden(flow: str, case: str, **otherwise: Any) -> dict[str, Any]:
    """A document as its source lists it, with some of it otherwise."""
    found: dict[str, Any] = PAIRS["qad-jaggaer"].read(f"{flow}/{case}.source.json")
    return {**found, **otherwise}


@dataclass
class Plant:
    """QAD and JAGGAER as doubles, and a worker that moves documents between them."""

    console: Console
    source: FakeSource = field(default_factory=FakeSource)
    target: FakeTarget = field(default_factory=FakeTarget)

    def __post_init__(self) -> None:
        store = self.console.operator.application.store
        worker = new_id()
        store.heartbeat(worker, host="test", pid=1, kind="worker", busy_with=())
        self.world = World(
            worker=worker,
            store=store,
            vault=self.console.operator.application.vault,
            clock=Hand(),
            dispatcher=Letters(),
            flow=registry.flow,
            source=lambda _: self.source,
            target=lambda _: self.target,
        )

    def open(self) -> Plant:
        """What every invoice needs is in JAGGAER, and both systems' codes are known."""
        codes = [Code(table=table, source=source, target=target) for (table, source), target in CODES.items()]
        crosswalks.fill(self.console.operator, "acme", codes)
        self.read(SUPPLIERS, golden(SUPPLIERS, "active"))
        accounts = (golden(ACCOUNTS, "active", account=account) for account in ("1200", "4200"))
        self.read(ACCOUNTS, *accounts)
        for order in ("PO10001", "PO10002"):
            self.read(ORDERS, golden(ORDERS, "new", order_number=order, supplier_code="10023"))
        return self

    def read(self, flow: str, *payloads: dict[str, Any], work: bool = True) -> None:
        """Read these in a run of their own, and work until nothing moves."""
        self.source.batches = [list(payloads)]
        run, (row,) = new_id(), self.rows("SELECT id FROM flows WHERE name = :name", name=flow)
        self.run(sa.insert(tables.runs).values(id=run, flow_id=row.id, reason="manual"))
        poll(self.world, run)
        if work:
            self.work()

    def invoice(self, number: str, *, case: str = "matched", **otherwise: Any) -> UUID:
        """Read an invoice with this number of its supplier; returns its record."""
        invoice_id = f"I-{number}"
        self.read(INVOICES, golden(INVOICES, case, reference=number, invoice_id=invoice_id, **otherwise))
        return record(self.console.operator, invoice_id)

    def work(self) -> None:
        """Work like beat and a worker until nothing moves."""
        for _ in range(10):
            self.run(sa.text("UPDATE records SET queued_until = NULL"))
            due = self.console.operator.application.store.recovery.due_records(500)
            if not due:
                return
            for one in due:
                _WORK[STEP_OF[one.state]](self.world, [one.record_id])

    def run_due(self) -> None:
        """Let time pass until nothing moves: what waits for its time is due."""
        for _ in range(6):
            self.run(sa.text("UPDATE records SET due_at = now() WHERE due_at IS NOT NULL AND state = 'mapped'"))
            self.work()

    def run(self, statement: sa.Executable, **values: Any) -> None:
        with self.console.operator.application.store.begin() as connection:
            connection.execute(statement, values)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.console.operator.application.store.begin() as connection:
            return list(connection.execute(sa.text(statement), values))
