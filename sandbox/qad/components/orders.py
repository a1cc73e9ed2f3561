"""purchaseOrderHeaders and purchaseOrderLines: the sequence public loaders use, field by field."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad import words
from sandbox.qad.books import now
from sandbox.qad.components import envelope
from sandbox.qad.components.envelope import Problem, Record
from sandbox.qad.documents import DOMAIN, Order, OrderLine
from sandbox.qad.tenant import items, route
from sandbox.qad.wire import bare, json_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.journal import Outcome
    from sandbox.qad.tenant import Served, Tenant

VIEW: Final = "urn:be:com.qad.purchasing.purchaseorders.IPurchaseOrderHeader"
_MANDATORY: Final = (
    "purchaseOrderNumber",
    "domainCode",
    "supplierCode",
    "currencyCode",
    "creditTermsCode",
    "daybookSetCode",
    "shipToSite",
    "billToCode",
)
_LIMITS: Final = {
    "purchaseOrderNumber": 8,
    "supplierCode": 8,
    "currencyCode": 3,
    "creditTermsCode": 8,
    "daybookSetCode": 8,
    "shipToSite": 8,
    "billToCode": 8,
}
_LINE_LIMITS: Final = {"itemCode": 18, "siteCode": 8}
_LINE_FIELDS: Final = ("siteCode", "itemCode", "quantityOrdered", "purchaseCost", "dueDate")
_DEFAULTS: Final[Mapping[str, Any]] = {
    "daybookSetCode": "STD",
    "exchangeRate": 1,
    "exchangeRate2": 1,
    "exchangeRateType": "ACCOUNTING",
    "taxEnvironment": "",
    "languageCode": "us",
    "contact": "",
    "isConfirmed": True,
    "isFixedPrice": False,
    "isPrintPurchaseOrder": True,
    "isTaxable": True,
    "transmitFlag": "1",
    "ERSOption": "1",
    "ERSPriceListOption": "0",
    "maximumAgingDays": 0,
    "POIntrastats": [],
}


class Orders:
    """Both components."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._extra: dict[str, Record] = {}

    def routes(self) -> list[Served]:
        """Serve them."""
        tenant, lines = self._tenant, "/api/erp/purchaseOrderLines"
        return [
            route(tenant, "/api/erp/purchaseOrderHeaders", entity="orders", get=self._read, post=self._save),
            route(tenant, f"{lines}Grid", entity="orders", get=self._read_lines, post=self._save_line),
            route(tenant, f"{lines}/fieldChangeV2", entity="orders", post=self._change_field),
            route(tenant, f"{lines}/isReceivedPurchaseOrderLineV2", entity="orders", get=self._is_received),
        ]

    async def _read(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        order = self._asked_for(request)
        return envelope.found("purchaseOrderHeaders", [self._record(order)] if order else [])

    async def _save(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        record = items(await json_body(request), "purchaseOrderHeaders")[0]
        number = str(record.get("purchaseOrderNumber", ""))
        known = self._tenant.books.orders.get(number)
        creates = record.get("dataOperation") == "C"
        problems = envelope.missing(record, _MANDATORY) + envelope.too_long(record, _LIMITS)
        problems += self._supplier_problems(str(record.get("supplierCode", "")))
        if record.get("domainCode") not in {DOMAIN, "", None}:
            problems.append(Problem(message="The domain does not exist.", fieldName="domainCode"))
        if creates and known:
            message = f"Purchase order {number} already exists"
            problems.append(Problem(message=message, fieldName="purchaseOrderNumber", fieldValue=number))
        elif not creates:
            problems += envelope.stale(record, self._record(known)) if known else [_absent(number)]
        if problems:
            outcome: Outcome = "duplicate" if creates and known else "refused"
            self._tenant.journal.record(entity="orders", key=number, outcome=outcome)
            return envelope.complained(problems)
        self._tenant.journal.record(entity="orders", key=number, outcome="created" if creates else "updated")
        self._extra[number] = {name: record[name] for name in _DEFAULTS if name in record}
        order = _order(record, None if creates else known)
        self._tenant.books.orders.put(number, order)
        return envelope.saved("purchaseOrderHeaders", [self._record(order)])

    async def _read_lines(self, request: Request) -> Response:
        order = self._asked_for(request)
        if order is None:
            return envelope.found("purchaseOrderLines", [])
        if request.query_params.get("initialize") != "true":
            return envelope.found("purchaseOrderLines", [_line_record(order, line) for line in order.lines])
        number = max((line.line for line in order.lines), default=0) + 1
        return envelope.found("purchaseOrderLines", [_line_record(order, _blank_line(order, number))])

    async def _change_field(self, request: Request) -> Response:
        line = items(await json_body(request), "purchaseOrderLines")[0]
        name = request.query_params.get("fieldName", "")
        if name not in _LINE_FIELDS:
            raise bare(400, f"Unknown field {name}.")
        if name == "itemCode":
            # The item brings its description and unit, unless the client has them already.
            place = sum(str(line.get("itemCode", "")).encode()) % len(words.ITEMS)
            description, unit = words.ITEMS[place]
            line["itemDescription"] = line.get("itemDescription") or description
            line["unitOfMeasure"] = line.get("unitOfMeasure") or unit
        line["extendedCost"] = envelope.amount(line, "quantityOrdered") * envelope.amount(line, "purchaseCost")
        return envelope.found("purchaseOrderLines", [line])

    async def _save_line(self, request: Request) -> Response:
        record = items(await json_body(request), "purchaseOrderLines")[0]
        number, line = str(record.get("purchaseOrderNumber", "")), int(envelope.amount(record, "purchaseOrderLine"))
        order = self._tenant.books.orders.get(number)
        problems = envelope.missing(record, ("purchaseOrderNumber", "purchaseOrderLine", "siteCode", "itemCode"))
        problems += envelope.too_long(record, _LINE_LIMITS)
        if order is None:
            problems.append(_absent(number))
        elif order.status in {"C", "X"}:
            problems.append(Problem(message=f"Purchase order {number} is not open.", fieldName="purchaseOrderNumber"))
        if envelope.amount(record, "quantityOrdered") <= 0:
            problems.append(Problem(message="Field is mandatory. (quantityOrdered)", fieldName="quantityOrdered"))
        known = next((one for one in order.lines if one.line == line), None) if order else None
        outcome: Outcome = "refused" if problems else "updated" if known else "created"
        self._tenant.journal.record(entity="order_lines", key=f"{number}/{line}", outcome=outcome)
        if problems or order is None:
            return envelope.complained(problems)
        made = _line(record, known or _blank_line(order, line))
        others = [one for one in order.lines if one.line != line]
        lines = tuple(sorted([*others, made], key=lambda one: one.line))
        self._tenant.books.orders.put(number, replace(order, lines=lines, modified=now()))
        return envelope.saved("purchaseOrderLines", [_line_record(order, made)])

    async def _is_received(self, request: Request) -> Response:
        order = self._asked_for(request)
        line = request.query_params.get("purchaseOrderLine", "")
        received = order is not None and any(str(one.line) == line and one.received > 0 for one in order.lines)
        return envelope.found("isReceivedPurchaseOrderLine", [{"isReceived": received}])

    def _asked_for(self, request: Request) -> Order | None:
        if request.query_params.get("domainCode") != DOMAIN:
            return None
        return self._tenant.books.orders.get(request.query_params.get("purchaseOrderNumber", ""))

    def _supplier_problems(self, code: str) -> list[Problem]:
        supplier = self._tenant.books.suppliers.get(code)
        if not code or (supplier and supplier.active):
            return []
        message = f"Supplier {code} is not active" if supplier else f"Supplier {code} does not exist"
        return [Problem(message=message, fieldName="supplierCode", fieldValue=code)]

    def _record(self, of: Order) -> Record:
        own = {
            "purchaseOrderNumber": of.number,
            "domainCode": DOMAIN,
            "supplierCode": of.supplier,
            "currencyCode": of.currency,
            "creditTermsCode": of.terms,
            "shipToSite": of.ship_to,
            "billToCode": of.bill_to,
            "remarks": of.remarks,
            "orderDate": envelope.stamp(of.ordered_on),
            "dueDate": envelope.stamp(of.due_on),
            "orderStatus": of.status or "O",
            "orderRevision": of.revision,
        }
        kept = envelope.housekeeping(uri=f"{VIEW}:{DOMAIN}.{of.number}", modified=of.modified)
        return envelope.hashed({**_DEFAULTS, **self._extra.get(of.number, {}), **own, **kept})


def _absent(number: str) -> Problem:
    message = f"Purchase order {number} does not exist"
    return Problem(message=message, fieldName="purchaseOrderNumber", fieldValue=number)


def _order(record: Record, known: Order | None) -> Order:
    today = now().date()
    return Order(
        number=str(record["purchaseOrderNumber"]),
        supplier=str(record["supplierCode"]),
        ordered_on=envelope.day(record, "orderDate") or today,
        due_on=envelope.day(record, "dueDate") or today,
        currency=str(record["currencyCode"]),
        status=str(record.get("orderStatus") or "O"),
        terms=str(record["creditTermsCode"]),
        ship_to=str(record["shipToSite"]),
        bill_to=str(record["billToCode"]),
        buyer=known.buyer if known else "mfg",
        remarks=str(record.get("remarks") or ""),
        revision=known.revision + 1 if known else 0,
        modified=now(),
        lines=known.lines if known else (),
    )


def _blank_line(order: Order, number: int) -> OrderLine:
    return OrderLine(
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
        account="4000",
        sub_account="",
        cost_centre="100",
        project="",
    )


def _line(record: Record, known: OrderLine) -> OrderLine:
    return replace(
        known,
        item=str(record["itemCode"]),
        description=str(record.get("itemDescription") or known.description),
        ordered=envelope.amount(record, "quantityOrdered"),
        unit=str(record.get("unitOfMeasure") or known.unit),
        price=envelope.amount(record, "purchaseCost"),
        due_on=envelope.day(record, "dueDate") or known.due_on,
        site=str(record["siteCode"]),
    )


def _line_record(order: Order, line: OrderLine) -> Record:
    return {
        "domainCode": DOMAIN,
        "purchaseOrderNumber": order.number,
        "purchaseOrderLine": line.line,
        "siteCode": line.site,
        "itemCode": line.item,
        "itemDescription": line.description,
        "quantityOrdered": line.ordered,
        "quantityReceived": line.received,
        "unitOfMeasure": line.unit,
        "purchaseCost": line.price,
        "dueDate": envelope.stamp(line.due_on),
        "extendedCost": line.ordered * line.price,
        "lineStatus": line.status,
    }
