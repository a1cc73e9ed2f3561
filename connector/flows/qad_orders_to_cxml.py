"""Purchase orders: each QAD order goes to its supplier as an OrderRequest, first new, then as update or delete.

An update or delete names the latest OrderRequest about the order (DocumentReference), and its orderVersion is one
higher; both follow from the payloadID that the ledger knows the order by. What changes in QAD without changing what the
supplier is told (a receipt, for instance) is not sent. Cancelled lines are left out; an order that is cancelled, or has
no line left that is not, is deleted. It stays with the supplier it was sent to: nobody else is sent its next version.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkState, Needs
from connector.domain.money import rounded
from connector.domain.outcome import Bury, Skip, Stands
from connector.posting import codes_without_case
from connector.posting import cxml_suppliers as suppliers
from connector.reading.values import present
from connector.systems.cxml.documents import bodies
from connector.systems.cxml.documents.bodies import OrderType
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.gate import Known, Link
    from connector.domain.outcome import Outcome

_NAME = "qad_orders_to_cxml"
_ADDRESS = ("name", "street", "city", "state", "postal_code", "country")
_EXACT = 100  # digits

OPTIONS: Mapping[str, Option] = {
    **suppliers.OPTIONS,
    **suppliers.LISTED,
    "classification_domain": Option(
        default="UNSPSC", help="The domain of the class that each line must have (Classification)."
    ),
    "classification": Option(
        default="00000000", help="The class of lines whose item has no row in the crosswalk classifications."
    ),
}


def needs(order: qad.PurchaseOrder, _options: Mapping[str, Any]) -> Needs:
    """What the supplier has of it already, who that is, and its codes."""
    return Needs(
        links=(codes_without_case.need(_NAME, order.order_number),),
        codes=tuple(dict.fromkeys((suppliers.out_need(order.supplier_code), *_codes(order)))),
    )


def _codes(order: qad.PurchaseOrder) -> list[CodeNeed]:
    """Rows that may be there."""
    rows = [("addresses", order.ship_to), ("addresses", order.bill_to), ("payment_terms", order.credit_terms)]
    rows += [("units", line.unit_of_measure) for line in order.lines]
    rows += [(table, line.item) for line in order.lines for table in ("classifications", "supplier_parts")]
    return [CodeNeed(table=table, code=code) for table, code in rows if code]


def map_order(order: qad.PurchaseOrder, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The order as new, update or delete; or why the supplier is told nothing."""
    link = known.link(_NAME, codes_without_case.folded(order.order_number))
    before = bodies.sent(link.target_id)
    deleted = before is not None and before.type is OrderType.DELETE
    there = link.state is LinkState.LINKED and not deleted
    alive = [line for line in order.lines if line.status is not qad.OrderStatus.CANCELLED]
    cancelled = order.status is qad.OrderStatus.CANCELLED or not alive
    supplier = suppliers.in_network(order.supplier_code, known, options, OPTIONS)
    wrong = suppliers.wrong_row(order.supplier_code, known)
    moved = _moved(order, supplier, _holder(link, before)) if there else None
    if stopped := wrong or moved or _not_sent(order, supplier, there=there):
        return stopped
    lines = order.lines if cancelled else alive
    body = bodies.order(
        order_type=_type(cancelled=cancelled, there=there),
        version=_version(there=there, before=before),
        replaces=(link.target_id or "") if there else "",
        header=_header(order, supplier or "", lines, known),
        lines=[_line(line, known, options) for line in lines],
    )
    sent = bodies.sent(f"{body['stamp']}.")
    if there and not cancelled and before and sent and sent.content == before.content:
        return Stands(reason=f"Nothing that its supplier is told has changed on purchase order {order.order_number}.")
    return Mapped(key=order.order_number, body=body, facts={"supplier": supplier or ""})


def _holder(link: Link, before: bodies.Sent | None) -> str:
    """A digest of who was sent it; empty of what the first version of the mapping sent."""
    said = link.facts.get("supplier", "")
    return (before.recipient if before else "") or (bodies.recipient_of(said) if said else "")


def _moved(order: qad.PurchaseOrder, supplier: str | None, holder: str) -> Bury | None:
    """Why it goes to nobody: the supplier who has it is another one than the order has now."""
    if supplier and holder in {"", bodies.recipient_of(supplier)}:
        return None
    now = f"is {supplier} there, another one" if supplier else "is not in the network now"
    return Bury(
        code="supplier_changed",
        reason=f"Purchase order {order.order_number} was sent to a supplier of the network; its supplier in QAD, "
        f"{order.supplier_code}, {now}. Who was sent it still holds it and would be told nothing.",
        suggestion="Give it its supplier back, in QAD or in the crosswalk cxml_suppliers, and requeue; to move it, "
        "cancel it then and enter a new order for the other supplier. Or tell both by hand, then discard this.",
    )


