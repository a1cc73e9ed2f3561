"""supplierInvoices. The object exists in QAD (documented); its REST path and field names are assumed.

Like QAD itself this never refuses a document for being there already: a reference that the supplier has used before is
a warning, so posting twice shows as two documents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.qad.components import envelope
from sandbox.qad.components.checks import Checks, children_of
from sandbox.qad.components.envelope import Problem, Record
from sandbox.qad.components.posted_invoice import MATCHING, POSTING, TAXES, invoice, record_of
from sandbox.qad.keys import natural_key, posting_key
from sandbox.qad.tenant import entity_of, items, route, workspace
from sandbox.qad.wire import json_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.qad.books import Books
    from sandbox.qad.documents import Invoice
    from sandbox.qad.tenant import Served, Tenant

COLLECTION: Final = "supplierInvoices"
VIEW: Final = "urn:be:com.qad.financials.purchaseledger.supplierinvoice.ISupplierInvoice"
_MANDATORY: Final = (
    "companyCode",
    "supplierCode",
    "reference",
    "invoiceType",
    "invoiceDate",
    "postingDate",
    "currencyCode",
    "invoiceAmountTC",
    "daybookCode",
)
_LIMITS: Final = {
    "supplierCode": 8,
    "currencyCode": 3,
    "reference": 40,
    "invoiceStatusCode": 20,
    "daybookCode": 8,
}
_TYPES: Final = ("INVOICE", "CREDITNOTE")


@dataclass(frozen=True, kw_only=True)
class PostedInvoice:
    """What became of a record: the invoice that is in the books now, or why it is not."""

    invoice: Invoice | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class SupplierInvoices:
    """The component. Posted invoices join the others, as initial ones unless a status code says otherwise."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def route(self) -> Served:
        """Serve it."""
        path = f"/api/erp/{COLLECTION}"
        return route(self._tenant, path, entity="supplier_invoices", get=self._read, post=self._save)

    async def _read(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        asked = request.query_params
        if asked.get("companyCode") != entity_of(request):
            return envelope.found(COLLECTION, [])
        supplier, reference = asked.get("supplierCode", ""), asked.get("reference", "")
        same = [
            one
            for kind in _TYPES
            for one in self._tenant.ledgers[workspace(request)].with_key(natural_key(supplier, reference, kind))
            if one.reference == reference
        ]
        return envelope.found(COLLECTION, [record_of(one) for one in same])

    async def _save(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        record = items(await json_body(request), COLLECTION)[0]
        posted = self.post(record, workspace(request))
        if posted.invoice is None:
            return envelope.complained(posted.problems)
        return envelope.posted(self._tenant.options, COLLECTION, record_of(posted.invoice), posted.warnings)

    def post(self, record: Record, name: str, *, balanced: bool = True, keep: bool = True) -> PostedInvoice:
        """Check a record and keep it in the books of workspace ``name``.

        ``balanced``: whether its lines must add up to its total. ``keep``: False = only look whether it could be kept.
        """
        books, entity = self._tenant.ledgers[name], name.partition("_")[2]
        code, kind = str(record.get("supplierCode", "")), str(record.get("invoiceType", "")).upper()
        reference = str(record.get("reference", ""))
        problems = self._problems(record, kind, Checks(tenant=self._tenant, entity=entity), balanced=balanced)
        supplier = self._tenant.books.suppliers.get(code)
        if keep or problems:
            self._tenant.journal.record(
                entity="supplier_invoices",
                key=posting_key(str(record.get("companyCode", "")), code, reference, kind),
                outcome="refused" if problems else "created",
            )
        if problems or supplier is None or not keep:
            return PostedInvoice(problems=problems)
        warnings = self._warnings(record, natural_key(code, reference, kind), books)
        kept = invoice(record, number=len(books.invoices), terms=supplier.terms)
        books.put_invoice(kept)
        return PostedInvoice(invoice=kept, warnings=warnings)

    def _problems(self, record: Record, kind: str, checks: Checks, *, balanced: bool) -> list[Problem]:
        problems = envelope.missing(record, _MANDATORY) + envelope.too_long(record, _LIMITS) + checks.head(record)
        problems += checks.supplier(str(record.get("supplierCode", "")))
        if kind and kind not in _TYPES:
            message = f"{kind} is not an invoice type."
            problems.append(Problem(message=message, fieldName="invoiceType", fieldValue=kind))
        currency = str(record.get("currencyCode") or "")
        problems += checks.fine(record, ("invoiceAmountTC", "vatAmountTC"), currency)
        lines, taxes = children_of(record, POSTING), children_of(record, TAXES)
        for line in lines:
            problems += checks.tax(str(line.get("taxCode") or ""))
            problems += checks.fine(line, ("amountTC",), currency)
            # What bills an order line may wait for its account until it is matched.
            if line.get("glCode") or not line.get("purchaseOrderNumber"):
                problems += checks.coding(line)
        for tax in taxes:
            problems += checks.tax(str(tax.get("taxCode") or ""))
            problems += checks.coding(tax) if tax.get("glCode") else []
        return problems + (_sums(record, lines, taxes) if balanced else [])

    def _warnings(self, record: Record, key: str, books: Books) -> list[Problem]:
        warnings = []
        if books.with_key(key):
            message = "The reference already exists on another invoice for this supplier"
            warnings.append(Problem(message=message, fieldName="reference", code="DUPLICATE"))
        for line in children_of(record, MATCHING):
            number = str(line.get("purchaseOrderNumber") or "")
            order = books.orders.get(number)
            if order is None or order.supplier != record["supplierCode"]:
                message = f"Purchase order {number} is not one of this supplier"
                warnings.append(Problem(message=message, fieldName="purchaseOrderNumber", fieldValue=number))
        return warnings


def _sums(record: Record, lines: list[Record], taxes: list[Record]) -> list[Problem]:
    """Whoever sends posting lines sends all of them, and the tax in full."""
    total, tax = envelope.amount(record, "invoiceAmountTC"), envelope.amount(record, "vatAmountTC")
    net = sum((envelope.amount(line, "amountTC") for line in lines), Decimal(0))
    detail = sum((envelope.amount(one, "taxAmountTC") for one in taxes), Decimal(0))
    problems = []
    if lines and net + tax != total:
        problems.append(Problem(message=f"The lines and the tax are {net + tax}, not {total}.", code="BALANCE"))
    if taxes and detail != tax:
        problems.append(Problem(message=f"The tax detail is {detail}, not {tax}.", code="BALANCE"))
    return problems
