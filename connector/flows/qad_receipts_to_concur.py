"""Receipts: what QAD received on an order goes to Concur, one position for each receiver and order line.

Several entries of one receiver and line are one position with their sum; what was given back altogether is taken out of
Concur. The order must be in Concur first. Reading a receipt is also what invoices of its order wait for.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.dependency import Dependency, unmet
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkState, Needs
from connector.domain.outcome import Skip
from connector.posting import codes_without_case
from connector.systems.concur.documents import bodies
from connector.systems.qad import documents as qad
from connector.systems.qad.documents.receipts import ReceiptLine, Receipts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_receipts_to_concur"
_ORDERS = "qad_orders_to_concur"
OPTIONS: Mapping[str, Option] = {}


def _order(received: Receipts) -> Dependency:
    need = codes_without_case.need(_ORDERS, received.order_number)
    return Dependency(need=need, label=f"purchase order {received.order_number}")


def needs(received: Receipts, _options: Mapping[str, Any]) -> Needs:
    """Its order in Concur, and Concur's codes for units."""
    units = dict.fromkeys(line.unit_of_measure for line in received.lines if line.unit_of_measure)
    return Needs(links=(_order(received).need,), codes=tuple(CodeNeed(table="units", code=unit) for unit in units))


def map_receipts(received: Receipts, known: Known, _options: Mapping[str, Any]) -> Mapped | Outcome:
    """All positions of the order."""
    label = f"Receipts of purchase order {received.order_number}"
    if not received.lines:
        return Skip(reason=f"{label} have no lines in QAD.")
    if known.link(_ORDERS, codes_without_case.folded(received.order_number)).state is LinkState.SKIPPED:
        return Skip(reason=f"{label} do not go to Concur, because the order does not.")
    if stopped := unmet(
        [_order(received)], known, of=f"What was received on {_order(received).label}", source="QAD", target="Concur"
    ):
        return stopped
    groups: dict[tuple[str, int], list[ReceiptLine]] = {}
    for line in received.lines:
        groups.setdefault((line.receiver, line.line), []).append(line)
    positions = [_position(received.order_number, lines, known) for lines in groups.values()]
    return Mapped(key=received.order_number, body=bodies.receipts(positions))


def _position(order: str, lines: Sequence[ReceiptLine], known: Known) -> bodies.Body:
    first = lines[0]
    return bodies.receipt(
        order=order,
        line=str(first.line),
        receiver=first.receiver,
        quantity=max(sum((line.quantity for line in lines), start=Decimal(0)), Decimal(0)),
        unit_of_measure=known.code("units", first.unit_of_measure) or first.unit_of_measure,
        received_on=max((line.receipt_date for line in lines if line.receipt_date), default=None),
    )


FLOW: Flow[Receipts] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Receipts",
    source=Side(system="qad", entity="receipts"),
    target=Side(system="concur", entity="receipts"),
    schedule="every 5m",
    version=2,
    after=(_ORDERS,),
    options=OPTIONS,
    parse=partial(qad.parse, Receipts),
    summarise=Receipts.summarised,
    takes_away=bodies.takes_away,
    key_field="order_number",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=("units",),
    needs=needs,
    map=map_receipts,
)
