"""``receivePurchaseOrder`` and ``maintainPurchaseOrder``: the two operational QDocs whose names are proven."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sandbox.qad.books import now
from sandbox.qad.documents import Order, OrderLine
from sandbox.qad_ee.writing import schemas
from sandbox.qad_ee.writing.posting import Posted, error
from sandbox.qad_ee.writing.rows import Dataset, Row

if TYPE_CHECKING:
    from sandbox.qad.books import Books
    from sandbox.qad.documents import Supplier
    from sandbox.qad.tenant import Tenant
    from sandbox.qad_ee.complaints import Complaint
    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.spelling import Spelling
    from sandbox.qad_ee.writing.posting import How


@dataclass(frozen=True, kw_only=True)
class Receive:
    """Goods that arrive. A part is the first line only."""

    tenant: Tenant
    spelling: Spelling

    def __call__(self, message: Message, workspace: str, how: How) -> Posted:
        """Receive what every record of a message says."""
        dataset = Dataset(
            name="dsPurchaseOrderReceive",
            tables=schemas.RECEIVE,
            top=("purchaseOrderReceive",),
            spelling=self.spelling,
        )
        rows = dataset.read(message.body).of("purchaseOrderReceive")
        posted = Posted(complaints=list(dataset.warnings), data=self.spelling.element("dsPurchaseOrderReceiveResponse"))
        for row in rows:
            posted.complaints += self._receive(row, self.tenant.ledgers[workspace], how)
        return posted

    def _receive(self, row: Row, books: Books, how: How) -> list[Complaint]:
        number = row["ordernum"]
        order = books.orders.get(number)
        if order is None or order.status in {"C", "X"}:
            return [error(f"Purchase order {number} does not exist or is closed.", "ordernum", number)]
        open_ = {line.line: line.ordered - line.received for line in order.lines}
        try:
            on = date.fromisoformat(row["effDate"]) if row["effDate"] else now().date()
            sent = {int(line["line"]): Decimal(line["lotserialQty"] or 0) for line in row.of("lineDetail")}
        except (ValueError, InvalidOperation):
            return [error("A date or a number cannot be read.", "lineDetail")]
        if row["fillAll"].lower() == "true" and not sent:
            sent = {line: quantity for line, quantity in open_.items() if quantity > 0}
        if unknown := sorted(set(sent) - set(open_)):
            return [error(f"Purchase order {number} has no line {unknown[0]}.", "line", str(unknown[0]))]
        if how != "nothing" and sent:
            arriving = dict(list(sent.items())[:1]) if how == "part" else sent
            books.arrive(number, arriving, on)
            self.tenant.journal.record(entity="receipts", key=number, outcome="created")
        return []


@dataclass(frozen=True, kw_only=True)
class Maintain:
    """Orders that are added, changed or deleted (cancelled) by ``operation``; lines are added and changed."""

    tenant: Tenant
    spelling: Spelling

    def __call__(self, message: Message, workspace: str, how: How) -> Posted:
        """Maintain every order of a message; a part of one is its header with its first line."""
        dataset = Dataset(
            name="dsPurchaseOrder", tables=schemas.MAINTAIN, top=("purchaseOrder",), spelling=self.spelling
        )
        rows = dataset.read(message.body).of("purchaseOrder")
        posted = Posted(complaints=list(dataset.warnings), data=self.spelling.element("dsPurchaseOrderResponse"))
        for row in rows:
            try:
                posted.complaints += self._maintain(row, self.tenant.ledgers[workspace], how)
            except (ValueError, InvalidOperation):
                posted.complaints.append(error("A date or a number cannot be read.", "purchaseOrder", row["poNbr"]))
        return posted

    def _maintain(self, row: Row, books: Books, how: How) -> list[Complaint]:
        number, operation = row["poNbr"], row["operation"].upper() or "S"
        known = books.orders.get(number)
        if operation == "A" and known is not None:
            return [error(f"Purchase order {number} already exists.", "poNbr", number)]
        if operation in {"M", "D"} and known is None:
            return [error(f"Purchase order {number} does not exist.", "poNbr", number)]
        supplier = books.suppliers.get(row["poVend"] or (known.supplier if known else ""))
        if supplier is None or not supplier.active:
            return [error(f"Supplier {row['poVend']} is not active or does not exist.", "poVend", row["poVend"])]
        if operation in {"G", "N"} or how == "nothing":
            return []
        order = _header(known or _blank(number, supplier), row)
        if operation == "D":
            order = replace(order, status="X")
        for line in row.of("lineDetail")[: 1 if how == "part" else None]:
            order = _with_line(order, line)
        books.orders.put(number, order)
        self.tenant.journal.record(entity="orders", key=number, outcome="updated" if known else "created")
        return []


def _blank(number: str, supplier: Supplier) -> Order:
    today = now().date()
    return Order(
        number=number,
        supplier=supplier.code,
        ordered_on=today,
        due_on=today,
        currency=supplier.currency,
        status="",
        terms=supplier.terms,
        ship_to="",
        bill_to="",
        buyer="",
        remarks="",
        revision=0,
        modified=now(),
        lines=(),
    )


def _header(order: Order, row: Row) -> Order:
    return replace(
        order,
        ordered_on=date.fromisoformat(row["poOrdDate"]) if row["poOrdDate"] else order.ordered_on,
        due_on=date.fromisoformat(row["poDueDate"]) if row["poDueDate"] else order.due_on,
        currency=row["poCurr"] or order.currency,
        terms=row["poCrTerms"] or order.terms,
        ship_to=row["poShip"] or order.ship_to,
        buyer=row["poBuyer"] or order.buyer,
        remarks=row["poRmks"] or order.remarks,
        modified=now(),
    )


def _with_line(order: Order, row: Row) -> Order:
    number = int(row["line"])
    lines = {line.line: line for line in order.lines}
    known = lines.get(number) or OrderLine(
        line=number,
        item="",
        description="",
        ordered=Decimal(0),
        received=Decimal(0),
        unit="EA",
        price=Decimal(0),
        due_on=order.due_on,
        status="",
        site=order.ship_to,
        account="",
        sub_account="",
        cost_centre="",
        project="",
    )
    lines[number] = replace(
        known,
        item=row["podPart"] or known.item,
        description=row["podDesc"] or known.description,
        ordered=Decimal(row["podQtyOrd"]) if row["podQtyOrd"] else known.ordered,
        price=Decimal(row["podPurCost"]) if row["podPurCost"] else known.price,
        unit=row["podUm"] or known.unit,
        site=row["podSite"] or known.site,
        account=row["podAcct"] or known.account,
        cost_centre=row["podCc"] or known.cost_centre,
    )
    return replace(order, lines=tuple(lines[one] for one in sorted(lines)))
