"""The invoice import: POST invoices/ocr, one invoice for each message.

The body was seen in one client's samples, in two casings; a tenant speaks one of them and refuses the other. The order
tie and the accounting on lines, the answer, the length limit and the duplicate rule are assumed: an invoice is the same
as another when supplier, number (capitals, no spaces) and type are the same. Every attempt is counted in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.invoice_lines import read_lines
from sandbox.jaggaer.listing import WARNED, ji, ji_duplicate, ji_refusal
from sandbox.jaggaer.shape import DuplicateError, Node, RefusedError
from sandbox.jaggaer.tenant import CREDIT_MEMO, INVOICE_TYPES, Invoice, Tenant, invoice_key, now
from sandbox.jaggaer.totals import Charges, agreed_total, stated_currency
from sandbox.jaggaer.wire import NotJsonError, answer, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.jaggaer.options import Options

ENTITY: Final = "invoices"
HEADER_FIELDS: Final = (
    *("supplierInvoiceNumber", "invoiceType", "invoiceDate", "supplier", "businessUnit", "terms", "notes"),
    *("billTo", "remitTo", "shipTo"),
    # Assumed: seen only in the older XML message, or where invoices are read.
    *("dueDate", "accountingDate", "total", "grandTotal", "currency", "miscFeeList"),
    *("taxCharge1", "taxCharge2", "shippingCharge", "handlingCharge", "discountAmount"),
)
_WARNING: Final = "operation completed with warnings: the supplier's remit-to address was not found."
_PLACES: Final = ("billTo", "remitTo", "shipTo")


@dataclass(frozen=True, kw_only=True)
class InvoiceImport:
    """Takes invoices in."""

    tenant: Tenant
    options: Callable[[], Options]

    async def write(self, request: Request) -> Response:
        """Return POST invoices/ocr: a new invoice, a refusal in words, or the name of the duplicate."""
        try:
            body = Node(await read(request), "the message")
        except NotJsonError as problem:
            return answer({"returnCode": 2, "returnMessage": str(problem)}, status=400)
        key = "?"
        try:
            casing = self.options().invoice_casing
            body.only("batchId", "batchInfo", casing)
            message = body.node(casing)
            message.only(f"{casing}Header", f"{casing}LineList")
            head = _spelled(message.node(f"{casing}Header"), self.options())
            head.only(*HEADER_FIELDS)
            key = _key(head, self.options())
            self._check_supplier(head)
            invoice = self._invoice(head, message)
            self._check_duplicate(invoice)
        except DuplicateError as refusal:
            self.tenant.journal.record(entity=ENTITY, key=key, outcome="duplicate")
            return ji_duplicate(refusal, self.options())
        except RefusedError as refusal:
            self.tenant.journal.record(entity=ENTITY, key=key, outcome="refused")
            return ji_refusal(refusal)
        self.tenant.invoices[key] = invoice
        self.tenant.journal.record(entity=ENTITY, key=key, outcome="created")
        return self._taken(invoice)

    def _taken(self, invoice: Invoice) -> Response:
        told = {"invoiceId": invoice.invoice_id, "invoiceNumber": invoice.number}
        every = self.options().warn_every
        if every and invoice.invoice_id % every == 0:
            return ji(told, code=WARNED, message=_WARNING)
        return ji(told)

    def _check_supplier(self, head: Node) -> None:
        supplier = head.node("supplier").text("supplierNumber")
        if supplier not in self.tenant.companies:
            raise RefusedError(f"Unknown supplier id {supplier}.")

    def _check_duplicate(self, invoice: Invoice) -> None:
        taken = self.tenant.invoices.get(invoice.key)
        if taken is not None:
            raise DuplicateError(
                f"duplicate supplier invoice number {invoice.supplier_invoice_number} for supplier "
                f"{invoice.supplier_number}: it exists as invoice {taken.number} (invoiceId {taken.invoice_id})."
            )

    def _invoice(self, head: Node, message: Node) -> Invoice:
        options = self.options()
        number, supplier = head.text("supplierInvoiceNumber"), head.node("supplier").text("supplierNumber")
        if len(number) > options.supplier_invoice_number_limit:
            raise RefusedError(
                f"supplierInvoiceNumber has {len(number)} characters; "
                f"at most {options.supplier_invoice_number_limit} are allowed."
            )
        casing = options.invoice_casing
        lines, currency = read_lines(
            message, f"{casing}LineList", f"{casing}Line", supplier=supplier, tenant=self.tenant, options=options
        )
        currency = currency or stated_currency(head, options)
        charges = Charges.read(head, currency, options)
        kind = head.text("invoiceType")
        total = agreed_total(lines, charges, currency)
        _check_sign(kind, total)
        invoice_id = self.tenant.next_invoice_id()
        pending = options.pending_every and invoice_id % options.pending_every == 0
        return Invoice(
            invoice_id=invoice_id,
            type=kind,
            supplier_number=supplier,
            supplier_name=self.tenant.companies[supplier].name,
            supplier_invoice_number=number,
            currency=currency,
            total=total,
            tax=charges.tax,
            source="Automated",
            invoice_date=head.instant("invoiceDate"),
            due_date=head.instant("dueDate") if head.has("dueDate") else None,
            last_update=now(),
            workflow_status="Pending" if pending else options.import_workflow,
            payment_status="Payable",
            match_status="Matched" if all(line.order_number for line in lines) else "Unmatched",
            business_unit=_business_unit(head, options),
            payment_terms=_terms(head, options),
            notes=head.maybe_text("notes"),
            codes=_address_codes(head, options),
            lines=lines,
            scope=_scope(head, options),
        )


def _spelled(head: Node, options: Options) -> Node:
    """The header under the names it has here; fields that this tenant spells otherwise are not known by these."""
    theirs = dict(pair.split("=", 1) for pair in options.spelled if "=" in pair)
    names = {name: ours for ours, name in theirs.items()}
    strange = {name: f"{name} (spelled {theirs[name]} here)" for name in theirs}
    return Node({names.get(name, strange.get(name, name)): value for name, value in head.content.items()}, head.where)


def _address_codes(head: Node, options: Options) -> dict[str, str]:
    codes = {place: head.node(place).node("address").text("addressCode") for place in _PLACES if head.has(place)}
    if absent := [place for place in options.addresses_required if place not in codes]:
        raise RefusedError(f"{head.where}.{absent[0]} is missing.")
    for place, code in codes.items():
        if options.address_codes and code not in options.address_codes:
            raise RefusedError(f"{place}: address code {code} is not known.")
    return codes


def _key(head: Node, options: Options) -> str:
    number, supplier = head.text("supplierInvoiceNumber"), head.node("supplier").text("supplierNumber")
    kind = head.text("invoiceType")
    if kind not in INVOICE_TYPES:
        raise RefusedError(f"invoiceType {kind} is not one of {', '.join(INVOICE_TYPES)}.")
    return invoice_key(supplier, number, kind, _scope(head, options))


def _scope(head: Node, options: Options) -> str:
    return (_business_unit(head, options) or "") if options.invoice_number_per == "business_unit" else ""


def _check_sign(kind: str, total: Decimal) -> None:
    if kind == CREDIT_MEMO and total > 0:
        raise RefusedError(f"a {CREDIT_MEMO} has a negative total, not {total}.")
    if kind != CREDIT_MEMO and total < 0:
        raise RefusedError(f"an {kind} cannot have the negative total {total}; send a {CREDIT_MEMO}.")


def _business_unit(head: Node, options: Options) -> str | None:
    if not head.has("businessUnit"):
        return None
    unit = head.node("businessUnit")  # an object on the way in, a string on the way out
    unit.only("internalName")
    name = unit.text("internalName")
    if options.business_units and name not in options.business_units:
        raise RefusedError(f"business unit {name} is not known.")
    return name


def _terms(head: Node, options: Options) -> str | None:
    if not head.has("terms"):
        return None
    code = head.node("terms").text("standardPaymentTermsCode")
    if options.payment_terms and code not in options.payment_terms:
        raise RefusedError(f"standardPaymentTermsCode {code} is not known.")
    return code
