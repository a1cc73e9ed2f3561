"""``/api/v3.0/invoice/purchaseorders``: one order at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.invoicing.results import Failure, lacking, number, result
from sandbox.concur.invoicing.vendors import key_of
from sandbox.concur.wire import answer, read_object, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.invoicing.vendors import Vendors
    from sandbox.concur.options import Options
    from sandbox.journal import Journal, Outcome

REQUIRED: Final = (
    "PurchaseOrderNumber",
    "PolicyExternalID",
    "CurrencyCode",
    "OrderDate",
    "VendorCode",
    "VendorAddressCode",
    "BillToAddress",
    "ShipToAddress",
    "LineItem",
)
_ADDRESS: Final = ("ExternalID", "Address1", "City", "PostalCode", "CountryCode")
_LINE: Final = ("LineNumber", "ExternalID", "Quantity", "UnitPrice")
_STATUSES: Final = ("", "Closed", "Transmitted")


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Purchase orders by their number, as they were last sent."""

    vendors: Vendors
    options: Callable[[], Options]
    journal: Journal
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def read(self, request: Request) -> Response:
        """Return one order by its number."""
        wanted = str(request.path_params["order_id"])
        if wanted not in self.held:
            raise refused(404, f"There is no purchase order {wanted}.")
        return answer({"ID": wanted, **self.held[wanted]})

    async def create(self, request: Request) -> Response:
        """Take a new order; one that is there already is refused."""
        return await self._write(request, new=True)

    async def update(self, request: Request) -> Response:
        """Replace an order that is there."""
        return await self._write(request, new=False)

    async def _write(self, request: Request, *, new: bool) -> Response:
        sent = dict(await read_object(request))
        order_number = str(sent.get("PurchaseOrderNumber") or "")
        failure = self._failure(sent)
        outcome: Outcome = "refused" if failure is not None else ("created" if new else "updated")
        if failure is None and new == (order_number in self.held):
            outcome = "duplicate" if new else "refused"
            verb = "already exists" if new else "does not exist"
            failure = Failure(code="EXISTS" if new else "MISSING", message=f"Purchase order {order_number} {verb}.")
        if failure is None and not new:
            sent, failure = self._with_vendor(order_number, sent)
            outcome = "refused" if failure is not None else outcome
        self.journal.record(entity="purchase_orders", key=order_number, outcome=outcome)
        if failure is None:
            self.held[order_number] = sent
        return result(order_number, failure, message="Created" if new else "Updated")

    def _with_vendor(self, number: str, sent: dict[str, Any]) -> tuple[dict[str, Any], Failure | None]:
        """What becomes of an update by its vendor, which nothing published speaks of."""
        kept = {name: self.held[number][name] for name in ("VendorCode", "VendorAddressCode")}
        if kept.items() <= sent.items() or self.options().order_vendor_changes == "taken":
            return sent, None
        if self.options().order_vendor_changes == "refused":
            message = f"The vendor of purchase order {number} cannot change."
            return sent, Failure(code="VENDOR", message=message, field="VendorCode")
        return {**sent, **kept}, None

    def _failure(self, sent: Mapping[str, Any]) -> Failure | None:  # noqa: PLR0911  one return for each complaint
        if failure := lacking(sent, REQUIRED):
            return failure
        options = self.options()
        needed = (*_ADDRESS, "StateProvince") if options.states_required else _ADDRESS
        for name in ("BillToAddress", "ShipToAddress"):
            address = sent[name]
            if not isinstance(address, Mapping) or (failure := lacking(address, needed)):
                return failure or Failure(code="INVALID", message=f"{name} must be an object.", field=name)
        if options.policies and sent["PolicyExternalID"] not in options.policies:
            message = f"There is no policy {sent['PolicyExternalID']}."
            return Failure(code="POLICY", message=message, field="PolicyExternalID")
        if key_of(sent["VendorCode"], sent["VendorAddressCode"]) not in self.vendors.held:
            message = f"There is no vendor {sent['VendorCode']} with address {sent['VendorAddressCode']}."
            return Failure(code="VENDOR", message=message, field="VendorCode")
        if not re.fullmatch("[A-Z]{3}", str(sent["CurrencyCode"])):
            return Failure(code="INVALID", message="CurrencyCode must be an ISO code.", field="CurrencyCode")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(sent["OrderDate"])):
            return Failure(code="INVALID", message="OrderDate must be written YYYY-MM-DD.", field="OrderDate")
        if sent.get("Status", "") not in _STATUSES:
            return Failure(code="INVALID", message="Status is Closed or Transmitted.", field="Status")
        return _line_failure(sent["LineItem"])


def _line_failure(lines: object) -> Failure | None:
    if not isinstance(lines, list) or not all(isinstance(one, Mapping) for one in lines):
        return Failure(code="INVALID", message="LineItem must be a list of objects.", field="LineItem")
    seen: set[str] = set()
    for one in lines:
        line = str(one.get("ExternalID") or "")
        failure = lacking(one, _LINE, line=line) or number(one, "Quantity", line=line)
        failure = failure or number(one, "UnitPrice", line=line)
        if failure is None and bool(one.get("AccountCode")) == bool(one.get("ExpenseType")):
            message = "A line needs either an AccountCode or an ExpenseType."
            failure = Failure(code="INVALID", message=message, field="AccountCode", line=line)
        if failure is None and line in seen:
            failure = Failure(code="INVALID", message=f"Line {line} is there twice.", field="ExternalID", line=line)
        if failure is not None:
            return failure
        seen.add(line)
    return None
