"""The state endpoint's view of the network, and the truth: which invoices must be in the buyer's books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.cxml.invoices import BilledLine, Invoice
    from sandbox.cxml.network import Network, Order
    from sandbox.cxml.outbox import Outbox


def counts(network: Network) -> dict[str, int]:
    """How many there are of everything."""
    return {
        "orders": len(network.orders),
        "deleted_orders": sum(one.deleted for one in network.orders.values()),
        "invoices": len(network.invoices),
        "invoice_status": sum(len(one.told) for one in network.invoices.values()),
        "notices": len(network.notices),
    }


def holds(network: Network, outbox: Outbox) -> dict[str, dict[str, Any]]:
    """Orders by number, invoices by key, confirmations and ship notices by number; money as text."""
    return {
        "orders": {key: _order(one) for key, one in network.orders.items()},
        "invoices": {key: _invoice(one) | _delivered(outbox, key) for key, one in network.invoices.items()},
        "notices": {one["number"]: one | _delivered(outbox, one["number"]) for one in network.notices},
    }


def expected(network: Network) -> dict[str, Any]:
    """What must be on the buyer's side when all is done.

    ``invoices``: those that are neither spoiled nor taken back; a credit has negative sums. ``cancelled_invoices``
    were taken back, which may have been too late. ``notices``: confirmations and ship notices to be taken.
    """
    wanted = [one for one in network.invoices.values() if not one.spoiled]
    return {
        "invoices": {one.key: _facts(one) for one in wanted if not one.cancelled},
        "cancelled_invoices": {one.key: _facts(one) for one in wanted if one.cancelled},
        "spoiled_invoices": {one.key: one.spoiled for one in network.invoices.values() if one.spoiled},
        "notices": [one["number"] for one in network.notices if one["counts"]],
    }


def _order(one: Order) -> dict[str, Any]:
    return {
        "supplier": one.supplier,
        "domain": one.domain,
        "version": one.version,
        "payload": one.payload,
        "currency": one.currency,
        "total": str(one.total),
        "lines_total": str(sum(line.amount for line in one.lines)),
        "deleted": one.deleted,
        "copies": one.copies,
        "updates": one.updates,
        "seeded": one.seeded,
        "lines": [
            {"line": line.number, "quantity": str(line.quantity), "price": str(line.price), "unit": line.unit}
            for line in one.lines
        ],
    }


def _facts(one: Invoice) -> dict[str, Any]:
    return {
        "supplier": one.supplier,
        "number": one.number,
        "type": "credit" if one.credit else "invoice",
        "purpose": one.purpose,
        "date": one.dated[:10],
        "currency": one.currency,
        "total": str(one.amounts.net),
        "tax": str(one.amounts.tax),
        "orders": list(one.orders),
        "lines": [_line(line) for line in one.lines],
    }


def _line(line: BilledLine) -> dict[str, Any]:
    return {
        "order": line.order,
        "order_line": line.order_line,
        "quantity": str(line.quantity),
        "amount": str(line.amount),
    }


def _invoice(one: Invoice) -> dict[str, Any]:
    return {
        **_facts(one),
        "payloads": list(one.payloads),
        "mode": one.mode,
        "spoiled": one.spoiled,
        "cancelled": one.cancelled,
        "status": one.told[-1].kind if one.told else None,
        "told": [
            {"type": said.kind, "amount": None if said.amount is None else str(said.amount), "payload": said.payload}
            for said in one.told
        ],
    }


def _delivered(outbox: Outbox, key: str) -> dict[str, Any]:
    found = [one["outcome"] for one in outbox.deliveries if one.get("key") == key and one.get("what") != "cancellation"]
    return {"outcomes": found, "delivered": "delivered" in found}
