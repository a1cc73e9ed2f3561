"""Purchase orders: each QAD order becomes the order JAGGAER matches invoices against, line by line.

An open or closed order (status blank, O or C) is sent as new the first time and as an update after that; a cancelled
one (X) cancels what JAGGAER has. An order cancelled before JAGGAER ever had it is not sent at all. The supplier must be
in JAGGAER first, and an order stays with the supplier it was sent with: no fact says what JAGGAER makes of another one.
Payment terms go through the crosswalk ``payment_terms``; units of measure through ``units`` where it has a row, and
pass as they are where it has none.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.dependency import Dependency, uncoded, unmet
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkState, Needs
from connector.domain.outcome import Bury, Skip
from connector.posting import codes_without_case
from connector.reading.values import present
from connector.systems.jaggaer import documents as jaggaer
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_orders_to_jaggaer"
_SUPPLIERS = "qad_suppliers_to_jaggaer"
OPTIONS: Mapping[str, Option] = {}

_STATUS = {
    qad.OrderStatus.OPEN: jaggaer.OrderStatus.OPEN,
    qad.OrderStatus.CLOSED: jaggaer.OrderStatus.CLOSED,
    qad.OrderStatus.CANCELLED: jaggaer.OrderStatus.CANCELLED,
}


def _required_codes(order: qad.PurchaseOrder) -> tuple[CodeNeed, ...]:
    return (CodeNeed(table="payment_terms", code=order.credit_terms),) if order.credit_terms else ()


def _supplier(order: qad.PurchaseOrder) -> Dependency:
    need = codes_without_case.need(_SUPPLIERS, order.supplier_code)
    return Dependency(need=need, label=f"supplier {order.supplier_code}")


def needs(order: qad.PurchaseOrder, _options: Mapping[str, Any]) -> Needs:
    """Its supplier in JAGGAER, whether JAGGAER has the order itself already, and its codes."""
    units = (CodeNeed(table="units", code=line.unit_of_measure) for line in order.lines if line.unit_of_measure)
    return Needs(
        links=(_supplier(order).need, codes_without_case.need(_NAME, order.order_number)),
        codes=tuple(dict.fromkeys((*_required_codes(order), *units))),
    )


def map_order(order: qad.PurchaseOrder, known: Known, _options: Mapping[str, Any]) -> Mapped | Outcome:
    """The order as new, update or cancel."""
    link = known.link(_NAME, codes_without_case.folded(order.order_number))
    there = link.state is LinkState.LINKED
    label = f"Purchase order {order.order_number}"
    if unsent := _kept(order, link.facts.get("supplier", "")) if there else _not_new(order):
        return unsent
    if parked := uncoded(_required_codes(order), known):
        return parked
    if stopped := unmet([_supplier(order)], known, of=label, source="QAD", target="JAGGAER"):
        return stopped
    if order.status is qad.OrderStatus.CANCELLED:
        change = jaggaer.OrderChange.CANCEL
    else:
        change = jaggaer.OrderChange.UPDATE if there else jaggaer.OrderChange.NEW
    lines = [_line(line, order.currency, known) for line in order.lines]
    body = jaggaer.order(header=_header(order, change, known), lines=lines)
    return Mapped(key=order.order_number, body=body, facts={"supplier": order.supplier_code})


def _not_new(order: qad.PurchaseOrder) -> Skip | None:
    """Why an order that JAGGAER never had is not sent."""
    label = f"Purchase order {order.order_number}"
    if order.status is qad.OrderStatus.CANCELLED:
        return Skip(reason=f"{label} was cancelled in QAD before JAGGAER had it; there is nothing to cancel there.")
    return None if order.lines else Skip(reason=f"{label} has no lines in QAD; it is sent once it has some.")


def _kept(order: qad.PurchaseOrder, supplier: str) -> Bury | None:
    """Why what JAGGAER has stays as it is. Whose it was is not known of what older releases sent."""
    label, now = f"Purchase order {order.order_number}", order.supplier_code
    if supplier and codes_without_case.folded(supplier) != codes_without_case.folded(now):
        return Bury(
            code="supplier_changed",
            reason=f"{label} is in JAGGAER for supplier {supplier}; its supplier in QAD is {now} now. Supplier "
            f"{supplier} may still hold it, whatever JAGGAER makes of an update.",
            suggestion="Give it its supplier back in QAD and requeue; to move it, cancel it then and enter a new order "
            "for the other supplier. Or correct it in JAGGAER by hand, then discard this.",
        )
    if not order.lines and order.status is not qad.OrderStatus.CANCELLED:
        return Bury(
            code="lines_missing",
            reason=f"{label} has no lines in QAD any more, and JAGGAER has it with some: invoices still match them.",
            suggestion="Cancel the order in QAD, which cancels it in JAGGAER; or correct it in JAGGAER by hand, then "
            "discard this.",
        )
    return None


def _header(order: qad.PurchaseOrder, change: jaggaer.OrderChange, known: Known) -> dict[str, Any]:
    return {
        "poNumber": order.order_number,
        "type": change.value,
        "status": _STATUS[order.status].value,
        "revisionNumber": order.revision,
        "supplier": jaggaer.supplier(codes_without_case.as_sent(known, _SUPPLIERS, order.supplier_code)),
        "currency": order.currency,
        "orderDate": jaggaer.moment(order.order_date),
        "dueDate": jaggaer.moment(order.due_date),
        "terms": jaggaer.terms(known.code("payment_terms", order.credit_terms)),
        "shipTo": jaggaer.address(order.ship_to),
        "billTo": jaggaer.address(order.bill_to),
        "buyer": order.buyer,
        "notes": order.remarks,
    }


def _line(line: qad.OrderLine, currency: str, known: Known) -> dict[str, Any]:
    unit = line.unit_of_measure
    return {
        "lineNumber": line.line,
        "status": _STATUS[line.status].value,
        "item": present(
            {
                "catalogNumber": line.item,
                "description": line.description or line.item,
                "unitOfMeasure": known.code("units", unit) or unit,
            }
        ),
        "quantity": line.quantity_ordered,
        # a price, not an amount of money: it may be finer than the currency
        "unitPrice": jaggaer.amount(currency, line.unit_price),
        "requestedDeliveryDate": jaggaer.moment(line.due_date),
        "accounting": jaggaer.accounting(
            account=line.account, sub_account=line.sub_account, cost_centre=line.cost_centre, project=line.project
        ),
    }


FLOW: Flow[qad.PurchaseOrder] = Flow(
    name=_NAME,
    kind="qad-jaggaer",
    title="Purchase orders",
    source=Side(system="qad", entity="orders"),
    target=Side(system="jaggaer", entity="orders"),
    schedule="every 5m",
    after=("qad_suppliers_to_jaggaer",),
    options=OPTIONS,
    parse=partial(qad.parse, qad.PurchaseOrder),
    summarise=qad.PurchaseOrder.summarised,
    key_field="order_number",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=("payment_terms", "units"),
    needs=needs,
    map=map_order,
)
