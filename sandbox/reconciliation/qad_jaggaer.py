"""The sides of QAD and JAGGAER by what the simulators really hold: what should be there, what is, and how often.

It reads two ``/_sandbox/state`` answers and believes neither side's ledger: the truth of QAD's simulator says which
documents must reach JAGGAER and with which amounts, JAGGAER's simulator says what it took and how often it was asked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.reconciliation.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SYSTEMS = ("qad", "jaggaer")
#: targets where a second write of the same key is a second document, not an update
_POSTED_ONCE = frozenset({"invoices"})
_FLOWS = {
    "qad_suppliers_to_jaggaer": "companies",
    "qad_accounts_to_jaggaer": "account_values",
    "qad_orders_to_jaggaer": "orders",
    "qad_invoices_to_jaggaer": "invoices",
    "qad_payments_to_jaggaer": "payment_status",
}


def sides(source: Mapping[str, Any], target: Mapping[str, Any]) -> list[Sides]:
    """QAD's truth and what JAGGAER holds, flow by flow."""
    return [_sides(flow, entity, source["expected"], target) for flow, entity in _FLOWS.items()]


def _sides(flow: str, entity: str, expected: Mapping[str, Any], target: Mapping[str, Any]) -> Sides:
    wanted = _by_key(expected[entity])
    holds: Mapping[str, Any] = target["holds"].get(entity, {})
    ours = target["creates"].get(entity, {})
    times = target["counts"].get(entity, {}) if entity in _POSTED_ONCE else ours
    agrees, cancelled = _AGREES.get(entity, _always), set(expected.get("cancelled_orders", ()))
    made = {*holds, *ours, *times}
    return Sides(
        flow=flow,
        wanted=wanted,
        there={key: max(times.get(key, 1), 1) for key in made},
        gone=made - holds.keys(),
        wrong=[key for key, facts in wanted.items() if key in holds and not agrees(facts, holds[key])],
        tolerated=({*holds, *times} - ours.keys()) | cancelled,
    )


def _by_key(expected: Any) -> dict[str, Any]:  # noqa: ANN401 - a list of keys, or keys with facts
    return dict(expected) if isinstance(expected, dict) else dict.fromkeys(expected)


def _invoice_agrees(wanted: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Its figures and its day; every line coded, and tied to an order line unless it is freight or the like."""
    ordered = [line for line in held["lines"] if line["poNumber"] and line["poLineNumber"]]
    coded = all(line["accounts"] for line in held["lines"])
    tied = (len(held["lines"]), len(ordered)) == (wanted["lines"], wanted["lines"] - wanted["costs"])
    same = Decimal(held["total"]) == Decimal(wanted["amount"])
    return same and coded and tied and all(held[fact] == wanted[fact] for fact in ("currency", "date"))


def _status_agrees(wanted: str, held: Mapping[str, Any]) -> bool:
    return bool(held["paymentStatus"] == wanted)


def _always(_wanted: Any, _held: Any) -> bool:  # noqa: ANN401 - nothing but the key is compared
    return True


_AGREES: dict[str, Callable[[Any, Any], bool]] = {"invoices": _invoice_agrees, "payment_status": _status_agrees}
