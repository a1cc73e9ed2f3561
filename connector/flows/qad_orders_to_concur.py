"""Purchase orders: each QAD order becomes the order Concur matches invoices against; lines are known by their number.

A closed or cancelled order is sent as Closed; one cancelled before Concur had it is not sent. Cancelled lines are left
out. Concur wants whole addresses where QAD has codes: the crosswalk ``addresses`` says them, as ``street; city; state;
postal code; country``. SAP's text asks for a state in every address, so one without waits. Each country pack of Concur
has a policy of its own: the crosswalk ``policies`` says it by the country that is billed. Units go through ``units``
where it has a row. The supplier must be in Concur first.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.dependency import Dependency, uncoded, unmet
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkState, Needs
from connector.domain.outcome import Bury, Incomplete, Park, Skip
from connector.posting import codes_without_case
from connector.systems.concur.documents import bodies
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_orders_to_concur"
_SUPPLIERS = "qad_suppliers_to_concur"
_ADDRESS_PARTS = 5
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

OPTIONS: Mapping[str, Option] = {
    "policy": Option(
        default="PO",
        help="The external id of Concur's policy for orders whose country has no row in the crosswalk policies "
        "(PolicyExternalID); empty: they wait for a row.",
    ),
    "countries_without_state": Option(
        default=[],
        help="Countries whose addresses go without a state; SAP's text asks for one everywhere, so the others wait.",
    ),
    "address_code": Option(
        default="", help="The address code of every vendor in Concur, as in qad_suppliers_to_concur."
    ),
    "receipt_required": Option(
        default=True, help="Whether Concur pays an order's invoice only when its lines were received."
    ),
    "cost_centre_field": Option(
        default="", help="The custom field of order lines that takes the cost centre, such as Custom4."
    ),
    "project_field": Option(default="", help="The custom field of order lines that takes the project."),
}


def _addresses(order: qad.PurchaseOrder) -> tuple[CodeNeed, ...]:
    return tuple(CodeNeed(table="addresses", code=code) for code in (order.ship_to, order.bill_to) if code)


def _supplier(order: qad.PurchaseOrder) -> Dependency:
    need = codes_without_case.need(_SUPPLIERS, order.supplier_code)
    return Dependency(need=need, label=f"supplier {order.supplier_code}")


def needs(order: qad.PurchaseOrder, _options: Mapping[str, Any]) -> Needs:
    """Its supplier in Concur, whether Concur has the order itself already, and its codes."""
    units = (CodeNeed(table="units", code=line.unit_of_measure) for line in order.lines if line.unit_of_measure)
    return Needs(
        links=(_supplier(order).need, codes_without_case.need(_NAME, order.order_number)),
        codes=tuple(dict.fromkeys((*_addresses(order), *units))),
    )


def second_needs(order: qad.PurchaseOrder, known: Known, _options: Mapping[str, Any]) -> Needs:
    """The policy of the country that is billed."""
    policy = _policy_need(order, known)
    return Needs(codes=(policy,) if policy else ())


def _policy_need(order: qad.PurchaseOrder, known: Known) -> CodeNeed | None:
    billed = _address(order.bill_to, known)
    return CodeNeed(table="policies", code=billed["CountryCode"]) if billed else None


def map_order(order: qad.PurchaseOrder, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The order, created or replaced."""
    label = f"Purchase order {order.order_number}"
    there = known.link(_NAME, codes_without_case.folded(order.order_number)).state is LinkState.LINKED
    alive = [line for line in order.lines if line.status is not qad.OrderStatus.CANCELLED]
    cancelled = order.status is qad.OrderStatus.CANCELLED
    if cancelled and not there:
        return Skip(reason=f"{label} was cancelled in QAD before Concur had it.")
    # what Concur has of it is closed: also where only its lines are cancelled, every one of them
    over = there and not alive
    lines = list(order.lines) if cancelled or over else alive
    if not lines and there:
        return Bury(
            code="lines_missing",
            reason=f"{label} has no lines in QAD any more, and Concur has it with some: invoices still match them.",
            suggestion="Close the order in Concur by hand, then discard this.",
        )
    if not lines:
        return Skip(reason=f"{label} has no lines in QAD that are not cancelled; it is sent once it has some.")
    addresses = _addresses_in_concur(order, known)
    if stopped := (
        _unusable(order, label)
        or uncoded(_addresses(order), known)
        or _unreadable(addresses, label)
        or _without_state(addresses, label, options)
        or _without_policy(order, known, options)
        or unmet([_supplier(order)], known, of=label, source="QAD", target="Concur")
    ):
        return stopped
    header = {
        **_header(order, options, closed=over or order.status is not qad.OrderStatus.OPEN),
        "PolicyExternalID": _policy(order, known, options),
        "ShipToAddress": addresses[order.ship_to],
        "BillToAddress": addresses[order.bill_to],
    }
    body = bodies.purchase_order(header=header, lines=[_line(line, known, options) for line in lines])
    return Mapped(key=order.order_number, body=body)


