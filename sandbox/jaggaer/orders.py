"""Purchase orders (module Indirect). Path and body are assumed; new, update and cancel are its XML message's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.accounting import read_splits
from sandbox.jaggaer.fiql import FilterError, parse, passes
from sandbox.jaggaer.listing import ji, ji_duplicate, ji_refusal, page
from sandbox.jaggaer.shape import DuplicateError, Node, RefusedError
from sandbox.jaggaer.tenant import FIRST_ORDER_ID, Order, OrderLine, Tenant
from sandbox.jaggaer.wire import NotJsonError, answer, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.jaggaer.options import Options
    from sandbox.journal import Outcome

ENTITY: Final = "orders"
CHANGES: Final = ("new", "update", "cancel")
_FILTERS: Final = frozenset({"ponumber", "suppliernumber", "purchaseorderid", "status"})


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Reads and writes purchase orders."""

    tenant: Tenant
    options: Callable[[], Options]

    async def read(self, request: Request) -> Response:
        """Return GET purchaseorders with its start and flt: headers only."""
        try:
            terms = parse(request.query_params.get("flt", ""), fields=_FILTERS)
            found = [order for order in self.tenant.orders.values() if passes(terms, _filterable(order))]
            counters, rows = page(request, self.options(), found, write=_row)
        except (FilterError, RefusedError) as refusal:
            return ji_refusal(refusal)
        return ji({**counters, "jipurchaseOrderList": {"jipurchaseOrder": rows} if rows else {}})

    async def write(self, request: Request) -> Response:
        """Return POST purchaseorders: a new order, a change with its full content, or a cancellation."""
        try:
            body = Node(await read(request), "the message")
        except NotJsonError as problem:
            return answer({"returnCode": 2, "returnMessage": str(problem)}, status=400)
        key = "?"
        try:
            body.only("purchaseOrder")
            message = body.node("purchaseOrder")
            message.only("header", "lineList")
            header = message.node("header")
            key = header.text("poNumber")
            order, outcome = self._take(message, header)
        except RefusedError as refusal:
            self.tenant.journal.record(entity=ENTITY, key=key, outcome="refused")
            if isinstance(refusal, DuplicateError):
                return ji_duplicate(refusal, self.options())
            return ji_refusal(refusal)
        self.tenant.orders[key] = order
        self.tenant.journal.record(entity=ENTITY, key=key, outcome=outcome)
        return ji({"purchaseOrderId": order.order_id})

    def _take(self, message: Node, header: Node) -> tuple[Order, Outcome]:
        number, change = header.text("poNumber"), header.text("type")
        known = self.tenant.orders.get(number)
        if change not in CHANGES:
            raise RefusedError(f"purchase order {number}: type {change} is not one of {', '.join(CHANGES)}.")
        if known is None and change != "new":
            raise RefusedError(f"purchase order {number} does not exist, so it cannot take a message of type {change}.")
        if known is not None and change == "new" and self.options().order_new_twice == "refuse":
            raise DuplicateError(f"purchase order {number} already exists; the poNumber needs to be unique.")
        if known is not None and change == "cancel":
            return replace(known, status="Cancelled", messages=known.messages + 1), "updated"
        if known is not None and known.status == "Cancelled":
            raise RefusedError(f"purchase order {number} is cancelled and cannot change any more.")
        return self._full(message, header, known), "created" if known is None else "updated"

    def _full(self, message: Node, header: Node, known: Order | None) -> Order:
        supplier = header.node("supplier").text("supplierNumber")
        if supplier not in self.tenant.companies:
            raise RefusedError(f"supplier {supplier} is not known.")
        if known is not None and supplier != known.supplier_number:
            supplier = self._of_moved(known, supplier)
        lines, currency = self._lines(message)
        return Order(
            order_id=known.order_id if known else FIRST_ORDER_ID + len(self.tenant.orders),
            number=header.text("poNumber"),
            supplier_number=supplier,
            currency=currency,
            status=header.maybe_text("status") or "Open",
            messages=known.messages + 1 if known else 1,
            header={
                **{name: value for name, value in header.content.items() if name != "type"},
                "supplier": {**header.node("supplier").content, "supplierNumber": supplier},
            },
            lines=lines,
        )

    def _of_moved(self, known: Order, supplier: str) -> str:
        """Whose an order is that was sent for another supplier: nothing public says what JAGGAER does."""
        if self.options().order_supplier_changes == "refused":
            raise RefusedError(f"purchase order {known.number} is for supplier {known.supplier_number}.")
        return supplier if self.options().order_supplier_changes == "taken" else known.supplier_number

    def _lines(self, message: Node) -> tuple[tuple[OrderLine, ...], str]:
        lines: dict[str, OrderLine] = {}
        currencies: set[str] = set()
        for row in message.rows("lineList", "purchaseOrderLine"):
            number = str(row.whole("lineNumber"))
            if number in lines:
                raise RefusedError(f"{row.where}: line number {number} is there twice.")
            price = row.money("unitPrice")
            currencies.add(price.currency)
            self._check_accounting(row)
            lines[number] = OrderLine(
                number=number,
                description=row.node("item").maybe_text("description") or "" if row.has("item") else "",
                quantity=row.number("quantity"),
                unit_price=price.amount,
                sent=dict(row.content),
            )
        if len(currencies) != 1:
            raise RefusedError(
                f"the lines of an order are in one currency; found {', '.join(sorted(currencies)) or 'none'}."
            )
        return tuple(lines.values()), currencies.pop()

    def _check_accounting(self, row: Node) -> None:
        for split in read_splits(row):
            if unknown := sorted(set(split) - set(self.options().accounting_fields)):
                raise RefusedError(f"{row.where}: this tenant has no accounting field {', '.join(unknown)}.")


def _row(order: Order) -> dict[str, object]:
    header = {
        **order.header,
        "purchaseOrderId": order.order_id,
        "status": order.status,
        "numberOfLines": len(order.lines),
    }
    return {"header": header}


def _filterable(order: Order) -> dict[str, str | None]:
    return {
        "ponumber": order.number,
        "suppliernumber": order.supplier_number,
        "purchaseorderid": str(order.order_id),
        "status": order.status,
    }
