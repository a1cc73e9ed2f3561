"""``/api/v3.0/invoice/purchaseorderreceipts``: goods received on one line of a purchase order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.invoicing.results import Failure, lacking, number, result
from sandbox.concur.wire import answer, read_object, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.invoicing.orders import Orders
    from sandbox.journal import Journal, Outcome

REQUIRED: Final = ("PurchaseOrderNumber", "LineItemExternalID", "GoodsReceiptNumber")
_SEARCH: Final = {
    "purchaseOrderNumber": "PurchaseOrderNumber",
    "lineItemExternalID": "LineItemExternalID",
    "goodsReceiptNumber": "GoodsReceiptNumber",
}


@dataclass(frozen=True, kw_only=True)
class Receipts:
    """Receipts by order number, the line's external id and goods receipt number."""

    orders: Orders
    journal: Journal
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def read(self, request: Request) -> Response:
        """Search by order, receipt number, and line together with one of them."""
        rows = [{"ID": key, **self.held[key]} for key in self._found(request)]
        return answer({"Items": rows, "TotalCount": len(rows), "NextPage": "", "Info": ""})

    async def create(self, request: Request) -> Response:
        """Take a new receipt; one that is there already is refused."""
        return await self._write(request, new=True)

    async def update(self, request: Request) -> Response:
        """Change the given fields of a receipt that is there."""
        return await self._write(request, new=False)

    async def delete(self, request: Request) -> Response:
        """Remove a receipt, if the parameters name exactly one."""
        found = self._found(request)
        if len(found) != 1:
            raise refused(404 if not found else 400, f"The parameters name {len(found)} receipts, not one.")
        del self.held[found[0]]
        return answer({})

    async def _write(self, request: Request, *, new: bool) -> Response:
        sent = dict(await read_object(request))
        key = "|".join(str(sent.get(name) or "") for name in REQUIRED)
        failure = self._failure(sent, new=new)
        outcome: Outcome = "refused" if failure is not None else ("created" if new else "updated")
        if failure is None and new == (key in self.held):
            outcome = "duplicate" if new else "refused"
            verb = "already exists" if new else "does not exist"
            failure = Failure(code="EXISTS" if new else "MISSING", message=f"The receipt {verb}.")
        self.journal.record(entity="receipts", key=key, outcome=outcome)
        if failure is None:
            self.held[key] = {**self.held.get(key, {}), **sent}
        return result(str(sent.get("PurchaseOrderNumber") or ""), failure, message="Created" if new else "Updated")

    def _failure(self, sent: Mapping[str, Any], *, new: bool) -> Failure | None:
        if failure := lacking(sent, REQUIRED):
            return failure
        order, line = self.orders.held.get(str(sent["PurchaseOrderNumber"])), str(sent["LineItemExternalID"])
        if order is None:
            message = f"There is no purchase order {sent['PurchaseOrderNumber']}."
            return Failure(code="MISSING", message=message, field="PurchaseOrderNumber")
        if line not in {str(one["ExternalID"]) for one in order["LineItem"]}:
            return Failure(code="MISSING", message="The order has no such line.", field="LineItemExternalID", line=line)
        if new or "ReceivedQuantity" in sent:
            return number(sent, "ReceivedQuantity", line=line)
        return None

    def _found(self, request: Request) -> list[str]:
        asked = request.query_params
        wanted = {name: asked[parameter] for parameter, name in _SEARCH.items() if asked.get(parameter)}
        if set(wanted) <= {"LineItemExternalID"}:
            raise refused(400, "Give purchaseOrderNumber or goodsReceiptNumber.")
        return [
            key for key, one in self.held.items() if all(str(one.get(name)) == value for name, value in wanted.items())
        ]