def _unusable(order: qad.PurchaseOrder, label: str) -> Bury | None:
    """What Concur cannot take without."""
    checks = (
        (order.order_date, "date_missing", "order date"),
        (order.ship_to, "address_missing", "ship-to address"),
        (order.bill_to, "address_missing", "bill-to address"),
    )
    for there, code, what in checks:
        if not there:
            return Bury(
                code=code,
                reason=f"{label} has no {what} in QAD, and Concur takes no order without one.",
                suggestion=f"Enter the {what} in QAD; the corrected order is read by itself.",
            )
    return None


def _addresses_in_concur(order: qad.PurchaseOrder, known: Known) -> dict[str, bodies.Body | None]:
    return {code: _address(code, known) for code in dict.fromkeys((order.ship_to, order.bill_to))}


def _unreadable(addresses: Mapping[str, bodies.Body | None], label: str) -> Bury | None:
    code = next((code for code, address in addresses.items() if address is None), None)
    if code is None:
        return None
    return Bury(
        code="address_unreadable",
        reason=f"{label} needs address {code}, but its crosswalk row does not read "
        '"street; city; state; postal code; two-letter country".',
        suggestion="Correct the row with `crosswalk set`, then requeue.",
    )


def _without_state(
    addresses: Mapping[str, bodies.Body | None], label: str, options: Mapping[str, Any]
) -> Incomplete | None:
    """SAP's description of both addresses says that a state is required."""
    free = {country.upper() for country in option.names("countries_without_state", options, OPTIONS)}
    stateless = [
        code
        for code, address in addresses.items()
        if address and not address["StateProvince"] and address["CountryCode"] not in free
    ]
    if not stateless:
        return None
    rows = ", ".join(f"addresses {code!r}" for code in stateless)
    return Incomplete(
        missing=tuple(CodeNeed(table="addresses", code=code) for code in stateless),
        why=f"{label} needs a state in {rows}: Concur takes no address without one; set the row with `crosswalk set` "
        "and the record goes on by itself, or name its country in the option countries_without_state.",
    )


def _policy(order: qad.PurchaseOrder, known: Known, options: Mapping[str, Any]) -> str:
    need = _policy_need(order, known)
    row = known.code(need.table, need.code) if need else None
    return row or option.text("policy", options, OPTIONS)


def _without_policy(order: qad.PurchaseOrder, known: Known, options: Mapping[str, Any]) -> Park | None:
    need = _policy_need(order, known)
    return Park(missing=(need,)) if need and not _policy(order, known, options) else None


def _address(code: str, known: Known) -> bodies.Body | None:
    parts = [part.strip() for part in (known.code("addresses", code) or "").split(";")]
    if len(parts) != _ADDRESS_PARTS or not _COUNTRY.fullmatch(parts[4]) or not (parts[0] and parts[1] and parts[3]):
        return None
    street, city, state, postal_code, country = parts
    return bodies.address(
        code=code, name="", street=street, city=city, state=state, postal_code=postal_code, country=country
    )


def _header(order: qad.PurchaseOrder, options: Mapping[str, Any], *, closed: bool) -> dict[str, Any]:
    return {
        "PurchaseOrderNumber": order.order_number,
        "Name": order.order_number,
        "VendorCode": order.supplier_code,
        "VendorAddressCode": option.text("address_code", options, OPTIONS) or order.supplier_code,
        "CurrencyCode": order.currency,
        "OrderDate": bodies.day(order.order_date),
        "NeededByDate": bodies.day(order.due_date),
        "Status": (bodies.OrderStatus.CLOSED if closed else bodies.OrderStatus.TRANSMITTED).value,
        "Description": order.remarks,
        "RequestedBy": order.buyer,
    }


def _line(line: qad.OrderLine, known: Known, options: Mapping[str, Any]) -> dict[str, Any]:
    unit = line.unit_of_measure
    required = option.switch("receipt_required", options, OPTIONS)
    objects = {"cost_centre_field": line.cost_centre, "project_field": line.project}
    custom = {field: code for name, code in objects.items() if (field := option.text(name, options, OPTIONS))}
    return {
        **custom,
        "ExternalID": str(line.line),
        "LineNumber": str(line.line),
        "Description": line.description or line.item,
        "SupplierPartID": line.item,
        "AccountCode": line.account,
        "Quantity": bodies.figure(line.quantity_ordered),
        # a price, not an amount of money: it may be finer than the currency
        "UnitPrice": bodies.figure(line.unit_price),
        "UnitOfMeasureCode": known.code("units", unit) or unit,
        "RequestedDeliveryDate": bodies.day(line.due_date),
        "IsReceiptRequired": bodies.flag(required),
        "PurchaseOrderReceiptType": "QUANTITY_RECEIPT" if required else "NONE",
    }


FLOW: Flow[qad.PurchaseOrder] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Purchase orders",
    source=Side(system="qad", entity="orders"),
    target=Side(system="concur", entity="purchase_orders"),
    schedule="every 5m",
    version=2,
    after=(_SUPPLIERS,),
    options=OPTIONS,
    parse=partial(qad.parse, qad.PurchaseOrder),
    summarise=qad.PurchaseOrder.summarised,
    key_field="order_number",
    codes_in_any_case=True,
    fold=codes_without_case.folded,
    crosswalks=("addresses", "policies", "units"),
    needs=needs,
    second_needs=second_needs,
    map=map_order,
)
