"""Documents to post, as the pipeline hands them over."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.exchange import Outgoing

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

ENTRY_KEY, INVOICE_KEY = "10USACO|R1|1", "10USACO|S10001|INV1|INVOICE"


def line(**changes: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("account", "sub_account", "cost_centre", "project", "text", "party_type", "party"), "")
    return blank | {"debit": Decimal(0), "credit": Decimal(0)} | changes


def entry(correlation: str = "corr-1", key: str = ENTRY_KEY, **changes: Any) -> Outgoing:
    body = {
        "entity": "10USACO",
        "daybook": "CONCUR",
        "posting_date": "2026-11-02",
        "text": "Concur R1",
        "reference": "R1",
        "currency": "USD",
        "lines": [
            line(account="6200", cost_centre="120", debit=Decimal("5.10"), text="Taxi"),
            line(account="2900", credit=Decimal("3.10"), party_type="employee", party="E7"),
            line(credit=Decimal(2), party_type="supplier", party="S10001"),
        ],
    }
    return _stored("journal_entries", key, body | changes, correlation)


def invoice(correlation: str = "corr-1", key: str = INVOICE_KEY, **changes: Any) -> Outgoing:
    ordered = {"order_number": "PO100001", "order_line": "1", "receipt_numbers": ["RC1", "RC2"]}
    body = {
        "entity": "10USACO",
        "supplier_code": "S10001",
        "remit_to": "",
        "reference": "inv 1",
        "invoice_type": "INVOICE",
        "description": "Concur Q1",
        "invoice_date": "2026-11-01",
        "posting_date": "2026-11-02",
        "due_date": "",
        "currency": "USD",
        "total": Decimal("110.00"),
        "mode": "INITIAL",
        "status_code": "AP-INITIAL",
        "daybook": "APINV",
        "order_numbers": ["PO100001"],
        "comment": "Concur Q1. Tax: ST 10.00 USD.",
        "lines": [
            _invoice_line(1, ordered, quantity=4, unit_price="15.00", amount="60.00", account="4200"),
            _invoice_line(2, ordered, quantity=0, unit_price=0, amount="20.00", account="6900"),
            _invoice_line(3, {}, quantity=1, unit_price="20.00", amount="20.00", account="6900"),
        ],
        "taxes": [],
    }
    return _stored("supplier_invoices", key, body | changes, correlation)


def _invoice_line(number: int, ordered: dict[str, Any], **changes: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("order_number", "order_line", "sub_account", "cost_centre", "project", "tax_code"), "")
    return {"line": number, "receipt_numbers": [], "description": "It"} | blank | ordered | changes


def _stored(entity: str, key: str, body: dict[str, Any], correlation: str) -> Outgoing:
    """As the pipeline gives it: amounts have been text in between."""
    return Outgoing(entity=entity, key=key, body=canonical.loads(canonical.dumps(body)), correlation_id=correlation)


FULL: dict[str, Any] = {"mode": "FULL", "status_code": "AP-NOALLOC", "comment": ""} | {
    "taxes": [{"tax_code": "ST", "account": "2200", "base": Decimal(100), "amount": Decimal("10.00")}]
}


def held(sandbox: SandboxServer, entity: str) -> Any:
    return sandbox.state("holds")["holds"][entity]
