"""What the tests of writers look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.systems.concur.conftest import LISTS

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

ENTITIES = ("vendors", "list_items", "purchase_orders", "receipts", "payment_confirmations")
VENDORS = "/api/v3.1/invoice/vendors"
ORDERS = "/api/v3.0/invoice/purchaseorders"
RECEIPTS = "/api/v3.0/invoice/purchaseorderreceipts"
CHILDREN = f"/list/v4/lists/{LISTS['accounts']}/children"


def writes(sandbox: SandboxServer, entity: str) -> list[tuple[str, str]]:
    made = sandbox.state("writes")["writes"]
    return [(write["key"], write["outcome"]) for write in made if write["entity"] == entity]


def words(answer: str) -> str:
    return answer.partition(" (correlation id ")[0]
