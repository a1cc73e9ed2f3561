"""A connection to the simulator of QAD Enterprise Edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from connector.domain.exchange import Query
from connector.systems.qad.documents import InvoicePayments, PurchaseOrder, Supplier, SupplierInvoice, parse
from connector.systems.qad.documents.accounts import GLAccount
from connector.systems.qad.documents.cost_objects import CostObject
from connector.systems.qad.documents.expense_payments import ExpensePayments
from connector.systems.qad.documents.receipts import Receipts
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad_ee.standing_in import PUSH_SECRET, Connection

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

KINDS: dict[str, Any] = {
    "suppliers": Supplier,
    "orders": PurchaseOrder,
    "receipts": Receipts,
    "accounts": GLAccount,
    "invoices": SupplierInvoice,
    "payments": InvoicePayments,
    "cost_objects": CostObject,
    "expense_payments": ExpensePayments,
}
OPERATIONAL = ("suppliers", "orders", "receipts")


def connection(server: SandboxServer, *, entities: dict[str, Any] | None = None, **changes: Any) -> Connection:
    written = yaml.safe_load(SYSTEM.examples.at(server.url)) | changes
    overrides = written.pop("entities") | (entities or {})
    secrets = {"password": "qad-sandbox", "push_secret": PUSH_SECRET}
    return Connection(config=SYSTEM.check(written, overrides), overrides=overrides, secrets=secrets)


def documents(to: Connection, entity: str, **query: Any) -> dict[str, Any]:
    rows = [row for page in SYSTEM.source(to).pages(Query(entity=entity, **query)) for row in page.rows]
    kind = KINDS[entity]
    return {str(getattr(read, kind.KEY)): read for read in (parse(kind, row.payload) for row in rows)}