def _not_sent(order: qad.PurchaseOrder, supplier: str | None, *, there: bool) -> Outcome | None:
    """Why nobody is told of the order."""
    label, cancelled = f"Purchase order {order.order_number}", order.status is qad.OrderStatus.CANCELLED
    if not order.lines and there:
        return Bury(
            code="lines_missing",
            reason=f"{label} has no lines in QAD any more, and was sent to its supplier with some: neither an update "
            "nor a delete can be sent without.",
            suggestion="Cancel the order in QAD with its lines, which deletes it; or tell the supplier by hand, then "
            "discard this.",
        )
    if supplier is None:
        return Skip(reason=f"{label} is of supplier {order.supplier_code}, who is not in the network.")
    if cancelled and not there:
        return Skip(reason=f"{label} is cancelled in QAD, and its supplier has no such order.")
    if not there and all(line.status is qad.OrderStatus.CANCELLED for line in order.lines):
        return Skip(reason=f"{label} has no lines in QAD that are not cancelled; it is sent once it has some.")
    if order.order_date is None:
        return Bury(
            code="date_missing",
            reason=f"{label} has no order date, which its supplier must be told.",
            suggestion="Enter the date in QAD; the corrected order is read by itself.",
        )
    return None


def _type(*, cancelled: bool, there: bool) -> OrderType:
    if cancelled:
        return OrderType.DELETE
    return OrderType.UPDATE if there else OrderType.NEW


def _version(*, there: bool, before: bodies.Sent | None) -> int:
    """One more than before; 0, which is not sent, where a person wrote down that it is there."""
    if before is not None:
        return before.version + 1
    return 0 if there else 1


def _header(order: qad.PurchaseOrder, supplier: str, lines: Sequence[qad.OrderLine], known: Known) -> dict[str, Any]:
    days = known.code("payment_terms", order.credit_terms) or ""
    return {
        "supplier": supplier,
        "order_number": order.order_number,
        "order_date": order.order_date,
        "currency": order.currency,
        "total": _total(lines, order.currency),
        "ship_to": _address(order.ship_to, known),
        "bill_to": _address(order.bill_to or order.ship_to, known),
        "pay_in_days": days if days.isascii() and days.isdecimal() else "",
        "remarks": order.remarks,
        "buyer": order.buyer,
    }


def _total(lines: Sequence[qad.OrderLine], currency: str) -> Decimal:
    """Rounded as a whole: prices may be finer than the currency."""
    with localcontext(prec=_EXACT):
        exact = sum((line.quantity_ordered * line.unit_price for line in lines), start=Decimal(0))
        return rounded(exact, currency)


def _address(code: str, known: Known) -> dict[str, Any]:
    """The code, and what the crosswalk says of it: ``name; street; city; state; postal code; country``."""
    row = [part.strip() for part in (known.code("addresses", code) or "").split(";")] if code else []
    whole = dict(zip(_ADDRESS, row, strict=False)) if len(row) == len(_ADDRESS) else {}
    return present({"code": code, **whole})


def _line(line: qad.OrderLine, known: Known, options: Mapping[str, Any]) -> dict[str, Any]:
    unit = line.unit_of_measure
    return {
        "line": line.line,
        "item": line.item,
        "supplier_part": known.code("supplier_parts", line.item) if line.item else "",
        "description": line.description or line.item,
        "quantity": line.quantity_ordered,
        "unit_of_measure": known.code("units", unit) or unit,
        "unit_price": line.unit_price,
        "due_date": line.due_date,
        "class": known.code("classifications", line.item) or option.text("classification", options, OPTIONS),
        "class_domain": option.text("classification_domain", options, OPTIONS),
        "account": line.account,
        "cost_centre": line.cost_centre,
        "project": line.project,
    }


FLOW: Flow[qad.PurchaseOrder] = Flow(
    name=_NAME,
    kind="qad-cxml",
    title="Purchase orders",
    source=Side(system="qad", entity="orders"),
    target=Side(system="cxml", entity="orders"),
    schedule="every 5m",
    options=OPTIONS,
    changes=(
        "QAD's item number stands for the supplier's part number where the crosswalk supplier_parts has no row.",
        "The total is that of the lines, rounded half up to the currency.",
    ),
    parse=partial(qad.parse, qad.PurchaseOrder),
    summarise=qad.PurchaseOrder.summarised,
    key_field="order_number",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=("addresses", "classifications", "payment_terms", "supplier_parts", "units", suppliers.OUT),
    needs=needs,
    map=map_order,
    version=2,
)
