"""The third integration of the demonstration: QAD and a supplier network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workers.demo.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    State = Mapping[str, Any]

INTEGRATION, CONNECTION = "acme-suppliers", "acme-network"
_INVOICES, _SOME = 40, 3
_ANSWERS = ("accept", "detail", "backordered")

#: the network fails, and loses answers before and after the effect
_FAULTS = (
    {"match": {"path": "/cxml"}, "kind": "503", "rate": 0.03},
    {"match": {"path": "/cxml"}, "kind": "reset-before", "rate": 0.02},
    {"match": {"path": "/cxml"}, "kind": "reset-after", "rate": 0.03},
    {"match": {"path": "/cxml"}, "kind": "malformed", "count": 2},
)


def _second_day(states: Mapping[str, State]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Suppliers bill what was received, in every shape, answer orders, and announce deliveries."""
    known = states["cxml"]["holds"]["orders"]
    received = sorted(number for number in states["qad"]["holds"]["receipts"] if number in known)
    orders = sorted(number for number, one in known.items() if not one["deleted"])[: len(_ANSWERS)]
    confirmed = [{"order": order, "type": answer} for order, answer in zip(orders, _ANSWERS, strict=False)]
    if received:
        yield "cxml", {"batch": {"invoices": _INVOICES, "orders": received}}
    yield "cxml", {"confirm": confirmed, "ship": orders[:_SOME]}


SCENARIO = Scenario(
    name=INTEGRATION,
    kind="qad-cxml",
    source="acme-qad",
    target=CONNECTION,
    connections={(CONNECTION, "cxml"): {"ask_again_seconds": [5]}},
    crosswalks={"ledgers": {"DEFAULT": "10USACO"}},
    secrets={"CXML_SECRET": "cxml-buyer", "CXML_PARTNER_SECRET": "cxml-network"},
    # an hour, as its documents are sent again after, is short here
    behaviour={"cxml": {"retry_seconds": 2}},
    sends_to="receiver_url",
    faults={"cxml": _FAULTS},
    news="Suppliers bill what was received, in every shape, answer orders and announce deliveries.",
    second_day=_second_day,
)
