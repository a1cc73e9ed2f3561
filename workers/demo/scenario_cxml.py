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
_A_PART = "1.00"

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
    yield from (("qad", {"entity": "orders", "documents": [one]}) for one in _changed(states, received))


def _changed(states: Mapping[str, State], received: list[str]) -> list[dict[str, Any]]:
    """Of the orders of which nothing came yet, one is changed and one cancelled."""
    held, known = states["qad"]["holds"]["orders"], states["cxml"]["holds"]["orders"]
    waiting = [number for number in sorted(known) if number not in received and not known[number]["deleted"]]
    lines = [{"ordered": "8"}, *[{}] * (held[waiting[0]]["lines"] - 1)] if waiting else []
    changed = [{"number": number, "lines": lines} for number in waiting[:1]]
    return [*changed, *({"number": number, "status": "X"} for number in waiting[1:2])]


def _third_day(states: Mapping[str, State]) -> Iterator[tuple[str, dict[str, Any]]]:
    """QAD pays some of what suppliers billed, wholly and in part, and sends money on its way."""
    sent = {(one["number"], one["type"] == "credit") for one in states["cxml"]["holds"]["invoices"].values()}
    held = states["qad"]["holds"]["invoices"].items()
    ours = [key for key, one in held if (one["reference"], one["type"] == "CREDITNOTE") in sent]
    yield "qad", {"pay": ours[:_SOME]}
    yield "qad", {"pay": [{"invoice": key, "amount": _A_PART} for key in ours[_SOME : 2 * _SOME]]}
    yield "qad", {"collect": ours[2 * _SOME : 3 * _SOME]}


SCENARIO = Scenario(
    name=INTEGRATION,
    kind="qad-cxml",
    source="acme-qad",
    target=CONNECTION,
    connections={(CONNECTION, "cxml"): {"ask_again_seconds": [1]}},
    crosswalks={"ledgers": {"DEFAULT": "10USACO"}},
    secrets={"CXML_SECRET": "cxml-buyer", "CXML_PARTNER_SECRET": "cxml-network"},
    # an hour, as its documents are sent again after, is short here
    behaviour={"cxml": {"retry_seconds": 2}},
    sends_to="receiver_url",
    faults={"cxml": _FAULTS},
    news="Suppliers bill what was received, in every shape, and answer orders; QAD changes orders, then it pays.",
    second_day=_second_day,
    third_day=_third_day,
)
