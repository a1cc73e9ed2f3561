"""The names of this tenant, in one table: what is read by which API, and how its tables and fields are called.

Proven are ``bcinvoice``, ``receivePurchaseOrder``, ``maintainPurchaseOrder`` and ``SDI_getActivePO2``; that fields of
operational tables are written in camelCase; and the documented fields of Financials. Every other name here is inferred.
The option ``elements`` calls any element something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from sandbox.qad.reading.columns import SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUERY_SERVICE: Final = "querySourceApplication"
WSA_NAMESPACE: Final = "urn:services-sdi:wsa"

#: API -> its versions
VERSIONS: Final[Mapping[str, Sequence[str]]] = {
    "bcinvoice": ("ERP3_1",),
    "bcinvoiceapmatching": ("ERP3_1",),
    "bjournalentry": ("ERP3_1",),
    "receivePurchaseOrder": ("ERP3_3", "eB_2"),
    "maintainPurchaseOrder": ("eB2_3",),
    QUERY_SERVICE: ("ERP3_1",),
}
QUERY_VERSION: Final = "CUST_1"


@dataclass(frozen=True, kw_only=True)
class Readable:
    """How one entity is read. ``profile``: empty = it is in Financials, where the Query Service does not reach."""

    entity: str
    profile: str
    api: str
    operation: str
    dataset: str
    header: str
    child: str = ""

    @property
    def fields(self) -> list[str]:
        """The names of its header's fields."""
        return [spelled(column) for column in SHAPES[self.entity].header_names]

    @property
    def child_fields(self) -> list[str]:
        """The names of its children's fields."""
        return [spelled(column) for column in SHAPES[self.entity].line_names]


READABLE: Final = {
    one.entity: one
    for one in (
        Readable(
            entity="suppliers",
            profile="Supplier",
            api="querySuppliers",
            operation="SDI_getSuppliers",
            dataset="dsSupplier",
            header="supplier",
        ),
        Readable(
            entity="orders",
            profile="PurchaseOrder",
            api="queryPurchaseOrders",
            operation="SDI_getActivePO2",
            dataset="dsPurchaseOrder",
            header="purchaseOrder",
            child="lineDetail",
        ),
        Readable(
            entity="receipts",
            profile="ReceiverHistory",
            api="queryReceipts",
            operation="SDI_getReceipts",
            dataset="dsReceiverHistory",
            header="prhHist",
            child="prhHistDetail",
        ),
        Readable(
            entity="accounts",
            profile="",
            api="queryAccounts",
            operation="SDI_getAccounts",
            dataset="BGL",
            header="tGL",
        ),
        Readable(
            entity="invoices",
            profile="",
            api="queryInvoices",
            operation="SDI_getInvoices",
            dataset="BCInvoice",
            header="tCInvoice",
            child="tAPMatchingLn",
        ),
        Readable(
            entity="payments",
            profile="",
            api="queryPayments",
            operation="SDI_getPayments",
            dataset="BCDocument",
            header="tCInvoice",
            child="tCDocument",
        ),
        Readable(
            entity="cost_objects",
            profile="",
            api="queryCostObjects",
            operation="SDI_getCostObjects",
            dataset="BCostObject",
            header="tCostObject",
        ),
        Readable(
            entity="expense_payments",
            profile="",
            api="queryExpensePayments",
            operation="SDI_getExpensePayments",
            dataset="BExpensePayment",
            header="tExpense",
            child="tCDocument",
        ),
        Readable(
            entity="supplier_invoices",
            profile="",
            api="queryPostedInvoices",
            operation="SDI_getPostedInvoices",
            dataset="BCInvoice",
            header="tCInvoice",
        ),
        Readable(
            entity="journal_entries",
            profile="",
            api="queryPostedEntries",
            operation="SDI_getPostedEntries",
            dataset="BJournalEntry",
            header="tPosting",
        ),
    )
}
BY_API: Final = {one.api: one for one in READABLE.values()}
BY_OPERATION: Final = {one.operation: one for one in READABLE.values()}


@cache
def spelled(column: str) -> str:
    """``vd_mstr.vd_addr`` is vdAddr in a QDoc; fields of Financials keep their own spelling."""
    field = column.partition(".")[2]
    if field != field.lower():
        return field
    first, *rest = field.split("_")
    return first + "".join(part.capitalize() for part in rest)


def versions(api: str) -> Sequence[str]:
    """Return the versions there are of an API; none when there is no such API."""
    return (QUERY_VERSION,) if api in BY_API else VERSIONS.get(api, ())
